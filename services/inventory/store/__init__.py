"""SQL of the commands; each function is one statement for a whole batch, `lock` and `save` a few.

Lock order everywhere: the shelves as a whole, where a command may change them (`shelves.lock`);
then fulfilments by order id, or one document; then document numbers and stock; then bins and lots.
Pick tasks and shipments are only written under the lock of their fulfilment.
"""
