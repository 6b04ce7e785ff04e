"""Dealers for the benchmark: on credit, their orders confirm themselves, goods come from DIRECT.

They are added to the demo company through the public API; a second run finds them there.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.demo.client import Caller, Json
from deploy.demo.credit_code import credit_code
from deploy.demo.logins import Logins

DEALERS = 100
LIMIT_MINOR = 10**14
TERMS = {"kind": "CREDIT", "credit_days": 30, "auto_confirm_max_minor": 10**12}


@dataclass(frozen=True, slots=True)
class Session:
    """A dealer's open session, as the load process needs it."""

    cookie: str
    csrf: str


async def sessions(url: str, admin: Caller, logins: Logins, count: int = DEALERS) -> list[Session]:
    """`count` dealers, each logged in."""
    dealers = await _dealers(admin, count)
    names = [f"bench{number:03}" for number in range(count)]
    users = [
        {
            "login": name,
            "name": name,
            "password": logins.password(name),
            "roles": ["DLR"],
            "dealer_id": dealer_id,
            "warehouse_ids": None,
        }
        for name, dealer_id in zip(names, dealers, strict=True)
    ]
    logins.save()
    await admin.post("/users/import", {"users": users})
    return [await _log_in(url, name, logins.password(name)) for name in names]


async def skus(admin: Caller) -> list[str]:
    """What may be ordered."""
    return [row["sku"] for row in await admin.rows("/products")]


async def _dealers(admin: Caller, count: int) -> list[str]:
    direct = next(one for one in await admin.rows("/warehouses") if one["mode"] == "DIRECT")
    salesperson = next(one for one in await admin.rows("/users") if "SAL" in one["roles"])
    codes = [credit_code("440100", 90_000 + number) for number in range(count)]
    rows: list[Json] = [
        {
            "name": f"性能测试经销商{number:03}",
            "credit_code": code,
            "province": "广东省",
            "city": "广州市",
            "contact_name": "测试",
            "phone": "13800000000",
            "tier": "CITY",
            "terms": TERMS,
            "credit_limit_minor": LIMIT_MINOR,
            "salesperson_id": salesperson["user_id"],
            "warehouse_id": direct["warehouse_id"],
        }
        for number, code in enumerate(codes)
    ]
    answer = await admin.post("/dealers/import", {"rows": rows})
    by_code = {row["credit_code"]: row["dealer_id"] for row in answer["dealers"]}
    return [by_code[code] for code in codes]


async def _log_in(url: str, name: str, password: str) -> Session:
    async with Caller(url, name) as caller:
        session = await caller.log_in(password)
        return Session(caller.cookie, session["csrf_token"])
