"""Load the demo company through the public API; what is there already stays as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from deploy.demo.client import Caller, Json
from deploy.demo.company import DISCOUNTS, TIER_WORDS, Company, Person, Warehouse, prices
from deploy.demo.logins import Logins

LISTS_VALID_FROM = "2025-01-01T00:00:00Z"
"""Before the year of `make demo-year` begins."""
STOCK = {"MANUAL": 5_000, "DIRECT": 1_000_000}
"""Base units of every SKU that a warehouse starts with."""
TAX_CLASSES = {1_300: "GOODS", 900: "LOW", 600: "SERVICES"}
ACTIVE_WITHIN_SECONDS = 30.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The company in the suite, with the ids that it got."""

    company: Company
    warehouses: dict[str, str]
    """Id by code."""
    users: dict[str, str]
    """Id by login."""
    dealers: dict[str, str]
    """Id by unified social credit code."""


@dataclass(frozen=True, slots=True)
class Loader:
    """What every step of the loading needs."""

    url: str
    company: Company
    logins: Logins
    admin: Caller
    say: Say
    ours: bool
    """The suite of this tree: whoever lost the file of logins may make new passwords."""

    async def load(self) -> Loaded:
        """Raises Refused, Unreachable."""
        company = self.company
        warehouses = await self._warehouses()
        users = await self._people(company.staff, warehouses, {})
        _, dealers = await asyncio.gather(self._catalog(), self._dealers(warehouses, users))
        by_name = {dealer.name: dealers[dealer.credit_code] for dealer in company.dealers}
        users |= await self._people(company.buyers, warehouses, by_name)
        await self._stock(warehouses)
        return Loaded(company, warehouses, users, dealers)

    async def _warehouses(self) -> dict[str, str]:
        known = {row["code"]: row["warehouse_id"] for row in await self.admin.rows("/warehouses")}
        for house in self.company.warehouses:
            if house.code not in known:
                body = {"code": house.code, "name": house.name, "mode": house.mode}
                known[house.code] = (await self.admin.post("/warehouses", body))["warehouse_id"]
        self.say(f"{len(self.company.warehouses)} 个仓库 warehouses")
        return known

    async def _people(
        self, people: Sequence[Person], warehouses: dict[str, str], dealers: dict[str, str]
    ) -> dict[str, str]:
        rows = [self._user(person, warehouses, dealers) for person in people]
        answer = await self.admin.post("/users/import", {"users": rows})
        refused = [row for row in answer["users"] if row["outcome"] == "refused"]
        if refused:
            raise NotLoaded(f"{len(refused)} users were refused, the first: {refused[0]}")
        await self._known_again([row for row in answer["users"] if row["outcome"] == "exists"])
        self.logins.save()
        self.say(f"{len(rows)} 个用户 users")
        return {row["login"]: row["user_id"] for row in answer["users"]}

    async def _known_again(self, existing: Sequence[Json]) -> None:
        """Who was there before keeps his password, so it must be one that we know."""
        made = self.logins.made - {self.admin.login}
        lost = [row for row in existing if row["login"] in made]
        if lost and not self.ours:
            raise NotLoaded(
                f"the passwords of {len(lost)} users are not known here, {lost[0]['login']} among "
                f"them: copy the file of who loaded the company first to {self.logins.path}"
            )
        for row in lost:
            password = {"new_password": self.logins.password(row["login"])}
            await self.admin.post(f"/users/{row['user_id']}/password", password)

    def _user(self, person: Person, warehouses: dict[str, str], dealers: dict[str, str]) -> Json:
        return {
            "login": person.login,
            "name": person.name,
            "password": self.logins.password(person.login),
            "roles": list(person.roles),
            "dealer_id": dealers[person.dealer] if person.dealer else None,
            "warehouse_ids": [warehouses[person.warehouse]] if person.warehouse else None,
        }

    async def _catalog(self) -> None:
        company = self.company
        categories = [
            {"code": one.code, "name_zh": one.name_zh, "name_en": one.name_en}
            for one in company.categories
        ]
        await self.admin.post("/categories/import", {"rows": categories})
        rows = [
            {
                "sku": one.sku,
                "name_zh": one.name_zh,
                "name_en": one.name_en,
                "category": one.category,
                "unit": one.unit,
                "tax_class": TAX_CLASSES[one.tax_rate_bp],
                "attributes": dict(one.attributes),
            }
            for one in company.products
        ]
        answer = await self.admin.post("/products/import", {"rows": rows})
        if answer["faults"]:
            raise NotLoaded(f"a product was refused: {answer['faults'][0]}")
        self.say(f"{len(rows)} 个商品 products, {len(categories)} 个分类 categories")
        await self._price_lists()

    async def _price_lists(self) -> None:
        known = {row["code"]: row for row in await self.admin.rows("/price-lists")}
        async with AsyncExitStack() as stack:
            second = await self._second_admin(stack)
            for tier in DISCOUNTS:
                code = f"STD-{tier}"
                row = known.get(code) or await self._draft(code, tier)
                if row.get("status", "DRAFT") == "DRAFT":
                    await second.post(f"/price-lists/{row['price_list_id']}/publish")
        self.say(f"{len(DISCOUNTS)} 张价目表 price lists, 三档数量价 three quantity breaks")

    async def _second_admin(self, stack: AsyncExitStack) -> Caller:
        """Prices are published by another person than the one who drafted them."""
        caller = await stack.enter_async_context(Caller(self.url, "admin2"))
        await caller.log_in(self.logins.password("admin2"))
        return caller

    async def _draft(self, code: str, tier: str) -> Json:
        entries = [
            {"sku": sku, "min_quantity": quantity, "unit_price": price}
            for sku, quantity, price in prices(self.company.products, tier)
        ]
        body = {
            "code": code,
            "name": f"{TIER_WORDS[tier]}标准价",
            "tier": tier,
            "tax_inclusive": True,
            "valid_from": LISTS_VALID_FROM,
            "entries": entries,
        }
        return await self.admin.post("/price-lists", body)

    async def _dealers(self, warehouses: dict[str, str], users: dict[str, str]) -> dict[str, str]:
        territories = [
            {"province": province, "salesperson_id": users[login]}
            for province, login in self.company.territories
        ]
        await self.admin.post("/territories/import", {"rows": territories})
        rows = [
            {
                "name": dealer.name,
                "credit_code": dealer.credit_code,
                "province": dealer.province,
                "city": dealer.city,
                "contact_name": dealer.contact_name,
                "phone": dealer.phone,
                "tier": dealer.tier,
                "terms": dict(dealer.terms),
                "credit_limit_minor": dealer.credit_limit_minor,
                "salesperson_id": users[dealer.salesperson],
                "warehouse_id": warehouses[dealer.warehouse],
            }
            for dealer in self.company.dealers
        ]
        answer = await self.admin.post("/dealers/import", {"rows": rows})
        if answer["faults"]:
            raise NotLoaded(f"a dealer was refused: {answer['faults'][0]}")
        self.say(f"{len(rows)} 家经销商 dealers")
        return {row["credit_code"]: row["dealer_id"] for row in answer["dealers"]}

    async def _stock(self, warehouses: dict[str, str]) -> None:
        """Each warehouse starts with goods; the key makes its note one, sent however often."""
        async with Caller(self.url, "whs") as keeper:
            await keeper.log_in(self.logins.password("whs"))
            for house in self.company.warehouses:
                await self._stock_up(keeper, house, warehouses[house.code])
        self.say("期初库存 stock in every warehouse")

    async def _stock_up(self, keeper: Caller, house: Warehouse, warehouse_id: str) -> None:
        if (await keeper.get("/stock", warehouse_id=warehouse_id, limit=1))["items"]:
            return
        lines = [{"sku": one.sku, "quantity": STOCK[house.mode]} for one in self.company.products]
        body = {"warehouse_id": warehouse_id, "source": "期初库存", "lines": lines}
        await keeper.post("/inbounds", body, key=str(_named("opening-stock", house.code)))


class NotLoaded(Exception):
    """A part of the company was refused."""


def _named(*parts: str) -> UUID:
    """An id that is the same on every run."""
    return uuid5(NAMESPACE_URL, "/".join(("qudao-demo", *parts)))


def people(company: Company) -> Iterable[Person]:
    """Everybody who logs in."""
    return (*company.staff, *company.buyers)
