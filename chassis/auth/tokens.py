"""The internal token: the gateway's word, for one service and a minute, on who asks (RFC 8725).

A service believes nothing else: no header names a user, a role or a dealer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth.rules import Actor, Role, Unauthenticated

ALGORITHM = "Ed25519"
TYPE = "qudao-internal+jwt"
ISSUER: Literal["qudao-gateway"] = "qudao-gateway"
TTL_SECONDS = 60
TTL_SECONDS_MAX = 120
"""A token that claims to live longer is not the gateway's."""
HEADER = frozenset({"alg", "kid", "typ"})
"""A header that says more (`jku`, `jwk`, `x5c`, `crit`, …) is refused: nothing in it is obeyed."""
LENGTH_MAX = 8_192
LEEWAY_SECONDS = 2
"""By how much the clocks of two machines may differ."""


class _Claims(BaseModel):
    """What a token says; no more, no less, and nothing of another kind."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    iss: Literal["qudao-gateway"]
    aud: str
    iat: int
    exp: int
    sub: UUID
    name: str = Field(max_length=200)
    roles: frozenset[Role]
    dealer_id: UUID | None = None
    warehouse_ids: frozenset[UUID] | None = None
    territories: frozenset[str] | None = None


class _Known(NamedTuple):
    actor: Actor
    expires_at: float


def mint(key: OKPKey, actor: Actor, audience: str, ttl_seconds: float = TTL_SECONDS) -> str:
    """A token by which `audience` (a service) knows the actor until `ttl_seconds` from now."""
    now = time.time()
    claims = _Claims(
        iss=ISSUER,
        aud=audience,
        iat=int(now),
        exp=int(now + ttl_seconds),
        sub=actor.user_id,
        name=actor.name,
        roles=actor.roles,
        dealer_id=actor.dealer_id,
        warehouse_ids=actor.warehouse_ids,
        territories=actor.territories,
    )
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    body = claims.model_dump_json(exclude_none=True)
    return jws.serialize_compact(header, body, key, algorithms=[ALGORITHM])


class Verifier:
    """Checks tokens for one service; remembers those it has checked until they expire."""

    def __init__(self, audience: str, jwks_path: Path, *, remembered_max: int = 10_000) -> None:
        self._audience, self._path = audience, jwks_path
        self._remembered_max = remembered_max
        self._known: dict[str, _Known] = {}
        self._read_at = self._path.stat().st_mtime_ns
        self._keys = _read(self._path)

    @property
    def remembered(self) -> int:
        return len(self._known)

    def actor(self, token: str) -> Actor:
        """Who asks. Raises Unauthenticated, whatever is wrong with the token."""
        known = self._known.get(token) or self._remember(token)
        if known.expires_at <= time.time():
            self._known.pop(token, None)
            raise Unauthenticated
        return known.actor

    def _remember(self, token: str) -> _Known:
        known = self._verify(token)
        while len(self._known) >= self._remembered_max:
            del self._known[next(iter(self._known))]  # the oldest
        self._known[token] = known
        return known

    def _verify(self, token: str) -> _Known:
        if len(token) > LENGTH_MAX:
            raise Unauthenticated
        self._refresh_keys()
        try:
            signed = jws.deserialize_compact(token, self._keys, algorithms=[ALGORITHM])
            header = signed.headers()
            if header.keys() != HEADER or header["typ"] != TYPE:
                raise Unauthenticated
            return self._believe(_Claims.model_validate_json(signed.payload))
        except (JoseError, ValueError, TypeError) as fault:
            raise Unauthenticated from fault

    def _believe(self, claims: _Claims) -> _Known:
        if claims.aud != self._audience or claims.exp > claims.iat + TTL_SECONDS_MAX:
            raise Unauthenticated
        if claims.iat > time.time() + LEEWAY_SECONDS:
            raise Unauthenticated
        actor = Actor(
            claims.sub,
            claims.name,
            claims.roles,
            claims.dealer_id,
            claims.warehouse_ids,
            claims.territories,
        )
        return _Known(actor, claims.exp)

    def _refresh_keys(self) -> None:
        """The gateway may have changed its keys; a file that cannot be read changes nothing."""
        read_at = self._path.stat().st_mtime_ns
        if read_at != self._read_at:
            self._read_at = read_at
            try:
                self._keys = _read(self._path)
            except ValueError:
                return
            self._known.clear()


def _read(path: Path) -> KeySet:
    """Raises ValueError."""
    try:
        return KeySet.import_key_set(orjson.loads(path.read_bytes()))
    except JoseError as fault:
        raise ValueError(path) from fault
