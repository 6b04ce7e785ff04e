"""What the suite on this machine consists of: folders, ports, processes and their settings."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local import keys, servers
from deploy.postgres import roles

ROOT = Path(__file__).resolve().parents[2]
CELL = "local"
SERVICES = ("dealers", "catalog", "orders", "inventory", "billing", "notify", "reports")
GATEWAY = "gateway"
APPLICATIONS = (*SERVICES, GATEWAY)
"""In the order of their start; they stop the other way round."""

PORTS = {
    GATEWAY: 8080,
    **{service: 8101 + place for place, service in enumerate(SERVICES)},
    "postgres": 8132,
    "kafka": 8192,
    "kafka_controller": 8193,
}


class PortTaken(Exception):
    """Another program listens where the suite wants to."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One installation: where its data lies and where it listens."""

    var: Path
    ports: Mapping[str, int]
    postgres_dsn: str | None
    """The superuser's address of a server that runs already."""
    kafka_bootstrap: str | None
    host: str = servers.HOST
    """Where an application answers; `{name}` stands for its name."""

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def spans(self) -> Path:
        """Traces, one file of JSON lines per process (`python -m deploy.ctl trace`)."""
        return self.var / "spans"

    @property
    def keys(self) -> keys.Keys:
        return keys.Keys(self.var / "keys")

    @property
    def bootstrap_servers(self) -> str:
        return self.kafka_bootstrap or f"{servers.HOST}:{self.ports['kafka']}"

    @property
    def superuser_dsn(self) -> str:
        if self.postgres_dsn:
            return self.postgres_dsn
        password = self.keys.password("postgres")
        return f"postgresql://postgres:{password}@{servers.HOST}:{self.ports['postgres']}/postgres"

    def dsn(self, application: str, *, role: str) -> str:
        """The address of an application's database, for one of its roles."""
        database, password = roles.database_of(application), self.keys.password(role)
        return roles.dsn_of(self.superuser_dsn, database, role=role, password=password)

    def url(self, application: str) -> str:
        return f"http://{self.host.format(name=application)}:{self.ports[application]}"


@dataclass(frozen=True, slots=True)
class Program:
    """One process of ours."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    port: int


def here(environment: Mapping[str, str] = os.environ) -> Suite:
    """The suite of this tree, as the environment shapes it:

    QUDAO_VAR (another data folder), QUDAO_PORT_BASE (other ports, side by side from there on),
    QUDAO_POSTGRES_DSN and QUDAO_KAFKA_BOOTSTRAP (servers that run already).
    """
    base = environment.get("QUDAO_PORT_BASE")
    return Suite(
        var=Path(environment.get("QUDAO_VAR") or ROOT / "var").resolve(),
        ports={name: int(base) + place for place, name in enumerate(PORTS)} if base else PORTS,
        postgres_dsn=environment.get("QUDAO_POSTGRES_DSN"),
        kafka_bootstrap=environment.get("QUDAO_KAFKA_BOOTSTRAP"),
    )


def application(suite: Suite, name: str) -> Program:
    """A service, or the gateway, with all its halves in one process."""
    return Program(
        name=name,
        argv=(sys.executable, "-m", _module(name)),
        environment=_environment(suite, name),
        port=suite.ports[name],
    )


def settings(suite: Suite, name: str) -> dict[str, str]:
    """What the environment of an application says."""
    own = {
        "CELL": CELL,
        "LOG_FORMAT": "json",
        "PORT": str(suite.ports[name]),
        "POSTGRES_DSN": suite.dsn(name, role=name),
        "KAFKA_BOOTSTRAP_SERVERS": suite.bootstrap_servers,
        "JWKS_PATH": str(suite.keys.jwks),
        **_own_settings(suite, name),
    }
    return {f"{name.upper()}_{setting}": value for setting, value in own.items()}


def check_ports(suite: Suite) -> None:
    """Raises PortTaken with the way out."""
    given = {"postgres": suite.postgres_dsn, "kafka": suite.kafka_bootstrap}
    for name, port in suite.ports.items():
        if not given.get(name.partition("_")[0]) and not _free(port):
            raise PortTaken(
                f"port {port} (for {name.replace('_', ' ')}) is taken by another program. "
                "Stop it, or move the whole suite: make up QUDAO_PORT_BASE=18080"
            )


def free_ports() -> int:
    """Where a row of free ports begins, below those that the kernel gives away."""
    while True:
        base = random.randrange(20_000, 32_000)
        with suppress(PortTaken):
            check_ports(here({"QUDAO_PORT_BASE": str(base)}))
            return base


def _module(name: str) -> str:
    return name if name == GATEWAY else f"services.{name}"


def _environment(suite: Suite, name: str) -> dict[str, str]:
    """The settings of one process; what the caller's own environment says of them wins."""
    return settings(suite, name) | {"QUDAO_SPANS_PATH": str(suite.spans)} | os.environ


def _own_settings(suite: Suite, name: str) -> dict[str, str]:
    """What only some of them need."""
    if name in ("catalog", "orders"):
        return {"QUOTE_KEY_PATH": str(suite.keys.quote)}
    if name == "dealers":
        return {"FILES_URL": (suite.var / "files" / name).as_uri()}
    if name == GATEWAY:
        urls = {f"{service.upper()}_URL": suite.url(service) for service in SERVICES}
        own = {
            "SIGNING_KEY_PATH": str(suite.keys.signing),
            "PUBLIC_URL": suite.url(GATEWAY),
            "STRANGERS_TRACES": "true",  # so that the demo can show them
        }
        return own | urls
    return {}


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((servers.HOST, port))
        except OSError:
            return False
        return True
