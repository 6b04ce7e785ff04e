"""SQL of the commands; each function is one statement for a whole batch, `lock` and `save` a few.

Lock order everywhere: the shelves as a whole, where a command may change them (`shelves.lock`);
then fulfilments by order id, or one document; then document numbers and stock; then bins and lots.
Orders that wait for goods are locked after the stock, but before bins and lots, by those alone who
hold the shelves: others wait for no stock. Pick tasks and shipments are only written under the lock
of their fulfilment.
"""
