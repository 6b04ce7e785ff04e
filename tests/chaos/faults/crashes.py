"""F1: every crash point, in the real process of every service that can come to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from chassis.crash import EXIT_CODE, POINTS
from deploy.local.suite import APPLICATIONS, SERVICES
from tests.chaos.fault import Fault
from tests.chaos.faults import provoking, words
from tests.chaos.ground import Ground

REACHED_SECONDS = 60.0
SPEAKING = ("orders", "catalog", "inventory", "billing", "notify")
HEARING = (*SPEAKING, "reports")
PARTICIPANTS = ("orders", "catalog", "inventory", "billing")
WHERE: Mapping[str, tuple[str, ...]] = {
    "relay.": SPEAKING,
    "consumer.": HEARING,
    "parking.": PARTICIPANTS,
    "rotation.": APPLICATIONS,
    "intake.": ("orders",),
    "numbers.": ("orders",),
    "command.": ("orders",),
    "timer.": ("orders",),
    "job.": APPLICATIONS,
    "dlq.": SPEAKING,
    "republish.": SPEAKING,
    "migrate.": SERVICES,
}
"""Which services come to which points under the load of the harness."""
NOWHERE = {"migrate.before_name": "no migration needs it yet; tests/integration has one that does"}
ONCE = ("parking.", "rotation.", "numbers.", "command.", "timer.", "job.", "relay.before_r")
"""Points that a process comes to only once, or seldom; to the others it comes all the time."""


def faults() -> dict[str, list[Fault]]:
    """By crash point, one for each service that comes to it."""
    return {
        point: [_fault(point, service) for service in _where(point)]
        for point in POINTS
        if point not in NOWHERE
    }


def _where(point: str) -> tuple[str, ...]:
    return next(services for prefix, services in WHERE.items() if point.startswith(prefix))


def _fault(point: str, service: str) -> Fault:
    inject = words.WORDS.get(point.partition(".")[0], _crash)
    return Fault(
        f"crash {point} in {service}", POINTS[point], partial(inject, point=point, service=service)
    )


async def _crash(ground: Ground, *, point: str, service: str) -> None:
    """Kill the process; it is started again with the point set, comes to it, and ends there."""
    seldom = point.startswith((*ONCE, "relay.after_rebase"))
    passing = 1 if seldom else ground.chance.randint(1, 4)
    ground.ask_once(service, {"QUDAO_CRASH_POINT": f"{point}@{passing}"})
    async with ground.beside(provoking.towards(point)(ground, service)):
        await ground.renewed(service, await ground.send(service))
        await ground.until(
            lambda: ground.process(service).exit_code == EXIT_CODE,
            f"{service} came to {point} for time {passing}",
            REACHED_SECONDS,
        )
