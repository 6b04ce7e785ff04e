"""The secrets of this installation: made at its first start, kept in `var/keys`."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import KeySet, OKPKey

from deploy.postgres.roles import Passwords


@dataclass(frozen=True, slots=True)
class Keys:
    """Where each secret lies."""

    folder: Path

    @property
    def signing(self) -> Path:
        """The gateway's private key for the internal token (JWK)."""
        return self.folder / "signing.jwk"

    @property
    def jwks(self) -> Path:
        """The public keys that go with it (JWK Set)."""
        return self.folder / "jwks.json"

    @property
    def quote(self) -> Path:
        """What the catalog signs quotes with, and orders checks them by (HMAC)."""
        return self.folder / "quote.key"

    def password(self, role: str) -> str:
        """Of a PostgreSQL role; made when it is asked for the first time."""
        return _once(self.folder / f"{role}.password", secrets.token_urlsafe(24))

    def passwords(self, service: str) -> Passwords:
        return Passwords(self.password(f"{service}_owner"), self.password(service))


def ensure(folder: Path) -> Keys:
    """Make what is absent; never replaces a secret."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = Keys(folder)
    _once(keys.quote, secrets.token_hex(32))
    private = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)
    key = OKPKey.import_key(
        json.loads(_once(keys.signing, json.dumps(private.as_dict(private=True))))
    )
    _once(keys.jwks, json.dumps(KeySet([key]).as_dict(private=False)))
    return keys


def _once(path: Path, content: str) -> str:
    """Write it, readable for this user alone, unless it is there; what stands there now."""
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(content)
        with suppress(FileExistsError):
            os.link(draft, path)  # whole or not at all, and only if nobody was faster
        os.unlink(draft)
    return path.read_text()
