"""`python -m services.<name> <word>`: the processes of a service, and what operators do to it."""

from __future__ import annotations

import argparse
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import uvloop

from chassis import log
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
    settings = service.settings()
    log.configure(service.name, level=settings.log_level, form=settings.log_format)
    uvloop.run(_work(service, settings, chosen))


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
        case word:
            return service.commands[word](settings)


async def _migrate(service: Service, settings: ServiceSettings) -> None:
    done = await migrate(str(settings.postgres_dsn), service.name)
    log.log.info("migrated", applied=done)


async def _republish(
    service: Service, settings: ServiceSettings, chosen: argparse.Namespace
) -> None:
    publisher = KafkaPublisher(
        settings.kafka_bootstrap_servers, cell=settings.cell, service=service.name
    )
    async with await connect(str(settings.postgres_dsn), size_max=1) as db:
        try:
            count = await republish(db, publisher, chosen.since, topic=chosen.topic)
        finally:
            await publisher.close()
    log.log.info("republished", messages=count, since=chosen.since)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
