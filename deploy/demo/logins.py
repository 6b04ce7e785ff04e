"""The passwords of the demo's people: made once per suite, kept in a file only its owner reads."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

SYLLABLES = (
    "ba be bo da de do fa fe ga go ka ke ko la le lo ma me mo na ne no pa po ra re ro sa so ta to"
)


@dataclass(slots=True)
class Logins:
    """Password by login."""

    path: Path
    passwords: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    """Logins whose password is of this run."""

    def password(self, login: str) -> str:
        """His password; a new one for somebody new."""
        if login not in self.passwords:
            self.passwords[login] = _speakable()
            self.made.add(login)
        return self.passwords[login]

    def save(self) -> None:
        """Whole or not at all, and readable for its owner alone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(self.passwords, file, indent=2, sort_keys=True)
        draft.replace(self.path)


def load(path: Path) -> Logins:
    """What was saved before, if anything."""
    return Logins(path, json.loads(path.read_text()) if path.exists() else {})


def _speakable() -> str:
    """About 62 bits, and still to be typed by a person."""
    words = SYLLABLES.split()
    groups = ("".join(secrets.choice(words) for _ in range(3)) for _ in range(4))
    return "-".join(groups)
