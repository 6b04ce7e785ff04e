"""Passwords as Argon2id hashes. Hashing is slow on purpose, so few at a time, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from chassis.errors import Unavailable
from gateway.domain import password_text

# OWASP Password Storage Cheat Sheet: 19 MiB, 2 rounds, 1 lane; 17 ms on the machine of the bench.
_HASHER = PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))


class Passwords:
    """Hashes and verifies, at most `at_once` at a time, with at most `waiting_max` behind them."""

    def __init__(self, *, at_once: int = 1, waiting_max: int = 32) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._room = waiting_max
        self._decoy = _HASHER.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The text to store for a password."""
        async with self._slots:
            return await asyncio.to_thread(_HASHER.hash, password_text(password))

    async def hash_all(self, passwords: Sequence[str | None]) -> list[str | None]:
        """As `hash`, for many; None stays None."""
        return [None if one is None else await self.hash(one) for one in passwords]

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether it is right, and a fresher hash where the stored one is out of date.

        An unknown user (`stored` is None) takes as long as a known one. Raises Unavailable when
        too many wait already.
        """
        if self._room == 0:
            raise Unavailable(retry_after_seconds=1)
        self._room -= 1
        try:
            async with self._slots:
                right, fresher = await asyncio.to_thread(
                    _HASHER.verify_and_update, password_text(password), stored or self._decoy
                )
        finally:
            self._room += 1
        return right and stored is not None, fresher if stored else None
