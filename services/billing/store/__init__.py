"""Rows the commands read and write. Each function is one statement for the whole batch.

Lock order everywhere: the import of bank files, a line of one, the accounts of dealers by dealer
id, then references of receipts, then those of refunds, then the counters of document numbers. The
lock of an account is the lock of all that its dealer has: his order accounts, receipts and
allocations are read after it and need none of their own.
"""
