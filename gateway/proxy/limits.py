"""How often somebody may ask: counted per user, or per address where nobody is known yet."""

from __future__ import annotations

import time
from typing import ClassVar

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from chassis.errors import DomainError
from gateway.settings import Settings

Header = tuple[bytes, bytes]


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


class Limits:
    """Limits by class of route; each instance of the gateway counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._items: dict[str, RateLimitItem] = {
            "read": RateLimitItemPerMinute(settings.reads_per_minute),
            "write": RateLimitItemPerMinute(settings.writes_per_minute),
            "anonymous": RateLimitItemPerMinute(settings.anonymous_per_minute),
            "login": RateLimitItemPerMinute(settings.logins_per_address_per_minute),
            "account": RateLimitItemPerMinute(settings.failed_logins_per_account, 5),
            "registration": RateLimitItemPerHour(settings.registrations_per_address_per_hour),
        }
        self._policies = {
            name: f'"{name}";q={item.amount};w={item.get_expiry()}'.encode()
            for name, item in self._items.items()
        }

    def count(self, name: str, who: str) -> list[Header]:
        """One more request; returns what the answer says of it. Raises RateLimited."""
        item = self._items[name]
        if not self._counter.hit(item, name, who):
            raise RateLimited(name, retry_after_seconds=self._seconds_left(item, name, who))
        return self.headers(name, who)

    def headers(self, name: str, who: str) -> list[Header]:
        """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers)."""
        item = self._items[name]
        window = self._counter.get_window_stats(item, name, who)
        left = b'"%s";r=%d;t=%d' % (name.encode(), window.remaining, _seconds(window.reset_time))
        return [(b"ratelimit-policy", self._policies[name]), (b"ratelimit", left)]

    def clear(self, name: str, who: str) -> None:
        """Forget what was counted."""
        self._counter.clear(self._items[name], name, who)

    def _seconds_left(self, item: RateLimitItem, name: str, who: str) -> int:
        return _seconds(self._counter.get_window_stats(item, name, who).reset_time)


def _seconds(reset_time: float) -> int:
    return max(1, round(reset_time - time.time()))
