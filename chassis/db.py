"""PostgreSQL: one pool per process, one explicit transaction per unit of work."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NewType, TypeAlias

import asyncpg
from asyncpg import InterfaceError, Pool, PostgresConnectionError
from asyncpg.exceptions import (
    InsufficientResourcesError,
    InternalClientError,
    InvalidAuthorizationSpecificationError,
    InvalidColumnReferenceError,
    LockNotAvailableError,
    OperatorInterventionError,
    PostgresSystemError,
    ReadOnlySQLTransactionError,
    TransactionRollbackError,
    UndefinedColumnError,
    UndefinedFunctionError,
    UndefinedTableError,
)
from asyncpg.exceptions._base import DataError as UnencodableError
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:
    from asyncpg import Connection, Record

    Database: TypeAlias = Pool[Record]
    _Connection = PoolConnectionProxy[Record]
else:
    Database = Pool
    _Connection = PoolConnectionProxy

Tx = NewType("Tx", _Connection)
"""A connection inside an open transaction. Only `transaction` makes one, so writes are atomic."""

Session = _Connection
"""A connection that runs one statement per transaction."""

Reader: TypeAlias = "Database | Tx"
"""Anything a SELECT may run on."""

OTHER_SCHEMA = (
    UndefinedTableError,
    UndefinedColumnError,
    UndefinedFunctionError,
    InvalidColumnReferenceError,
)
"""The schema is of another version than this process: it waits for the right one of both."""

TRANSIENT = (
    OSError,  # also TimeoutError
    InterfaceError,
    InternalClientError,
    PostgresConnectionError,
    InvalidAuthorizationSpecificationError,  # passwords are being changed
    TransactionRollbackError,
    LockNotAvailableError,
    *OTHER_SCHEMA,
    ReadOnlySQLTransactionError,  # the primary has just become a standby
    InsufficientResourcesError,
    OperatorInterventionError,
    PostgresSystemError,
)
"""Faults of the surroundings: the same work may succeed later. All others are the work's own."""


class UnfitValue(Exception):
    """No column can hold this value; asyncpg says so by what is otherwise a fault of the line."""


async def connect(
    dsn: str,
    *,
    size_max: int = 4,
    settings: Mapping[str, str] | None = None,
    command_seconds_max: float | None = 60,
) -> Database:
    """Open a pool of at most `size_max` connections.

    None is made before it is needed, and a broken one is replaced: the server may be down now or
    restart later. `settings` hold for each connection's whole life.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size_max,
        timeout=10,
        command_timeout=command_seconds_max,
        statement_cache_size=500,
        server_settings=dict(settings or {}),
        reset=_reset,
    )


@asynccontextmanager
async def transaction(db: Database) -> AsyncGenerator[Tx]:
    """Commit when the block ends, roll back when it raises.

    A connection lost during COMMIT leaves it unknown whether the transaction stands. Work that may
    be done again without harm (a batch with its inbox, a request with its key) just does. Raises
    UnfitValue.
    """
    async with db.acquire() as connection, connection.transaction():
        try:
            yield Tx(connection)
        except UnencodableError as error:
            raise UnfitValue(str(error)) from error


async def _reset(connection: Connection[Record]) -> None:
    """Spare a round trip at each release: our sessions keep no state beyond a transaction."""
    if connection.is_in_transaction():
        await connection.reset()
