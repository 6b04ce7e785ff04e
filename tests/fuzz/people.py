"""Who asks: one person of each role, a machine, and somebody without a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from chassis.auth import Role
from deploy.demo.logins import Logins
from deploy.local.suite import GATEWAY, Suite

API = "/api/v1"
TIMEOUT_SECONDS = 60.0
STRANGER = "nobody"
LOGINS = {
    Role.ADM: "admin",
    Role.FIN: "fin",
    Role.PCK: "pck.gz",
    Role.WHS: "whs.gz",
    Role.DLV: "dlv.gz",
    Role.SAL: "sal.huanan",
    Role.DLR: "dlr02",
}
APPLICANT_LOGIN = "fuzz-applicant"


@dataclass(slots=True)
class Person:
    """Somebody who sends requests. `login` is empty for machines and strangers."""

    role: str
    http: httpx.Client
    login: str = ""
    password: str = ""
    answers: dict[int, int] = field(default_factory=dict)
    """How often by status."""

    def log_in(self) -> None:
        """His session; those who have none stay as they are."""
        if self.login:
            said = {"login": self.login, "password": self.password}
            answer = self.http.post(f"{API}/session", json=said).raise_for_status()
            self.http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]

    def send(self, request: dict[str, Any]) -> httpx.Response:
        """Ask; log in again, and ask again, when somebody has ended his session."""
        answer = self.http.request(**request)
        if answer.status_code == httpx.codes.UNAUTHORIZED and self.login:
            self.log_in()
            answer = self.http.request(**request)
        self.answers[answer.status_code] = self.answers.get(answer.status_code, 0) + 1
        return answer


@contextmanager
def gathered(suite: Suite, known: Logins) -> Iterator[list[Person]]:
    """All of them, logged in; those who may least come first."""
    with ExitStack() as stack:

        def enter(role: str, login: str = "") -> Person:
            http = httpx.Client(base_url=suite.url(GATEWAY), timeout=TIMEOUT_SECONDS)
            person = Person(role, stack.enter_context(http), login)
            person.password = known.password(login) if login else ""
            return person

        stranger = enter(STRANGER)
        staff = [enter(role, login) for role, login in LOGINS.items()]
        applicant = enter(Role.APPLICANT, APPLICANT_LOGIN)
        _register(applicant)
        for person in (applicant, *staff):
            person.log_in()
        machine = enter(Role.MACHINE)
        _give_token(machine, staff[0])
        yield [stranger, applicant, machine, *reversed(staff)]


def _register(applicant: Person) -> None:
    """Refused where a run before this one did it."""
    said = {"login": applicant.login, "name": "试用者", "password": applicant.password}
    applicant.http.post(f"{API}/registrations", json=said)


def _give_token(machine: Person, admin: Person) -> None:
    body = {"name": "fuzz", "roles": [Role.MACHINE], "dealer_id": None, "warehouse_ids": None}
    made = admin.http.post(f"{API}/api-clients", json=body).raise_for_status().json()
    proof = {name: made[name] for name in ("client_id", "client_secret")}
    form = {"grant_type": "client_credentials", **proof}
    answer = machine.http.post(f"{API}/oauth/token", data=form).raise_for_status()
    machine.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def own_ids(people: list[Person]) -> set[str]:
    """Users and dealers whom the run itself needs."""
    sessions = [one.http.get(f"{API}/session").json() for one in people if one.login]
    return {one[name] for one in sessions for name in ("user_id", "dealer_id") if one.get(name)}
