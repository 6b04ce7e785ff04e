"""Idempotency-Key: a request that is sent again has its effect once, and the same answer again.

Key, hash of the request and answer are rows of the transaction of the effect, so they stand or fall
together. A refusal is not kept: the same request may succeed later. Lock: the key's advisory lock,
in the order of the locks, before all others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import orjson
from asyncpg import Record
from asyncpg.exceptions import LockNotAvailableError
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from chassis.auth import Actor, authenticated
from chassis.db import Tx
from chassis.errors import DomainError

KEY_LENGTH_MAX = 255
REPLAYED = "Idempotency-Replayed"


class IdempotencyKeyMissing(DomainError):
    """This request needs an Idempotency-Key header.

    zh: 该请求必须携带 Idempotency-Key 请求头。
    请为每次操作生成一个新的 UUID；重试时沿用同一个值。

    Send a new UUID with each operation, and the same one again when you repeat it.
    """

    status = 400


class IdempotencyKeyReused(DomainError):
    """The Idempotency-Key belongs to another request.

    zh: 该 Idempotency-Key 已用于内容不同的请求。
    请为新的操作使用新的值。

    Send a new key with a new operation.
    """

    status = 422


class RequestInFlight(DomainError):
    """The same request is still being worked on.

    zh: 相同的请求正在处理中。
    请稍后用同一个 Idempotency-Key 重试。

    Repeat it shortly, with the same Idempotency-Key.
    """

    status = 409
    retry_after_seconds = 1


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a request the same as another."""

    scope: str
    """Who asked for what: `<dealer or user id> <method> <route>`."""
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, as bytes; `replayed`: to an earlier request."""

    status: int
    body: bytes
    replayed: bool = False

    def response(self) -> Response:
        headers = {REPLAYED: "true"} if self.replayed else None
        return Response(self.body, self.status, headers, media_type="application/json")


async def once(
    tx: Tx, key: Key, status: int, produce: Callable[[], Awaitable[BaseModel]]
) -> Response:
    """Answer as before, or let `produce` make the answer and keep it in its transaction.

    Waits up to two seconds for the same request. Raises IdempotencyKeyReused, RequestInFlight.
    """
    if answer := (await claim(tx, [key])).get(key):
        return answer.response()
    answer = Answer(status, (await produce()).model_dump_json().encode())
    await keep(tx, {key: answer})
    return answer.response()


async def claim(tx: Tx, keys: Sequence[Key]) -> dict[Key, Answer]:
    """Make equal requests of other transactions wait for this one; return what `find` does.

    Raises RequestInFlight after two seconds, IdempotencyKeyReused.
    """
    scopes, names = [key.scope for key in keys], [key.key for key in keys]
    try:
        patience = await tx.fetchval(
            """
            SELECT current_setting('lock_timeout'),
                   set_config('lock_timeout', '2s', true),
                   (SELECT count(pg_advisory_xact_lock(lock))
                    FROM (SELECT DISTINCT hashtextextended(scope || ' ' || key, 0) AS lock
                          FROM unnest($1::text[], $2::text[]) AS asked(scope, key)
                          ORDER BY lock) AS locks)
            """,
            scopes,
            names,
        )
    except LockNotAvailableError as waited:
        raise RequestInFlight from waited
    rows = await tx.fetch(
        """
        SELECT kept.scope, kept.key, kept.request_hash, kept.status, kept.answer
        FROM set_config('lock_timeout', $3, true),
             unnest($1::text[], $2::text[]) AS asked(scope, key)
        LEFT JOIN idempotency AS kept ON kept.scope = asked.scope AND kept.key = asked.key
        """,
        scopes,
        names,
        patience,
    )
    answers = _found(keys, rows)
    for answer in answers.values():
        if isinstance(answer, IdempotencyKeyReused):
            raise answer
    return {key: answer for key, answer in answers.items() if isinstance(answer, Answer)}


async def find(tx: Tx, keys: Sequence[Key]) -> dict[Key, Answer | IdempotencyKeyReused]:
    """What was answered to these requests before, as far as it was."""
    rows = await tx.fetch(
        """
        SELECT kept.scope, kept.key, kept.request_hash, kept.status, kept.answer
        FROM unnest($1::text[], $2::text[]) AS asked(scope, key)
        JOIN idempotency AS kept ON kept.scope = asked.scope AND kept.key = asked.key
        """,
        [key.scope for key in keys],
        [key.key for key in keys],
    )
    return _found(keys, rows)


def _found(keys: Sequence[Key], rows: Sequence[Record]) -> dict[Key, Answer | IdempotencyKeyReused]:
    kept = {(row["scope"], row["key"]): row for row in rows}
    found: dict[Key, Answer | IdempotencyKeyReused] = {}
    for key in keys:
        if row := kept.get((key.scope, key.key)):
            same = row["request_hash"] == key.request_hash
            answer = Answer(row["status"], row["answer"], replayed=True)
            found[key] = answer if same else IdempotencyKeyReused()
    return found


async def keep(tx: Tx, answers: Mapping[Key, Answer]) -> None:
    """Store what is answered, in the transaction of the effects.

    Raises UniqueViolationError where another transaction was first and `claim` was left out.
    """
    ordered = sorted(answers, key=lambda key: (key.scope, key.key))
    await tx.execute(
        """
        INSERT INTO idempotency (scope, key, request_hash, status, answer)
        SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::smallint[], $5::bytea[])
        """,
        [key.scope for key in ordered],
        [key.key for key in ordered],
        [key.request_hash for key in ordered],
        [answers[key].status for key in ordered],
        [answers[key].body for key in ordered],
    )


def key_of(actor: Actor, method: str, route: str, target: str, header: str, body: bytes) -> Key:
    """`route` is the template of the path, `target` the path itself with its query."""
    canonical = b"\0".join((target.encode(), _canonical(body)))
    return Key(
        scope=f"{actor.dealer_id or actor.user_id} {method} {route}",
        key=header,
        request_hash=hashlib.sha256(canonical).digest(),
    )


def _canonical(body: bytes) -> bytes:
    """JSON regardless of white space and the order of members; anything else as it is."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except ValueError:
        return body


def checked(header: str | None) -> str:
    """The header's value. Raises IdempotencyKeyMissing."""
    if not header or len(header) > KEY_LENGTH_MAX or not header.isprintable():
        raise IdempotencyKeyMissing
    return header


async def _key(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(description="A UUID of your own; the same again when you repeat the request."),
    ] = None,
) -> Key:
    header = checked(idempotency_key)
    actor = await authenticated(request, request.app.state.runtime)
    target = f"{request.url.path}?{request.url.query}"
    route = request.scope["route"].path
    return key_of(actor, request.method, route, target, header, await request.body())


IdempotencyKey = Annotated[Key, Depends(_key)]
