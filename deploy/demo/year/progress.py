"""A bar on the screen, or a line now and then where there is no screen."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field

WIDTH = 30
LINE_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class Bar:
    """How far something is; `what` in Chinese and English."""

    what: str
    total: int
    done: int = 0
    began: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def step(self, by: int = 1) -> None:
        self.done += by
        self._show()

    def _show(self) -> None:
        now, ended = time.monotonic(), self.done >= self.total
        screen = sys.stdout.isatty()
        if not ended and not screen and now < self.told + LINE_EVERY_SECONDS:
            return
        self.told = now
        full = WIDTH * self.done // self.total
        text = (
            f"  [{'█' * full}{'·' * (WIDTH - full)}] {self.done:,} / {self.total:,}  "
            f"{self.what}  {now - self.began:.0f} s"
        )
        print(f"\r{text}" if screen else text, end="" if screen and not ended else "\n", flush=True)
