"""Named crash points: every gap between two durable steps, where a test can end the process.

`QUDAO_CRASH_POINT=relay.after_publish@3` ends this process, as `kill -9` would, when it passes that
point for the third time. Without the variable a point costs one comparison.
"""

from __future__ import annotations

import os

POINTS = {
    "relay.after_barrier": "the batch is open and durable, nothing of it is published",
    "relay.mid_page": "part of a page is handed to the producer",
    "relay.after_publish": "the broker has a page, the cursor does not know it",
    "relay.after_cursor": "the cursor is past the page",
    "relay.before_rebase": "after a restore all is out again, the cursor is still the old one",
    "consumer.after_inbox": "the inbox has the batch, no handler ran",
    "consumer.before_commit": "all handlers ran, nothing is committed",
    "consumer.after_commit": "the effects are durable, the offsets are not",
    "consumer.after_offsets": "the offsets are committed, the next batch is not fetched",
    "parking.before_park": "a key's failure is known, the key is not blocked",
    "parking.after_park": "the key is blocked, the offsets are not committed",
    "parking.before_drain": "a parked key is handled again, its messages are still parked",
    "parking.after_drain": "a parked key is free, the relay was not woken",
    "rotation.before_move": "a slot is known to be published, its partition is in the outbox",
    "rotation.after_move": "its partition is in the log, old ones are not dropped",
    "intake.before_commit": "a group of requests is decided, nothing is committed",
    "intake.after_commit": "a group of requests is durable, nobody is answered",
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
