"""`make bench-overload`: three times what the suite can do, and what becomes of it.

A closed loop finds saturation. Then one load process, which sends every order once and does not
wait for answers, places orders at a normal rate (half of saturation), at three times saturation,
and at the normal rate again; what it could not send in time itself is told as unsent. What must
hold:

- the gateway answers with 2xx, or with 429 or 503 and a Retry-After, and with nothing else;
- every order that was answered with 201 is found, and completes;
- within 60 seconds the p99 of acceptance is below twice its normal value, and stays there. An order
  that is turned away then counts as one that took for ever.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.bench import figures, running
from tests.bench.figures import percentiles
from tests.bench.running import Block
from tests.bench.site import Site, circumstances, ending, prepare, print_result, say, violations

TIMES = 3
NORMAL_SHARE = 0.5
RECOVERY_SECONDS = 60
WINDOW_SECONDS = 5
ALLOWED = {"201", "429", "503"}
Sent = Mapping[str, Any]
"""One order, as the load process saw it (tests.bench.pressure)."""


@dataclass(frozen=True, slots=True)
class Plan:
    seconds: int
    normal_seconds: int
    orders: int
    clients: int


async def main(plan: Plan) -> int:
    site = await prepare()
    await running.warm_up(site, plan.clients)
    say(f"closed loop: {plan.orders} orders, {plan.clients} clients")
    saturation = await _saturation(site, plan)
    since = datetime.now(UTC)
    (before, pressed, after), unsent = await _pressed(site, plan, saturation)
    say(f"overload: {_statuses(pressed)}; waiting for the accepted orders")
    await running.until_there(site, since)
    accepted = [one["order_id"] for one in (*before, *pressed, *after) if one["order_id"]]
    ended = await figures.ended(site.suite, accepted)
    found = await violations(site.suite, accepted)
    normal = percentiles(one["took_ms"] for one in before if one["order_id"])
    result = {
        **circumstances(),
        "saturating_per_second": saturation,
        "pressed_per_second": round(saturation * TIMES, 1),
        "pressed_seconds": plan.seconds,
        "normal_per_second": round(saturation * NORMAL_SHARE, 1),
        "normal_accept_ms": normal,
        "pressed_accept_ms": percentiles(one["took_ms"] for one in pressed if one["order_id"]),
        "answers": {
            name: _statuses(seen)
            for name, seen in (("normal", before), ("pressed", pressed), ("after", after))
        },
        "unsent": dict(zip(("normal", "pressed", "after"), unsent, strict=True)),
        "accepted": len(accepted),
        "ended": ended,
        "after_p99_ms": [round(p99, 1) if p99 < math.inf else None for p99 in _p99s(after)],
        "recovery_seconds": recovery_seconds(_p99s(after), normal["p99"]),
        "invariant_violations": found,
    }
    broken = _broken(result)
    print_result({**result, "broken": broken})
    return 1 if broken else 0


async def _saturation(site: Site, plan: Plan) -> float:
    """Orders a second from the first request to the last completion.

    With the ramp and the tail: a window between them counts what had piled up before.
    """
    report, wall_seconds = await running.run(site, Block(plan.orders, plan.clients))
    return round(len(report["order_ids"]) / wall_seconds, 1)


async def _pressed(site: Site, plan: Plan, saturation: float) -> tuple[list[list[Sent]], list[int]]:
    """Orders before, under and after the pressure; and how many could not be sent in time."""
    normal = saturation * NORMAL_SHARE
    phases = [
        {"rate": normal, "seconds": plan.normal_seconds},
        {"rate": saturation * TIMES, "seconds": plan.seconds},
        {"rate": normal, "seconds": RECOVERY_SECONDS + WINDOW_SECONDS},
    ]
    say(", ".join(f"{phase['rate']:.0f}/s for {phase['seconds']} s" for phase in phases))
    document = {
        "url": f"{site.suite.url('gateway')}/api/v1/orders",
        "skus": list(site.skus),
        "sessions": [{"cookie": one.cookie, "csrf": one.csrf} for one in site.sessions],
        "phases": phases,
    }
    seen = await running.loaded("tests.bench.pressure", document)
    return [phase["sent"] for phase in seen], [phase["unsent"] for phase in seen]


def _statuses(seen: Sequence[Sent]) -> dict[str, int]:
    return dict(Counter(str(one["status"]) for one in seen))


def _took_ms(seen: Sequence[Sent]) -> list[float]:
    return [one["took_ms"] if one["order_id"] else math.inf for one in seen]


def _p99s(seen: Sequence[Sent]) -> list[float]:
    """Of each window, by when the orders were due."""
    began = seen[0]["due"]
    windows: dict[int, list[Sent]] = {}
    for one in seen:
        windows.setdefault(int((one["due"] - began) / WINDOW_SECONDS), []).append(one)
    return [percentiles(_took_ms(windows[place]))["p99"] for place in sorted(windows)]


def recovery_seconds(p99s: Sequence[float], normal: float) -> int | None:
    """When the first window began from which on all are below twice the normal; None: never."""
    late = [place for place, p99 in enumerate(p99s) if p99 >= 2 * normal]
    first = late[-1] + 1 if late else 0
    return first * WINDOW_SECONDS if first < len(p99s) else None


def _broken(result: Mapping[str, Any]) -> list[str]:
    """Which of the promises."""
    strange = {status for seen in result["answers"].values() for status in seen} - ALLOWED
    recovered = result["recovery_seconds"]
    return [
        sentence
        for sentence, is_broken in (
            (f"answers that may not be: {sorted(strange)}", strange),
            ("orders lost or not completed", result["ended"] != {"COMPLETED": result["accepted"]}),
            ("no recovery in time", recovered is None or recovered > RECOVERY_SECONDS),
            ("violated invariants", result["invariant_violations"]),
        )
        if is_broken
    ]


def _chosen() -> Plan:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.overload", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="of overload")
    parser.add_argument("--normal-seconds", type=int, default=20, help="at the normal rate before")
    parser.add_argument("--orders", type=int, default=6_000, help="to find saturation with")
    parser.add_argument("--clients", type=int, default=256)
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    ending(main(_chosen()))
