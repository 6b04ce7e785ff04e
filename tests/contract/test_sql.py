"""Every SQL statement is a literal, sits where SQL belongs, and PostgreSQL accepts it."""

import ast
from pathlib import Path

import pytest
from asyncpg import PostgresError

VERBS = {"execute", "executemany", "fetch", "fetchrow", "fetchval", "cursor"}
RECEIVERS = {"tx", "reader", "db", "connection"}
SERVICES = ("dealers", "catalog", "orders", "inventory", "billing", "notify", "reports", "gateway")
ROOMS = {"store", "queries"}


def folder_of(service):
    return Path(service if service == "gateway" else f"services/{service}")


def sql_calls(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in VERBS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in RECEIVERS
            and node.args
        ):
            yield node


def statements(folder):
    """(place, argument) of each call, in all modules below a folder."""
    return [
        (f"{path}:{call.lineno}", call.args[0])
        for path in sorted(folder.rglob("*.py"))
        for call in sql_calls(path)
    ]


def in_a_room_for_sql(path):
    return bool(ROOMS & {path.stem, path.parent.name})


def test_sql_lives_in_store_and_queries_only():
    folders = [folder_of(service) for service in SERVICES]
    elsewhere = {
        str(path)
        for folder in folders
        for path in folder.rglob("*.py")
        if not in_a_room_for_sql(path) and any(sql_calls(path))
    }

    assert not elsewhere


def test_no_statement_is_built_from_pieces():
    built = [
        place
        for folder in (*map(folder_of, SERVICES), Path("chassis"))
        for place, statement in statements(folder)
        if not isinstance(statement, ast.Constant)
        and isinstance(statement, ast.JoinedStr | ast.BinOp)
    ]

    assert not built


@pytest.fixture(params=SERVICES)
def service(request):
    """A service's name and a pool on its migrated database."""
    return request.param, request.getfixturevalue(f"{request.param}_db")


async def test_postgres_accepts_every_statement(service):
    name, db = service
    refused, checked = [], 0
    async with db.acquire() as connection:
        for place, statement in statements(Path("chassis")) + statements(folder_of(name)):
            if isinstance(statement, ast.Constant):
                refused += await refusals(connection, place, statement.value)
                checked += 1

    assert not refused
    assert checked > 10


async def refusals(connection, place, statement):
    try:
        await connection.prepare(statement)
    except PostgresError as fault:
        return [f"{place}: {fault}"]
    return []
