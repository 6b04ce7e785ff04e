"""`python -m services.catalog api|worker|all|migrate|dlq`."""

from chassis.service import run
from services.catalog.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
