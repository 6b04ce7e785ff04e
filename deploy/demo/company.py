"""The demo company: products, prices, dealers and people; the same ones on every run."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product as combinations
from pathlib import Path
from typing import Any

from deploy.demo.credit_code import credit_code

DATA = Path(__file__).parent / "data"
SEED = 20_261_124
DEALERS = 300
DISCOUNTS: Mapping[str, Decimal] = {
    "PROVINCE": Decimal("0.86"),
    "CITY": Decimal("0.92"),
    "COUNTY": Decimal("0.97"),
}
"""What a tier pays of the list price."""
BREAKS: Sequence[tuple[int, Decimal]] = (
    (1, Decimal("1.00")),
    (10, Decimal("0.97")),
    (100, Decimal("0.94")),
)
"""From this quantity on, this much of the tier's price."""
TIER_WORDS = {"PROVINCE": "省级代理", "CITY": "地市代理", "COUNTY": "县级代理"}
TIER_TERMS: Mapping[str, Mapping[str, object]] = {
    "PROVINCE": {"kind": "CREDIT", "credit_days": 60},
    "CITY": {"kind": "CREDIT", "credit_days": 30},
    "COUNTY": {"kind": "PREPAID"},
}
TIER_LIMIT_MINOR = {"PROVINCE": 500_000_000, "CITY": 80_000_000, "COUNTY": 0}
NAMES = (
    "恒泰",
    "金源",
    "鼎盛",
    "万佳",
    "永信",
    "华诚",
    "瑞丰",
    "宏达",
    "嘉禾",
    "安顺",
    "联众",
    "德润",
)
MORE_NAMES = (
    "汇通",
    "利民",
    "新合",
    "长丰",
    "正元",
    "东升",
    "海川",
    "旭日",
    "众邦",
    "百顺",
    "天成",
)
TRADES = ("五金机电", "电工照明", "建材家居", "食品饮料", "日用百货", "商贸")
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "建军",
    "丽华",
    "志强",
    "秀英",
    "文博",
    "雅琴",
    "海涛",
    "思远",
    "晓燕",
    "国栋",
    "春梅",
    "子轩",
)


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name_zh: str
    name_en: str
    category: str
    unit: str
    tax_rate_bp: int
    list_price: Decimal
    """Yuan, tax included."""
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Warehouse:
    code: str
    name: str
    mode: str


@dataclass(frozen=True, slots=True)
class Dealer:
    name: str
    credit_code: str
    province: str
    city: str
    tier: str
    contact_name: str
    phone: str
    salesperson: str
    """Login."""
    warehouse: str
    """Code."""

    @property
    def terms(self) -> Mapping[str, object]:
        return TIER_TERMS[self.tier]

    @property
    def credit_limit_minor(self) -> int:
        return TIER_LIMIT_MINOR[self.tier]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who logs in. `dealer` is the name of his dealer, `warehouse` its code."""

    login: str
    name: str
    roles: tuple[str, ...]
    dealer: str | None = None
    warehouse: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    categories: Sequence[Category]
    products: Sequence[Product]
    warehouses: Sequence[Warehouse]
    staff: Sequence[Person]
    dealers: Sequence[Dealer]
    buyers: Sequence[Person]
    territories: Sequence[tuple[str, str]]
    """Province and login of its salesperson."""


WAREHOUSES = (
    Warehouse("GZ", "广州中心仓", "MANUAL"),
    Warehouse("SH", "上海中心仓", "MANUAL"),
    Warehouse("CD", "成都中心仓", "MANUAL"),
    Warehouse("ZF", "厂家直发", "DIRECT"),
)
DIRECT_EVERY = 10
"""Every tenth dealer is supplied by the factory directly."""

OFFICE = (
    Person("admin", "钱总管", ("ADM",)),
    Person("admin2", "孙审批", ("ADM",)),
    Person("fin", "李会计", ("FIN",)),
    Person("fin2", "郑出纳", ("FIN",)),
    Person("whs", "吴总仓", ("WHS",)),
)
YARD = (("pck", "配货", "PCK"), ("whs", "仓管", "WHS"), ("dlv", "司机", "DLV"))


def company(seed: int = SEED) -> Company:
    """The whole company; equal for equal seeds."""
    chance = random.Random(seed)
    goods = tomllib.loads((DATA / "products.toml").read_text())
    regions = tomllib.loads((DATA / "regions.toml").read_text())["region"]
    dealers = list(_dealers(regions, chance))
    return Company(
        categories=[Category(c["code"], c["zh"], c["en"]) for c in goods["category"]],
        products=list(_products(goods, chance)),
        warehouses=WAREHOUSES,
        staff=[*OFFICE, *_salespeople(regions), *_yard()],
        dealers=dealers,
        buyers=list(_buyers(dealers)),
        territories=[
            (province, region["salesperson"][0])
            for region in regions
            for province in region["province"]
        ],
    )


def prices(products: Sequence[Product], tier: str) -> Iterator[tuple[str, int, str]]:
    """SKU, least quantity and unit price of every entry of a tier's list."""
    for one in products:
        for quantity, share in BREAKS:
            price = (one.list_price * DISCOUNTS[tier] * share).quantize(Decimal("0.01"))
            yield one.sku, quantity, str(price)


