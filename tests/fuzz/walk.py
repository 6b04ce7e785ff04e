"""The walk through all operations: requests are made from the description, each is sent by all."""

from __future__ import annotations

import json
import random
import shlex
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from deploy.openapi import FOLDER
from tests.fuzz.judging import Fault, fault_of, refused
from tests.fuzz.people import Person
from tests.fuzz.pool import Pool

DESCRIPTION = FOLDER / "qudao.json"
ITEMS_MAX = 8
"""Of a list in a request: thousands are as good or bad as a few, and take seconds."""
JSON = "application/json"
"""Also said where nothing follows: to who asks whether something changed (304)."""
PLENTY = 100_000
"""Examples of one operation: its time is over before."""
BUSY = frozenset({503, 504})
BUSY_TRIES, BUSY_SECONDS = 3, 2.0
KEY_LIKELY = 0.9
SENT_HEADERS = frozenset({"content-type", "idempotency-key", "if-match", "accept-language"})
"""Those that routes read; not what only makes them wait, or says that another one asks."""
VERSION_LIKELY = 0.2
TELL_EVERY_SECONDS = 10.0


class _TimeIsOver(Exception):
    """The time of this operation."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and who sent it."""

    person: Person
    request: dict[str, Any]

    def curl(self) -> str:
        """The same again, but for the session."""
        made = self.person.http.build_request(**self.request)
        headers = [
            f"-H {shlex.quote(f'{name}: {value}')}"
            for name, value in sorted(self.request["headers"].items())
        ]
        made.read()
        body = [f"--data-binary {shlex.quote(made.content.decode(errors='replace'))}"]
        words = ["curl", "-X", made.method, shlex.quote(str(made.url)), *headers]
        return " ".join([*words, *(body if made.content else [])])


@dataclass(slots=True)
class Walked:
    """What came of it."""

    requests: int = 0
    faults: dict[Fault, tuple[int, Sent]] = field(default_factory=dict)
    """How often, and the first request that showed it."""
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    """By operation."""
    refused: list[Sent] = field(default_factory=list)
    """A sample of those that would change something."""
    refused_seen: int = 0


@dataclass(slots=True)
class Walk:
    """One run. The same seed makes the same requests, as far as the suite answers the same."""

    people: Sequence[Person]
    pool: Pool
    seed: int
    refused_kept: int
    say: Callable[[str], None]
    walked: Walked = field(default_factory=Walked)

    def through(self, seconds: float, only: str) -> Walked:
        """Each operation gets an equal share of the time that is left, in the order of `turn`."""
        operations = list(self._operations(only))
        random.Random(self.seed).shuffle(operations)
        operations.sort(key=turn)
        began = told = time.monotonic()
        for place, operation in enumerate(operations):
            left = began + seconds - time.monotonic()
            self._explore(operation, time.monotonic() + left / (len(operations) - place))
            if time.monotonic() > told + TELL_EVERY_SECONDS:
                told = time.monotonic()
                self.say(
                    f"[{told - began:4.0f} s] {place + 1} of {len(operations)} operations, "
                    f"{self.walked.requests:,} requests, {len(self.walked.faults)} faults"
                )
        return self.walked

    def _operations(self, only: str) -> Iterator[Any]:
        document = schemathesis.openapi.from_dict(_brief(json.loads(DESCRIPTION.read_text())))
        for result in document.get_all_operations():
            operation: Any = result.ok() if isinstance(result, Ok) else None
            assert operation, "the description is valid"
            if only in operation.label:
                yield operation

    def _explore(self, operation: Any, deadline: float) -> None:
        own_seed, asked = f"{self.seed} {operation.label}", 0
        chance = random.Random(own_seed)
        modes = (GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

        @seed(own_seed)
        @settings(
            max_examples=PLENTY,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def explore(case: Case[Any]) -> None:
            nonlocal asked
            if asked and time.monotonic() > deadline:
                raise _TimeIsOver
            asked += 1
            self._ask_as_everybody(case, chance)

        try:
            explore()
        except _TimeIsOver:
            return

    def _ask_as_everybody(self, case: Case[Any], chance: random.Random) -> None:
        self.pool.graft(case, chance)
        request = as_request(case)
        for person in self.people:
            headers = dict(request["headers"])
            if chance.random() < KEY_LIKELY:
                headers["idempotency-key"] = str(UUID(int=chance.getrandbits(128), version=4))
            if chance.random() > VERSION_LIKELY:
                headers.pop("if-match", None)
            self._ask(case, Sent(person, {**request, "headers": headers}), chance)

    def _ask(self, case: Case[Any], sent: Sent, chance: random.Random) -> None:
        answer = _patiently(sent)
        if answer is None:
            return
        self.walked.requests += 1
        self.walked.statuses.setdefault(case.operation.label, Counter())[answer.status_code] += 1
        if fault := fault_of(case, answer):
            often, first = self.walked.faults.get(fault, (0, sent))
            self.walked.faults[fault] = often + 1, first
        if refused(answer):
            self._sample(sent, chance)
        elif answer.content and answer.headers.get("content-type", "").startswith(JSON):
            self.pool.learn(answer.json(), case.operation.path)

    def _sample(self, sent: Sent, chance: random.Random) -> None:
        """Each refused request has the same chance to be among those that are kept."""
        if sent.request["method"] == "GET":
            return
        self.walked.refused_seen += 1
        if len(self.walked.refused) < self.refused_kept:
            self.walked.refused.append(sent)
        elif (place := chance.randrange(self.walked.refused_seen)) < self.refused_kept:
            self.walked.refused[place] = sent


def turn(operation: Any) -> tuple[bool, int]:
    """What lists comes first, then what makes, then what needs the ids of both; deletions last."""
    method = operation.method.upper()
    return method == "DELETE", 2 * operation.path.count("{") + (method != "GET")


def _brief(node: Any) -> Any:
    """The description with short lists wherever it says how long they may be."""
    match node:
        case dict():
            brief = {key: _brief(value) for key, value in node.items()}
            if isinstance(most := node.get("maxItems"), int):
                brief["maxItems"] = min(most, ITEMS_MAX)
            return brief
        case list():
            return [_brief(one) for one in node]
        case _:
            return node


def as_request(case: Case[Any]) -> dict[str, Any]:
    """As httpx takes it."""
    made = case.as_transport_kwargs(base_url="http://any")
    body = {"content": made["data"]} if "data" in made else {}
    if isinstance(body.get("content"), dict):
        body = {"data": made["data"]}
    if "json" in made:
        body = {"json": made["json"]}
    headers = {name.lower(): value for name, value in made["headers"].items()}
    path = made["url"].removeprefix("http://any")
    return {
        "method": made["method"].upper(),
        "url": path,
        "params": made.get("params") or None,
        "headers": {name: headers[name] for name in SENT_HEADERS & headers.keys()},
        **body,
    }


def _patiently(sent: Sent) -> httpx.Response | None:
    """A busy suite is asked again; None where no client could send the request."""
    for attempt in range(BUSY_TRIES):
        try:
            answer = sent.person.send(sent.request)
        except (UnicodeError, ValueError, TypeError, httpx.LocalProtocolError, httpx.InvalidURL):
            return None
        if answer.status_code not in BUSY:
            break
        time.sleep(BUSY_SECONDS * attempt)
    return answer
