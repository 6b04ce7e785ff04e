"""Rows the commands read and write. Each function is one statement for the whole batch.

Lock order everywhere: the one lock of product changes, then price lists by id.
"""
