"""`python -m services.dealers api|worker|all|migrate|dlq`."""

from chassis.service import run
from services.dealers.app import SERVICE

if __name__ == "__main__":
    run(SERVICE)
