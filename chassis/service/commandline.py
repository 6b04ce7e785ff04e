"""`python -m services.<name> <word>`: the processes of a service, and what operators do to it."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import uvloop
from pydantic import ValidationError

from chassis import dlq, log
from chassis.consumer import Dispatch
from chassis.db import connect
from chassis.kafka import KafkaPublisher
from chassis.migrate import migrate
from chassis.republish import republish
from chassis.service.serving import HALVES, serve
from chassis.service.table import Service
from chassis.settings import ServiceSettings


def run(service: Service) -> None:
    """Do what the command line says; without a word: serve API and worker in one process."""
    chosen = _parser(service).parse_args()
    settings = _settings(service)
    log.configure(service.name, level=settings.log_level, form=settings.log_format)
    uvloop.run(_work(service, settings, chosen))


def _settings(service: Service) -> ServiceSettings:
    """From the environment; what is wrong with it ends the process, told without any values."""
    try:
        return service.settings()
    except ValidationError as error:
        prefix = str(service.settings.model_config.get("env_prefix", "")).upper()
        faults = [f"{_variable(prefix, one['loc'])}: {one['msg']}" for one in error.errors()]
        raise SystemExit("\n".join(faults)) from None


def _variable(prefix: str, location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else prefix + name.upper()


def _parser(service: Service) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{service.name}")
    words = parser.add_subparsers(dest="word", metavar="WORD")
    parser.set_defaults(word="all")
    words.add_parser("all", help="serve the API and do the work of messages (default)")
    words.add_parser("api", help="serve the API only")
    words.add_parser("worker", help="consume, publish, and keep time only")
    words.add_parser("migrate", help="bring the database up to date, as the owner of its tables")
    again = words.add_parser("republish", help="fill Kafka again from the event log")
    again.add_argument("--since", type=_time, required=True, help="e.g. 2026-11-25T00:00Z")
    again.add_argument("--topic", help="only this one, e.g. orders.events")
    _add_dlq(words.add_parser("dlq", help="see and settle messages that cannot be handled"))
    for word, command in service.commands.items():
        words.add_parser(word, help=(command.__doc__ or "").partition("\n")[0])
    return parser


def _work(
    service: Service, settings: ServiceSettings, chosen: argparse.Namespace
) -> Coroutine[Any, Any, None]:
    match chosen.word:
        case word if word in HALVES:
            return serve(service, settings, word)
        case "migrate":
            return _migrate(service, settings)
        case "republish":
            return _republish(service, settings, chosen)
        case "dlq":
            return _dlq(service, settings, chosen)
        case word:
            return service.commands[word](settings)


async def _migrate(service: Service, settings: ServiceSettings) -> None:
    done = await migrate(str(settings.postgres_dsn), service.name)
    log.log.info("migrated", applied=done)


async def _republish(
    service: Service, settings: ServiceSettings, chosen: argparse.Namespace
) -> None:
    publisher = KafkaPublisher(
        settings.kafka_bootstrap_servers, cell=settings.cell, service=service.name, retimed=True
    )
    # Sorting a long history takes its time.
    dsn = str(settings.postgres_dsn)
    async with await connect(dsn, size_max=1, command_seconds_max=None) as db:
        try:
            count = await republish(db, publisher, chosen.since, topic=chosen.topic)
        finally:
            await publisher.close()
    log.log.info("republished", messages=count, since=chosen.since)


def _add_dlq(parser: argparse.ArgumentParser) -> None:
    decisions = parser.add_subparsers(dest="decision", metavar="DECISION", required=True)
    decisions.add_parser("list", help="the keys that are blocked, and why")
    for decision, about in (
        ("show", "all messages of a key, and the whole error"),
        ("retry", "handle them again, in order"),
        ("skip", "give up the oldest message, then handle the others"),
        ("abandon", "give up all of them"),
    ):
        one = decisions.add_parser(decision, help=about)
        one.add_argument("key", metavar="KEY", type=dlq.key_of, help="an order's id, a SKU …")


async def _dlq(service: Service, settings: ServiceSettings, chosen: argparse.Namespace) -> None:
    async with await connect(str(settings.postgres_dsn), size_max=1) as db:
        dispatch = Dispatch(db, service.subscriptions, service=service.name)
        try:
            match chosen.decision:
                case "list":
                    await dlq.show_keys(db)
                case "show":
                    await dlq.show_key(db, chosen.key)
                case "retry":
                    await dlq.retry(db, dispatch, chosen.key)
                case "skip":
                    await dlq.skip(db, dispatch, chosen.key)
                case _:
                    await dlq.abandon(db, dispatch, chosen.key)
        except dlq.KeyNotParked as absent:
            raise SystemExit(f"{absent} is not parked, or is just being tried again") from None


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
