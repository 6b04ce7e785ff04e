"""The rules of products, price lists and prices. Pure."""
