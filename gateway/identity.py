"""Who is behind a cookie or a token, and the secrets themselves."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from chassis.auth import Actor

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """A user or a machine, as it is now."""

    actor: Actor
    version: int
    """Grows with each change of what he may do."""
    dealer_name: str | None


def new_secret(prefix: str) -> str:
    """256 random bits; the prefix lets secret scanners and people see what it is."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> bytes:
    """What is stored of a secret. It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def csrf_token_of(session_token: str) -> str:
    """What a page must send beside the cookie: it proves that the page could read our answers."""
    digest = hashlib.sha256(b"csrf:" + session_token.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