def _products(goods: Mapping[str, Any], chance: random.Random) -> Iterator[Product]:
    for category in goods["category"]:
        number = 0
        brands = goods["brands"][category["trade"]]
        for (zh, en, fen, sizes), (brand, brand_en) in combinations(category["products"], brands):
            for place, size in enumerate(sizes):
                number += 1
                yield Product(
                    sku=f"{category['code']}-{number:03}",
                    name_zh=f"{brand} {zh} {size}",
                    name_en=f"{brand_en} {en} {size}",
                    category=category["code"],
                    unit=category["unit"],
                    tax_rate_bp=category["tax_rate_bp"],
                    list_price=_price(fen, place, chance),
                    attributes={"品牌": brand, "规格": size},
                )


def _price(fen: int, place: int, chance: random.Random) -> Decimal:
    """Each size costs a third more than the one before; brands differ by a few per cent."""
    raw = fen * (3 + place) / 3 * chance.uniform(0.94, 1.12)
    return Decimal(round(raw / 10) * 10) / 100


def _dealers(regions: Sequence[Any], chance: random.Random) -> Iterator[Dealer]:
    cities = [
        (region, province, city, division)
        for region in regions
        for province, listed in region["province"].items()
        for city, division in listed
    ]
    firms = [f"{name}{trade}" for name, trade in combinations(NAMES + MORE_NAMES, TRADES)]
    for number in range(DEALERS):
        region, province, city, division = cities[number % len(cities)]
        tier = _tier(number, len(cities))
        firm = firms[(number * 7) % len(firms)]
        yield Dealer(
            name=f"{city.removesuffix('市')}{firm}有限公司",
            credit_code=credit_code(division, number),
            province=province,
            city=city,
            tier=tier,
            contact_name=chance.choice(FAMILY) + chance.choice(GIVEN),
            phone=f"1{chance.choice('3578')}{chance.randrange(10**9):09}",
            salesperson=region["salesperson"][0],
            warehouse="ZF" if number % DIRECT_EVERY == DIRECT_EVERY - 1 else region["warehouse"],
        )


def _tier(number: int, cities: int) -> str:
    """One provincial agent in ten; then one agent per city; then counties."""
    if number % 10 == 0:
        return "PROVINCE"
    return "CITY" if number < cities else "COUNTY"


def _salespeople(regions: Sequence[Any]) -> list[Person]:
    return [
        Person(region["salesperson"][0], region["salesperson"][1], ("SAL",)) for region in regions
    ]


def _yard() -> list[Person]:
    return [
        Person(
            f"{login}.{house.code.lower()}", f"{house.name[:2]}{word}", (role,), None, house.code
        )
        for house in WAREHOUSES
        if house.mode == "MANUAL"
        for login, word, role in YARD
    ]


def _buyers(dealers: Sequence[Dealer]) -> Iterator[Person]:
    """The first dealer of each salesperson and tier logs in; the others are served by theirs."""
    seen: set[tuple[str, str]] = set()
    for dealer in dealers:
        if (dealer.salesperson, dealer.tier) in seen:
            continue
        seen.add((dealer.salesperson, dealer.tier))
        login = f"dlr{len(seen):02}"
        yield Person(login, dealer.contact_name, ("DLR",), dealer.name)
