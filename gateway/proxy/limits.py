"""How often somebody may ask: counted per user, or per address where nobody is known yet.

By the generic cell rate algorithm (ITU-T I.371): one number per caller says when he has used up
what he may. The in-memory storage of the library `limits` starts a thread each 10 ms under load,
which looks at all callers; this costs a look-up.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import ClassVar

from chassis.errors import DomainError
from gateway.settings import Settings

Header = tuple[bytes, bytes]
SWEEP_MIN = 1_000


class RateLimited(DomainError):
    """You ask too often.

    zh: 请求过于频繁。
    请按 Retry-After 等待后重试。

    Wait as long as Retry-After says, then go on.
    """

    status: ClassVar[int] = 429

    def __init__(self, limit: str, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(limit=limit)


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody has used of a limit."""

    left: int
    seconds: float
    """Until all of it is there again; of a refused request: until one more is allowed."""
    allowed: bool = True


@dataclass(slots=True)
class Limit:
    """So many requests in a window; who used them up gets them back one by one."""

    amount: int
    window_seconds: float
    _used_until: dict[str, float] = field(default_factory=dict)
    """By caller: when all that he used is there again; in the past is the same as absent."""
    _sweep_at: int = SWEEP_MIN

    def count(self, who: str, now: float) -> Use:
        """One more request at `now`, seconds of any clock that only goes forward."""
        interval = self.window_seconds / self.amount
        used_until = max(self._used_until.get(who, now), now) + interval
        too_early = used_until - self.window_seconds - now
        if too_early > 1e-9:
            return Use(0, too_early, allowed=False)
        self._used_until[who] = used_until
        if len(self._used_until) > self._sweep_at:
            self._sweep(now)
        return Use(
            int((self.window_seconds - used_until + now) / interval + 1e-6), used_until - now
        )

    def clear(self, who: str) -> None:
        """Forget what he used."""
        self._used_until.pop(who, None)

    def _sweep(self, now: float) -> None:
        self._used_until = {who: until for who, until in self._used_until.items() if until > now}
        self._sweep_at = max(SWEEP_MIN, 2 * len(self._used_until))


class Limits:
    """Limits by class of route; each instance of the gateway counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self._limits = {
            "read": Limit(settings.reads_per_minute, 60),
            "write": Limit(settings.writes_per_minute, 60),
            "anonymous": Limit(settings.anonymous_per_minute, 60),
            "login": Limit(settings.logins_per_address_per_minute, 60),
            "account": Limit(settings.failed_logins_per_account, 300),
            "registration": Limit(settings.registrations_per_address_per_hour, 3_600),
        }
        self._policies = {
            name: (b"ratelimit-policy", f'"{name}";q={one.amount};w={one.window_seconds}'.encode())
            for name, one in self._limits.items()
        }

    def count(self, name: str, who: str) -> tuple[Header, Header]:
        """One more request; returns what the answer says of it. Raises RateLimited.

        The headers are those of draft-ietf-httpapi-ratelimit-headers.
        """
        use = self._limits[name].count(who, time.monotonic())
        if not use.allowed:
            raise RateLimited(name, retry_after_seconds=math.ceil(use.seconds))
        left = f'"{name}";r={use.left};t={math.ceil(use.seconds)}'.encode()
        return self._policies[name], (b"ratelimit", left)

    def clear(self, name: str, who: str) -> None:
        """Forget what was counted."""
        self._limits[name].clear(who)
