"""`make model`: explore every interleaving up to a depth; what was seen, or a counterexample."""

from __future__ import annotations

import argparse
import sys
import time

from contracts.dealers import Terms, TermsKind
from tests.model.explore import explore, unhandled

SELF = 10**9
VARIANTS = {
    "credit, confirmed by hand": Terms(kind=TermsKind.CREDIT),
    "credit, confirms itself": Terms(kind=TermsKind.CREDIT, auto_confirm_max_minor=SELF),
    "prepaid, confirmed by hand": Terms(kind=TermsKind.PREPAID),
    "deposit 30 %": Terms(kind=TermsKind.DEPOSIT, deposit_percent=30),
    "cash on delivery": Terms(kind=TermsKind.COD),
}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--time-outs", type=int, default=1, help="how often a deadline may pass")
    parser.add_argument("--decisions", type=int, default=2, help="how often people may decide")
    arguments = parser.parse_args()
    faults = [f"no fact for {one}" for one in unhandled()]
    for name, terms in VARIANTS.items():
        began = time.perf_counter()
        report = explore(
            terms, time_outs_max=arguments.time_outs, decisions_max=arguments.decisions
        )
        seconds = time.perf_counter() - began
        say(
            f"{name}: {report.states} states, {report.moves} moves, {report.rests} rests "
            f"{report.endings} in {seconds:.1f} s"
        )
        if report.fault:
            faults.append(f"{name}: {report.fault}: " + " → ".join(report.counterexample))
    for fault in faults:
        say(f"FAULT {fault}")
    say(f"MODEL {'FAILED' if faults else 'OK'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
