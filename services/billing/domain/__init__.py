"""The rules of money. Pure: asks against the books of some dealers change the books."""
