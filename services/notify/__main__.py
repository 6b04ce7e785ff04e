"""`python -m services.notify`: serve to-dos and messages, and follow the events."""

from __future__ import annotations

from chassis.service import run
from services.notify.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
