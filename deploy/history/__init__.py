"""Years of business in minutes: what finished orders left in every service, copied under new ids.

What is copied is all that has the order's id in any database, its messages in the event log
included; ids are computed from the original and the copy alone, in every database alike. A copy
begins when its plan says, sixteen days ago at the latest: its messages are older than any inbox
remembers, as those of real history are, so no inbox has to know them. Balances are moved along:
what left the warehouse came in before by a note, what was invoiced and not paid is owed. Documents
inside of JSON get the new ids and numbers, and keep the times of their originals.

Keys of idempotency are not copied: a service forgets them long before.
"""

from deploy.history.copying import add
from deploy.history.originals import (
    Copy,
    Numbers,
    Original,
    highest_order_number,
    numbers,
    originals,
)

__all__ = [
    "Copy",
    "Numbers",
    "Original",
    "add",
    "highest_order_number",
    "numbers",
    "originals",
]
