"""`python -m services.billing`: serve the API and take messages."""

from __future__ import annotations

from chassis.service import run
from services.billing.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
