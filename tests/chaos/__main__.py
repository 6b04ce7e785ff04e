"""`make chaos LEVEL=1`: faults one after the other under load, in an order that the seed decides.

The suite is started if it does not run, and stays up. One line per fault, one JSON line last; any
violation, or a recovery of more than 30 s, is a non-zero exit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
from pathlib import Path

from deploy.demo.client import Refused, Unreachable
from tests.chaos.ground import NotReached
from tests.chaos.health import NotHealthy
from tests.chaos.run import Plan, run
from tests.chaos.schedule import LEVELS, UnknownFault
from tests.history.opening import NotAtRest

HOPELESS = (NotHealthy, NotReached, NotAtRest, Refused, Unreachable)


def main() -> int:
    plan = _plan()
    try:
        outcome = asyncio.run(run(plan))
    except UnknownFault as name:
        sys.exit(f"no fault has a name that begins with {name}")
    except HOPELESS as reason:
        sys.exit(f"chaos: {reason}")
    if plan.report:
        plan.report.write_text(outcome.markdown())
    sys.stdout.write(json.dumps(outcome.document(), ensure_ascii=False) + "\n")
    return 1 if outcome.violations else 0


def _plan() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--level", type=int, choices=LEVELS, default=1)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="NAME", help="faults whose names begin so"
    )
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--orders-per-fault", type=int, default=60, metavar="N")
    parser.add_argument("--report", type=Path, metavar="FILE", help="also as Markdown")
    asked = parser.parse_args()
    return Plan(**{**vars(asked), "only": tuple(asked.only)})


if __name__ == "__main__":
    sys.exit(main())
