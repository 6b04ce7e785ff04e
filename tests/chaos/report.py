"""What a run has shown, as a document."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.chaos.ending import SHOWN_MAX
from tests.chaos.health import RECOVERY_SECONDS_MAX


@dataclass(frozen=True, slots=True)
class Injected:
    """One fault as it went."""

    name: str
    sentence: str
    recovery_seconds: float


@dataclass(slots=True)
class Outcome:
    """A whole run."""

    level: int
    seed: int
    commit: str
    began: datetime
    injected: list[Injected] = field(default_factory=list)
    orders: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def document(self) -> dict[str, object]:
        """What the last line of a run says."""
        return {
            "level": self.level,
            "seed": self.seed,
            "commit": self.commit,
            "cores": os.cpu_count(),
            "seconds": round(self.seconds),
            "faults": len(self.injected),
            "crash_points": sum(one.name.startswith("crash ") for one in self.injected),
            "orders": sum(self.orders.values()),
            "ends": self.orders,
            "answers": self.answers,
            "slowest_recovery_seconds": round(
                max((one.recovery_seconds for one in self.injected), default=0.0), 1
            ),
            "violations": len(self.violations),
            "violated": self.violations[:SHOWN_MAX],
        }

    def markdown(self) -> str:
        """For docs/reports."""
        lines = [
            "# Faults from outside",
            "",
            f"`make chaos LEVEL={self.level} SEED={self.seed}` at `{self.commit}`, begun"
            f" {self.began:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores,"
            f" {self.seconds / 60:.0f} minutes: **{len(self.injected)} faults,"
            f" {sum(self.orders.values())} orders accepted, {len(self.violations)} violations**.",
            "Each fault under load; then healthy again unattended"
            f" (limit {RECOVERY_SECONDS_MAX:.0f} s), at the end every order at its end,"
            " `make verify` and the history of the clients without a fault.",
            "",
            "| fault | what | times | slowest recovery |",
            "|---|---|---|---|",
            *self._rows(),
            "",
            "| orders | |",
            "|---|---|",
            *(f"| {end} | {count} |" for end, count in sorted(self.orders.items())),
            "",
            "| answers of the gateway | |",
            "|---|---|",
            *(f"| {answer} | {count} |" for answer, count in sorted(self.answers.items())),
            "",
            *(f"- VIOLATED: {one}" for one in self.violations),
        ]
        return "\n".join(lines).rstrip() + "\n"

    def _rows(self) -> list[str]:
        by_name: dict[str, list[Injected]] = {}
        for one in self.injected:
            by_name.setdefault(one.name, []).append(one)
        return [
            f"| {name} | {group[0].sentence} | {len(group)}"
            f" | {max(one.recovery_seconds for one in group):.1f} s |"
            for name, group in sorted(by_name.items())
        ]


def beginning(level: int, seed: int) -> Outcome:
    """Of a run that begins now."""
    shown = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return Outcome(level, seed, shown.stdout.strip(), datetime.now(UTC))
