"""The quote: priced lines that catalog signs and orders trusts without asking again.

A token is a JWS in compact form (RFC 7515) with one algorithm, HMAC-SHA256, and one form of header;
any other is refused unread. The key file holds one secret a line: the first signs, all verify, so a
key is rotated by adding the new one below, then moving it to the top, then dropping the old one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationError

from contracts.catalog import PricedLine
from contracts.message import Minor, Part

SECRET_LENGTH_MIN = 32
TOKEN_LENGTH_MAX = 524_288
KEY_ID_LENGTH = 8


class Quote(Part):
    """What a dealer pays for these lines if he orders before it expires."""

    quote_id: UUID
    dealer_id: UUID
    priced_at: AwareDatetime
    expires_at: AwareDatetime
    currency: str
    lines: tuple[PricedLine, ...] = Field(min_length=1)
    total_minor: Minor = Field(ge=0, description="Sum of the lines' gross amounts.")


class InvalidQuote(Exception):
    """The token was not signed by catalog, or is none at all."""


class ExpiredQuote(Exception):
    """The quote was valid once; its prices are promised no longer."""


@dataclass(frozen=True, slots=True)
class QuoteKeys:
    """Secrets by key id; `signing` names the one that signs."""

    signing: str
    secrets: Mapping[str, bytes]


def read_keys(text: str) -> QuoteKeys:
    """Read a key file; raises ValueError when it holds no secret, or a short one."""
    found = [line.strip().encode() for line in text.splitlines() if line.strip()]
    if not found:
        raise ValueError("no quote key: the file is empty")
    if any(len(secret) < SECRET_LENGTH_MIN for secret in found):
        raise ValueError(f"a quote key must have at least {SECRET_LENGTH_MIN} characters")
    secrets = {_key_id(secret): secret for secret in found}
    return QuoteKeys(_key_id(found[0]), secrets)


def seal(quote: Quote, keys: QuoteKeys) -> str:
    """The token of a quote."""
    signed = _header(keys.signing) + b"." + _encoded(quote.model_dump_json().encode())
    return (signed + b"." + _signature(signed, keys.secrets[keys.signing])).decode()


def unseal(token: str, keys: QuoteKeys, now: datetime) -> Quote:
    """The quote of a token; raises InvalidQuote, ExpiredQuote."""
    if len(token) > TOKEN_LENGTH_MAX or not token.isascii():
        raise InvalidQuote
    signed, _, signature = token.encode().rpartition(b".")
    header, _, payload = signed.partition(b".")
    secret = next((s for key, s in keys.secrets.items() if _header(key) == header), None)
    if secret is None or not hmac.compare_digest(signature, _signature(signed, secret)):
        raise InvalidQuote
    try:
        quote = Quote.model_validate_json(_decoded(payload))
    except ValidationError:
        raise InvalidQuote from None
    if now >= quote.expires_at:
        raise ExpiredQuote
    return quote


def _key_id(secret: bytes) -> str:
    return hashlib.sha256(b"quote key " + secret).hexdigest()[:KEY_ID_LENGTH]


def _header(key_id: str) -> bytes:
    fields = {"alg": "HS256", "kid": key_id, "typ": "qudao-quote+jws"}
    return _encoded(json.dumps(fields, separators=(",", ":")).encode())


def _signature(signed: bytes, secret: bytes) -> bytes:
    return _encoded(hmac.digest(secret, signed, "sha256"))


def _encoded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _decoded(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"=" * (-len(text) % 4))
