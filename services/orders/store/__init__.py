"""Rows the commands read and write. Each function is one statement for the whole batch.

Lock order everywhere: orders by order id; nothing else is locked.
"""
