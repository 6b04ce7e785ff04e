"""`python -m services.inventory all|api|worker|migrate|…`; alone: all."""

from __future__ import annotations

from chassis.service import run
from services.inventory.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
