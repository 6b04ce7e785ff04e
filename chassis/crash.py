"""Named crash points: every gap between two durable steps, where a test can end the process.

`QUDAO_CRASH_POINT=relay.after_publish@3` ends this process, as `kill -9` would, when it passes that
point for the third time. Without the variable a point costs one comparison. `make crash-points`
lists them all; `make chaos` ends real processes at each, under load.
"""

from __future__ import annotations

import os
import sys

POINTS = {
    "relay.after_barrier": "the batch is open and durable, nothing of it is published",
    "relay.mid_page": "part of a page is handed to the producer",
    "relay.after_publish": "the broker has a page, the cursor does not know it",
    "relay.after_cursor": "the cursor is past the page",
    "relay.before_rebase": "after a restore all is out again, the cursor is still the old one",
    "relay.after_rebase": "the cursor of a restored database is new, nothing was published by it",
    "consumer.after_inbox": "the inbox has the batch, no handler ran",
    "consumer.before_commit": "all handlers ran, nothing is committed",
    "consumer.after_commit": "the effects are durable, the offsets are not",
    "consumer.after_offsets": "the offsets are committed, the next batch is not fetched",
    "consumer.before_revocation": "partitions go to another member, their offsets are not told",
    "parking.before_park": "a key's failure is known, the key is not blocked",
    "parking.after_park": "the key is blocked, the offsets are not committed",
    "parking.before_drain": "a parked key is to be tried again, nothing of it is handled",
    "parking.before_put_off": "the try of a parked key failed, nothing of that is committed",
    "parking.before_free": "all that waited for a key is handled, nothing is committed",
    "parking.after_drain": "a parked key is free, the relay was not woken",
    "dlq.after_skip": "an operator gave up a message, those behind it are not handled",
    "rotation.before_move": "a slot is known to be published, its partition is in the outbox",
    "rotation.after_move": "its partition is in the log, old ones are not dropped",
    "intake.before_commit": "a group of requests is decided, nothing is committed",
    "intake.after_commit": "a group of requests is durable, nobody is answered",
    "numbers.after_block": "a block of order numbers is taken, none of it is given",
    "command.before_commit": "a request and its answer are stored, nothing is committed",
    "command.after_commit": "a request is durable, it is not answered, the relay was not woken",
    "timer.before_commit": "what is overdue is put off, what wakes it is not committed",
    "timer.after_commit": "what wakes the overdue is durable, the relay was not woken",
    "job.after_batch": "a batch of a job is durable, the next is not begun",
    "republish.after_page": "a part of the past is in the broker again, the rest is not",
    "migrate.before_commit": "a migration ran, neither it nor its name is committed",
    "migrate.after_commit": "one migration is applied and noted, the next is not begun",
    "migrate.before_name": "a statement outside of a transaction is durable, its name is not",
}
"""What stands between which durable steps, by name."""

EXIT_CODE = 137
"""As after `kill -9`."""


def _planned() -> tuple[str, int]:
    name, _, passing = os.environ.get("QUDAO_CRASH_POINT", "").partition("@")
    if name and name not in POINTS:
        raise ValueError(f"QUDAO_CRASH_POINT: no point {name!r}; there are {', '.join(POINTS)}")
    return name, int(passing or 1)


_name, _left = _planned()


def crash_point(name: str) -> None:
    """End the process here, without any farewell, when a test wants it."""
    if name == _name:
        _pass()


def _pass() -> None:
    global _left  # noqa: PLW0603  (one count per process is the point)
    _left -= 1
    if _left == 0:
        os._exit(EXIT_CODE)


if __name__ == "__main__":
    sys.stdout.writelines(f"{name:28}{sentence}\n" for name, sentence in POINTS.items())
