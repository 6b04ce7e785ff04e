"""`make model`: explore every interleaving up to a depth; what was seen, or a counterexample."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator

from contracts.dealers import Shortage, Terms, TermsKind
from services.orders.domain.order import Order
from tests.model.explore import AMENDING, CLOSING, ORDINARY, Depth, explore
from tests.model.matrix import fill, unhandled

SELF = 10**9
VARIANTS = {
    "credit, confirmed by hand": Terms(kind=TermsKind.CREDIT),
    "credit, confirms itself": Terms(kind=TermsKind.CREDIT, auto_confirm_max_minor=SELF),
    "prepaid, confirmed by hand": Terms(kind=TermsKind.PREPAID),
    "deposit 30 %": Terms(kind=TermsKind.DEPOSIT, deposit_percent=30),
    "cash on delivery": Terms(kind=TermsKind.COD),
}
CANCELLING = frozenset({"somebody cancels"})
CHANGES = {
    "amended, prepaid": (
        Terms(kind=TermsKind.PREPAID, auto_confirm_max_minor=SELF),
        AMENDING | CANCELLING,
        Depth(time_outs=0, decisions=1, copies=0),
    ),
    "closed short, on credit": (
        Terms(kind=TermsKind.CREDIT, auto_confirm_max_minor=SELF, shortage=Shortage.SHIP_PARTIAL),
        CLOSING | CANCELLING,
        Depth(time_outs=0, decisions=2, copies=0),
    ),
}
"""What people do to an order later; how far it is walked when no depth is asked for."""
DEPTHS = (Depth(time_outs=1, decisions=2, copies=0), Depth(time_outs=1, decisions=1, copies=1))
"""What is walked when none is asked for: about a minute."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument(
        "--depth",
        type=lambda text: Depth(*map(int, text.split(","))),
        action="append",
        metavar="TIME-OUTS,DECISIONS,COPIES",
        help="how often each may happen on one way; may be given again",
    )
    faults = [f"no fact for {one}" for one in unhandled()]
    orders: set[Order] = set()
    asked = parser.parse_args().depth
    for depth in asked or DEPTHS:
        say(
            "depth: "
            + ", ".join(
                f"{count} {name.replace('_', '-')}" for name, count in depth._asdict().items()
            )
        )
        for name, terms in VARIANTS.items():
            faults += walk(name, terms, depth, orders)
    say("changes:")
    for name, (terms, people, depth) in CHANGES.items():
        for chosen in asked or (depth,):
            faults += walk(name, terms, chosen, orders, people)
    faults += tell_matrix(orders)
    for fault in faults:
        say(f"FAULT {fault}")
    say(f"MODEL {'FAILED' if faults else 'OK'}")
    return 1 if faults else 0


def walk(
    name: str,
    terms: Terms,
    depth: Depth,
    orders: set[Order],
    people: frozenset[str] = ORDINARY,
) -> Iterator[str]:
    """Explore one kind of terms, and say what was seen; its faults."""
    began = time.perf_counter()
    report = explore(terms, depth, people)
    endings = ", ".join(f"{count} {ending}" for ending, count in sorted(report.endings.items()))
    say(
        f"  {name}: {report.states} states, {report.moves} moves, {report.paths:.3g} paths, "
        f"{report.rests} rests ({endings}) in {time.perf_counter() - began:.1f} s"
    )
    orders |= report.orders
    if report.fault:
        story = "\n".join(f"  {place}. {what}" for place, what in enumerate(report.counterexample))
        yield f"{name}: {report.fault}, by this way:\n{story}"


def tell_matrix(orders: Iterable[Order]) -> list[str]:
    """Try every message on every order, and say how it ended; what nothing explains."""
    matrix = fill(orders)
    told = ", ".join(f"{matrix.pairs[one]} {one}" for one in ("handled", "ignored", "refused"))
    say(
        f"matrix: {len(matrix.states)} states × {len(matrix.inputs)} messages and decisions = "
        f"{matrix.pairs['in all']} pairs: {told}, 0 parked (a pair may be several, by other facts)"
    )
    for why, count in matrix.reasons.most_common():
        say(f"  ignored because {why}: {count} times")
    return sorted(set(matrix.faults))


if __name__ == "__main__":
    sys.exit(main())
