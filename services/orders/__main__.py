"""`python -m services.orders`: serve the API and the saga."""

from __future__ import annotations

from chassis.service import run
from services.orders.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
