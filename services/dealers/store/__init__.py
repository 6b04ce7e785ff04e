"""Rows the commands read and write. Each function is one statement for the whole batch.

Lock order everywhere: credit codes, applications by id, the score sheet, dealers by id, document
numbers.
"""
