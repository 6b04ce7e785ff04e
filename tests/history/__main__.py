"""`python -m tests.history check FILE`: hold a history against the gateway of the running suite."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from deploy.demo import logins
from deploy.demo.client import Caller
from deploy.local.suite import GATEWAY, here
from tests.history.check import SETTLE_SECONDS, check, counts
from tests.history.record import read

ADMIN = "admin"


async def main() -> int:
    suite = here()
    parser = argparse.ArgumentParser(prog="python -m tests.history", description=__doc__)
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("check", help="lost, doubled, oversold, and what else")
    checking.add_argument("file", type=Path)
    checking.add_argument("--url", default=suite.url(GATEWAY))
    checking.add_argument("--logins", type=Path, default=suite.var / "demo-logins.json")
    checking.add_argument("--settle", type=float, default=SETTLE_SECONDS, metavar="SECONDS")
    asked = parser.parse_args()
    async with Caller(asked.url, ADMIN) as admin:
        await admin.log_in(logins.load(asked.logins).password(ADMIN))
        findings = await check(asked.file, admin, settle_seconds=asked.settle)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    outcome = "FAILED" if findings else "OK"
    told = counts(read(asked.file))
    sys.stdout.write(f"HISTORY {outcome} findings={len(findings)} ({told})\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
