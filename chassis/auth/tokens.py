"""The internal token: the gateway's word, for one service and a minute, on who asks (RFC 8725).

A service believes nothing else: no header names a user, a role or a dealer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from chassis.auth.rules import Actor, Role, Unauthenticated

ALGORITHM = "Ed25519"
TYPE = "qudao-internal+jwt"
ISSUER = "qudao-gateway"
TTL_SECONDS = 60
HEADER = frozenset({"alg", "kid", "typ"})
"""A header that says more (`jku`, `jwk`, `x5c`, `crit`, …) is refused: nothing in it is obeyed."""
LENGTH_MAX = 8_192
LEEWAY_SECONDS = 2
"""By how much the clocks of two machines may differ."""


def mint(key: OKPKey, actor: Actor, audience: str, ttl_seconds: float = TTL_SECONDS) -> str:
    """A token by which `audience` (a service) knows the actor until `ttl_seconds` from now."""
    now = time.time()
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        "iat": int(now),
        "exp": int(now + ttl_seconds),
        "sub": str(actor.user_id),
        "name": actor.name,
        "roles": sorted(actor.roles),
    }
    if actor.dealer_id:
        claims["dealer_id"] = str(actor.dealer_id)
    if actor.warehouse_ids is not None:
        claims["warehouse_ids"] = sorted(str(warehouse) for warehouse in actor.warehouse_ids)
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM], default_type=None)


class _Known(NamedTuple):
    actor: Actor
    expires_at: float


class Verifier:
    """Checks tokens for one service; remembers those it has checked until they expire."""

    def __init__(self, audience: str, jwks_path: Path, *, remembered_max: int = 10_000) -> None:
        self._audience, self._path = audience, jwks_path
        self._remembered_max = remembered_max
        self._known: dict[str, _Known] = {}
        self._read_keys()

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
            decoded = jwt.decode(token, self._keys, algorithms=[ALGORITHM])
            return self._believe(decoded.header, decoded.claims)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise Unauthenticated from fault

    def _believe(self, header: dict[str, Any], claims: dict[str, Any]) -> _Known:
        if header.keys() != HEADER or header["typ"] != TYPE:
            raise ValueError(header)
        if claims["iss"] != ISSUER or claims["aud"] != self._audience:
            raise ValueError(claims)
        if claims["iat"] > time.time() + LEEWAY_SECONDS:
            raise ValueError(claims)
        return _Known(_actor(claims), float(claims["exp"]))

    def _refresh_keys(self) -> None:
        """The gateway may have changed its keys: read them again when the file is another."""
        if self._path.stat().st_mtime_ns != self._read_at:
            self._read_keys()

    def _read_keys(self) -> None:
        self._read_at = self._path.stat().st_mtime_ns
        self._keys = KeySet.import_key_set(orjson.loads(self._path.read_bytes()))


def _actor(claims: dict[str, Any]) -> Actor:
    dealer, warehouses = claims.get("dealer_id"), claims.get("warehouse_ids")
    return Actor(
        user_id=UUID(claims["sub"]),
        name=claims["name"],
        roles=frozenset(Role(role) for role in claims["roles"]),
        dealer_id=UUID(dealer) if dealer else None,
        warehouse_ids=None if warehouses is None else frozenset(map(UUID, warehouses)),
    )
