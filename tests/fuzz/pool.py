"""What the suite has said of itself: ids and codes, so that requests reach things that exist."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Collection
from typing import Any

from schemathesis import Case

from tests.fuzz.people import API

KEPT = 40
"""Newest values by name."""
CODES = frozenset({"sku", "code", "number", "login", "reference", "category", "province", "city"})
SPARED = frozenset({"user_id", "dealer_id", "client_id"})
"""Of these the run's own people stay alone."""
LIKELY = 0.85
DEPTH_MAX = 6


class Pool:
    """Values by the name of the field that they stood in, and by what was asked for."""

    def __init__(self, own: Collection[str]) -> None:
        self._own = frozenset(own)
        self._seen: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._seen_in: dict[tuple[str, str], deque[str]] = defaultdict(lambda: deque(maxlen=KEPT))

    def learn(self, told: Any, path: str, depth: int = DEPTH_MAX) -> None:
        """Remember what an answer names that was given at this path."""
        if not depth:
            return
        if isinstance(told, list):
            for one in told[:KEPT]:
                self.learn(one, path, depth - 1)
        if isinstance(told, dict):
            for name, value in told.items():
                if _names(name) and isinstance(value, str):
                    self._keep(name, value, resource_of(path))
                self.learn(value, path, depth - 1)

    def _keep(self, name: str, value: str, resource: str) -> None:
        for seen in (self._seen[name], self._seen_in[resource, name]):
            if value not in seen:
                seen.append(value)

    def graft(self, case: Case[Any], chance: random.Random) -> None:
        """Put known values where a request has made-up ones, mostly."""
        spared = SPARED if case.method.upper() != "GET" else frozenset()
        resource = resource_of(case.operation.path)
        for name in case.path_parameters or {}:
            seen = self._seen_in.get((resource, name)) or self._seen[name]
            values = [one for one in seen if name not in spared or one not in self._own]
            if values and chance.random() < LIKELY:
                case.path_parameters[name] = chance.choice(values)
        for part in (case.query, case.body):
            self._graft_into(part, chance)

    def _graft_into(self, part: Any, chance: random.Random) -> None:
        if isinstance(part, list):
            for one in part:
                self._graft_into(one, chance)
        if isinstance(part, dict):
            for name, value in part.items():
                known = self._seen.get(name)
                if known and isinstance(value, str) and chance.random() < LIKELY:
                    part[name] = chance.choice(known)
                else:
                    self._graft_into(value, chance)


def resource_of(path: str) -> str:
    """`transfers` of `/api/v1/transfers/{document_id}/ship`: many things have a document_id."""
    return path.removeprefix(API).strip("/").partition("/")[0]


def _names(field: str) -> bool:
    return field.endswith("_id") or field in CODES
