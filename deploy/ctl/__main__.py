"""The operator's command: `python -m deploy.ctl verify | trace ORDER`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from uuid import UUID

import asyncpg

from deploy.ctl import trace, verify
from deploy.local.suite import GATEWAY, Suite, here
from deploy.postgres import roles


class UnknownOrder(Exception):
    """No order has this number or id."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.ctl", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("verify", help="ask every invariant", add_help=False)
    tracing = commands.add_parser("trace", help="one order through all services")
    tracing.add_argument("order", help="its number or id")
    arguments, rest = parser.parse_known_args()
    if arguments.command == "verify":
        return verify.main(rest)
    try:
        return asyncio.run(_trace(here(), arguments.order))
    except UnknownOrder as fault:
        sys.exit(str(fault))


async def _trace(suite: Suite, order: str) -> int:
    order_id, number = await _order(suite, order)
    roots = trace.forest(trace.read(suite.spans), str(order_id))
    if not roots:
        print(f"order {number}: nobody recorded a trace of it ({suite.spans})")
        return 1
    print(f"order {number} ({order_id})")
    for line in trace.told(roots, await _people(suite)):
        print(line)
    return 0


async def _order(suite: Suite, order: str) -> tuple[UUID, str]:
    """Raises UnknownOrder."""
    rows = await _ask(
        suite,
        "orders",
        "SELECT order_id, number FROM orders WHERE $1 IN (number, order_id::text)",
        order,
    )
    if not rows:
        raise UnknownOrder(f"no order has the number or id {order}")
    return rows[0]["order_id"], rows[0]["number"]


async def _people(suite: Suite) -> dict[str, str]:
    rows = await _ask(suite, GATEWAY, "SELECT user_id, name FROM users")
    return {str(row["user_id"]): row["name"] for row in rows}


async def _ask(suite: Suite, service: str, sql: str, *arguments: object) -> list[asyncpg.Record]:
    dsn = roles.dsn_of(suite.superuser_dsn, roles.database_of(service))
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
