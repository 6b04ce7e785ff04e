"""Postgres: one pool per process, one explicit transaction per unit of work."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NewType, TypeAlias

import asyncpg
from asyncpg import Pool
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:
    from asyncpg import Record

    Database: TypeAlias = Pool[Record]
    _Connection = PoolConnectionProxy[Record]
else:
    Database = Pool
    _Connection = PoolConnectionProxy

Tx = NewType("Tx", _Connection)
"""A connection inside an open transaction. Only `transaction` makes one, so writes are atomic."""

Reader: TypeAlias = "Database | Tx"
"""Anything a SELECT may run on."""


async def connect(dsn: str, *, size_max: int = 4) -> Database:
    """Open a pool of at most `size_max` connections."""
    return await asyncpg.create_pool(dsn, min_size=1, max_size=size_max)


@asynccontextmanager
async def transaction(db: Database) -> AsyncGenerator[Tx]:
    """Commit when the block ends, roll back when it raises."""
    async with db.acquire() as connection, connection.transaction():
        yield Tx(connection)
