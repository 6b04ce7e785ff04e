"""Dealers whose orders wait for a salesperson, with goods from a warehouse that has its limits.

The benchmark's dealers order from DIRECT and confirm themselves; these make compensation run: they
think better of it before anybody confirms, or want more than there is.
"""

from __future__ import annotations

from deploy.demo.client import Caller, Json
from deploy.demo.credit_code import credit_code
from deploy.demo.logins import Logins
from tests.bench.company import LIMIT_MINOR, Session

COUNT = 20
HOUSE = "GZ"
TERMS = {"kind": "CREDIT", "credit_days": 30}


async def sessions(url: str, admin: Caller, logins: Logins) -> list[Session]:
    """Each logged in; a second run finds the same ones."""
    house = next(one for one in await admin.rows("/warehouses") if one["code"] == HOUSE)
    salesperson = next(one for one in await admin.rows("/users") if "SAL" in one["roles"])
    names = [f"chaos{number:03}" for number in range(COUNT)]
    rows: list[Json] = [
        {
            "name": f"故障测试经销商{number:03}",
            "credit_code": credit_code("440300", 95_000 + number),
            "province": "广东省",
            "city": "深圳市",
            "contact_name": "测试",
            "phone": "13900000000",
            "tier": "CITY",
            "terms": TERMS,
            "credit_limit_minor": LIMIT_MINOR,
            "salesperson_id": salesperson["user_id"],
            "warehouse_id": house["warehouse_id"],
        }
        for number in range(COUNT)
    ]
    known = await admin.post("/dealers/import", {"rows": rows})
    by_code = {row["credit_code"]: row["dealer_id"] for row in known["dealers"]}
    users = [
        {
            "login": name,
            "name": name,
            "password": logins.password(name),
            "roles": ["DLR"],
            "dealer_id": by_code[row["credit_code"]],
            "warehouse_ids": None,
        }
        for name, row in zip(names, rows, strict=True)
    ]
    logins.save()
    await admin.post("/users/import", {"users": users})
    return [await _log_in(url, name, logins.password(name)) for name in names]


async def _log_in(url: str, name: str, password: str) -> Session:
    async with Caller(url, name) as caller:
        session = await caller.log_in(password)
        return Session(caller.cookie, session["csrf_token"])
