"""The rules of stock and fulfilment. Pure: facts in, facts and messages out."""
