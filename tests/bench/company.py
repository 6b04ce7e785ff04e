"""Dealers for the benchmarks: their orders confirm themselves, goods come from DIRECT.

They are added to the demo company through the public API; a second run finds them there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.demo.client import Caller, Json
from deploy.demo.company import company as demo_company
from deploy.demo.credit_code import credit_code
from deploy.demo.logins import Logins

DEALERS = 100
LIMIT_MINOR = 10**14
HOUSE = "ZF"
"""The demo company's DIRECT warehouse."""
TERMS = {"kind": "CREDIT", "credit_days": 30, "auto_confirm_max_minor": 10**12}


@dataclass(frozen=True, slots=True)
class Dealers:
    """One sort of dealers."""

    login: str
    """What their logins begin with."""
    terms: Json
    first: int
    """Serial number of the first one's credit code."""


ON_CREDIT = Dealers("bench", TERMS, 90_000)
"""Their orders come to their end by themselves."""
ON_DEPOSIT = Dealers("deposit", {**TERMS, "kind": "DEPOSIT", "deposit_percent": 10}, first=91_000)
"""Their orders hold credit and stock, confirm themselves, and wait for the deposit."""


@dataclass(frozen=True, slots=True)
class Session:
    """A dealer's open session, as the load process needs it."""

    cookie: str
    csrf: str


async def sessions(
    url: str,
    admin: Caller,
    logins: Logins,
    count: int = DEALERS,
    *,
    dealers: Dealers = ON_CREDIT,
) -> list[Session]:
    """`count` dealers, each logged in."""
    house = next(
        one["warehouse_id"] for one in await admin.rows("/warehouses") if one["code"] == HOUSE
    )
    rows = [
        (dealers.terms, LIMIT_MINOR, credit_code("440100", dealers.first + number), house)
        for number in range(count)
    ]
    names = [f"{dealers.login}{number:03}" for number in range(count)]
    return await opened(url, admin, logins, dict(zip(names, rows, strict=True)))


Row = tuple[Json, int, str, str]
"""Of a dealer: terms, credit limit, credit code and warehouse."""


async def opened(
    url: str, admin: Caller, logins: Logins, dealers: Mapping[str, Row]
) -> list[Session]:
    """Dealers by the login of their buyer, each logged in."""
    ids = await _dealers(admin, dealers)
    users = [
        {
            "login": name,
            "name": name,
            "password": logins.password(name),
            "roles": ["DLR"],
            "dealer_id": dealer_id,
            "warehouse_ids": None,
        }
        for name, dealer_id in zip(dealers, ids, strict=True)
    ]
    logins.save()
    await admin.post("/users/import", {"users": users})
    return [await _log_in(url, name, logins.password(name)) for name in dealers]


async def skus(admin: Caller) -> list[str]:
    """What everybody may order: the goods of the demo company, not those that its stories add."""
    ours = {product.sku for product in demo_company().products}
    return [row["sku"] for row in await admin.rows("/products") if row["sku"] in ours]


async def _dealers(admin: Caller, dealers: Mapping[str, Row]) -> list[str]:
    """Their ids, in their order."""
    salesperson = next(one for one in await admin.rows("/users") if "SAL" in one["roles"])
    rows: list[Json] = [
        {
            "name": f"性能测试经销商 {login}",
            "credit_code": code,
            "province": "广东省",
            "city": "广州市",
            "contact_name": "测试",
            "phone": "13800000000",
            "tier": "CITY",
            "terms": terms,
            "credit_limit_minor": limit_minor,
            "salesperson_id": salesperson["user_id"],
            "warehouse_id": warehouse_id,
        }
        for login, (terms, limit_minor, code, warehouse_id) in dealers.items()
    ]
    answer = await admin.post("/dealers/import", {"rows": rows})
    by_code = {row["credit_code"]: row["dealer_id"] for row in answer["dealers"]}
    return [by_code[code] for _, _, code, _ in dealers.values()]


async def _log_in(url: str, name: str, password: str) -> Session:
    async with Caller(url, name) as caller:
        session = await caller.log_in(password)
        return Session(caller.cookie, session["csrf_token"])
