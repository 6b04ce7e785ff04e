"""Who is calling: from cookie or token to a user, and on to the internal token of a service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest

from joserfc.jwk import OKPKey

from chassis.auth import Actor, mint
from chassis.db import Database
from chassis.errors import DomainError
from gateway.identity import Identity, csrf_token_of, hash_of
from gateway.proxy.headers import Headers
from gateway.proxy.lookup import Lookup
from gateway.settings import Settings
from gateway.store import sessions

REMEMBERED_MAX = 20_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfTokenMissing(DomainError):
    """The request does not prove that it comes from our own pages.

    zh: 请求缺少有效的 X-CSRF-Token。
    请刷新页面后重试。

    Send the `csrf_token` of GET /api/v1/session as X-CSRF-Token.
    """

    status = 403


@dataclass(slots=True)
class Caller:
    """A user or a machine, for some seconds."""

    identity: Identity
    token: str
    csrf_token: str | None
    """None: came with a token in a header, which no browser adds by itself."""
    known_until: float
    passes: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By service: the internal token, and until when it is used."""

    @property
    def actor(self) -> Actor:
        return self.identity.actor


class Callers:
    """Remembers callers for a few seconds, and their internal tokens for half their life."""

    def __init__(self, db: Database, settings: Settings, key: OKPKey) -> None:
        self._key, self._settings = key, settings
        self.cookie = ("__Host-qudao_session" if settings.secure else "qudao_session").encode()
        self._known: dict[str, Caller] = {}
        idle = timedelta(hours=settings.session_idle_hours)

        async def by_session(hashes: Collection[bytes]) -> Mapping[bytes, Identity]:
            return await sessions.sessions(db, hashes, idle=idle)

        async def by_access_token(hashes: Collection[bytes]) -> Mapping[bytes, Identity]:
            return await sessions.access_tokens(db, hashes)

        self._by_session = Lookup(by_session)
        self._by_access_token = Lookup(by_access_token)

    async def caller(self, headers: Headers, now: float) -> Caller | None:
        """Who calls; None when he does not say, or what he says is not (or no more) true."""
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"bearer":
            return await self._remembered(token, self._by_access_token, now, is_session=False)
        if cookie := cookie_of(headers.get(b"cookie", b""), self.cookie):
            return await self._remembered(cookie, self._by_session, now, is_session=True)
        return None

    async def still(self, caller: Caller, now: float) -> Caller | None:
        """The same caller as he is now; None when he was shut out meanwhile."""
        lookup = self._by_session if caller.csrf_token else self._by_access_token
        is_session = caller.csrf_token is not None
        return await self._remembered(caller.token.encode(), lookup, now, is_session=is_session)

    def forget(self, token: str) -> None:
        """He logged out: this process must not believe him for some more seconds."""
        self._known.pop(token, None)

    def internal_token(self, caller: Caller, service: str, now: float) -> str:
        """What a service believes: who asks, for this service, for less than a minute."""
        token, used_until = caller.passes.get(service, ("", 0.0))
        if now >= used_until:
            lifetime = self._settings.internal_token_seconds
            token = mint(self._key, caller.identity.actor, service, lifetime)
            caller.passes[service] = (token, now + lifetime / 2)
        return token

    async def _remembered(
        self,
        raw: bytes,
        lookup: Callable[[bytes], Awaitable[Identity | None]],
        now: float,
        *,
        is_session: bool,
    ) -> Caller | None:
        token = raw.decode("latin-1")
        known = self._known.get(token)
        if known and now < known.known_until and is_session == (known.csrf_token is not None):
            return known
        identity = await lookup(hash_of(token))
        if identity is None:
            self._known.pop(token, None)
            return None
        return self._remember(token, identity, now, csrf=is_session)

    def _remember(self, token: str, identity: Identity, now: float, *, csrf: bool) -> Caller:
        until = now + self._settings.identity_cache_seconds
        known = self._known.get(token)
        if known and known.identity == identity:  # keep his internal tokens
            known.known_until = until
            return known
        while len(self._known) >= REMEMBERED_MAX:
            del self._known[next(iter(self._known))]  # the oldest
        caller = Caller(identity, token, csrf_token_of(token) if csrf else None, until)
        self._known[token] = caller
        return caller


def check_csrf(caller: Caller, method: str, headers: Headers) -> None:
    """Raises CsrfTokenMissing when another site's page may have sent this in the user's name."""
    if caller.csrf_token is None or method in SAFE:
        return
    if not compare_digest(headers.get(b"x-csrf-token", b""), caller.csrf_token.encode()):
        raise CsrfTokenMissing


def check_same_site(method: str, headers: Headers) -> None:
    """The same for those who are not logged in: nobody is to be logged in as somebody else."""
    if method not in SAFE and headers.get(b"sec-fetch-site") == b"cross-site":
        raise CsrfTokenMissing


def cookie_of(header: bytes, name: bytes) -> bytes | None:
    """A cookie by its name."""
    for part in header.split(b";"):
        key, _, value = part.strip().partition(b"=")
        if key == name:
            return value
    return None
