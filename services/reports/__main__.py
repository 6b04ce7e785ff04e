"""`python -m services.reports`: serve the stories of orders, and follow the events."""

from __future__ import annotations

from chassis.service import run
from services.reports.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
