"""`make verify`: ask a running installation every invariant; any violation is a non-zero exit."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from uuid import UUID

from deploy.ctl.accepted import Accepted
from deploy.ctl.looking import Asked, Databases, Finding, ask, opened, questions
from deploy.local.suite import here

SAMPLE = 3
PAUSE_SECONDS = 1.0


async def verify(
    superuser_dsn: str,
    *,
    settle_seconds: float,
    only: str | None,
    accepted: Collection[UUID] = (),
) -> list[Finding]:
    """Put every question; what is amiss is asked again until it settles or the time is over.

    `accepted`: orders that clients saw accepted, as they noted themselves.
    """
    deadline = time.monotonic() + settle_seconds
    seen_outside = (Accepted(frozenset(accepted)),) if accepted else ()
    async with opened(superuser_dsn) as databases:
        return [
            await _settled(databases, question, deadline)
            for question in (*questions(), *seen_outside)
            if only in {None, question.id}
        ]


async def _settled(databases: Databases, question: Asked, deadline: float) -> Finding:
    finding = await ask(databases, question)
    while finding.violations and time.monotonic() < deadline:
        await asyncio.sleep(PAUSE_SECONDS)
        finding = (await ask(databases, question)).still(finding)
    return finding


def report(findings: list[Finding], *, must_look: bool) -> int:
    """Print each with a sample of its offenders; the exit code."""
    for finding in findings:
        idle = must_look and not finding.looked
        verdict = "VIOLATED" if finding.violations else "NOTHING SEEN" if idle else "ok"
        print(
            f"{finding.id:5} {finding.looked:>10,} looked at {finding.violations:>6,} violations"
            f"  {verdict:12}  {finding.sentence}"
        )
        for subject, fault in list(finding.offenders.items())[:SAMPLE]:
            print(f"        {subject}: {fault}")
    violations = sum(finding.violations for finding in findings)
    idle_count = sum(not finding.looked for finding in findings) if must_look else 0
    looked = sum(finding.looked for finding in findings)
    outcome = "FAILED" if violations or idle_count else "OK"
    print(f"VERIFY {outcome} checks={len(findings)} looked={looked} violations={violations}")
    return 1 if violations or idle_count else 0


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.ctl.verify", description=__doc__)
    parser.add_argument("--postgres", metavar="DSN", help="superuser's address of another server")
    parser.add_argument("--only", metavar="ID", help="one invariant, e.g. I-5")
    parser.add_argument(
        "--must-look", action="store_true", help="a check that finds nothing to look at fails"
    )
    parser.add_argument(
        "--settle",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="how long what is on its way may take to arrive (20)",
    )
    parser.add_argument(
        "--accepted",
        type=Path,
        metavar="FILE",
        help="ids of the orders that clients saw accepted, one a line",
    )
    arguments = parser.parse_args(words)
    accepted = [UUID(line) for line in _lines(arguments.accepted)]
    dsn = arguments.postgres or here().superuser_dsn
    findings = asyncio.run(
        verify(
            dsn,
            settle_seconds=arguments.settle,
            only=arguments.only,
            accepted=accepted,
        )
    )
    return report(findings, must_look=arguments.must_look)


def _lines(path: Path | None) -> list[str]:
    return path.read_text().split() if path else []


if __name__ == "__main__":
    sys.exit(main())
