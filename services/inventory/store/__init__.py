"""SQL of the commands; each function is one statement for the whole batch, `lock` and `save` a few.

Lock order everywhere: fulfilments by order id, then document numbers, then stock by warehouse and
SKU. Pick tasks and shipments are only written under the lock of their fulfilment.
"""
