"""The price engine against hand-made cases, and against an oracle that tries everything."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.domain import pricing
from services.catalog.domain.audience import EVERYBODY, Audience, audiences
from services.catalog.domain.pricing import NoPrice, NotForSale, UnknownDealer, UnknownSku
from tests.builders.catalog import (
    DAY,
    NOON,
    a_published_list,
    an_article,
    an_ask,
    breaks,
    knowledge,
)

DEALER = uuid4()


def price(known, at=NOON, **quantities):
    [outcome] = pricing.price([an_ask(DEALER, at, **quantities)], known)
    return outcome


def test_a_line_is_priced_by_the_highest_break_that_it_reaches():
    city = a_published_list()
    known = knowledge(DEALER, city, entries=[(city, {"A": breaks(from_1="10", from_12="9.5")})])

    paid = [price(known, A=quantity).lines[0].unit_price for quantity in (1, 11, 12, 500)]

    assert paid == ["10", "10", "9.5", "9.5"]


def test_a_price_says_why():
    city = a_published_list(version=3)
    known = knowledge(DEALER, city, entries=[(city, {"A": breaks(from_1="10", from_12="9.5")})])

    [line] = price(known, A=12).lines

    assert line.rule == "价目表 CITY-2026 第 3 版，12 件起，含税"
    assert (line.price_list_id, line.price_list_version) == (city.price_list_id, 3)


def test_an_inclusive_list_splits_the_tax_and_an_exclusive_one_adds_it():
    gross, net = a_published_list(), a_published_list(tax_inclusive=False)
    prices = {"A": breaks(from_1="33.333333")}

    [inside] = price(knowledge(DEALER, gross, entries=[(gross, prices)]), A=3).lines
    [outside] = price(knowledge(DEALER, net, entries=[(net, prices)]), A=3).lines

    assert (inside.net_minor, inside.tax_minor, inside.gross_minor) == (8_850, 1_150, 10_000)
    assert (outside.net_minor, outside.tax_minor, outside.gross_minor) == (10_000, 1_300, 11_300)


def test_the_total_is_the_sum_of_the_lines():
    city = a_published_list(tax_inclusive=False)
    skus = {"A": breaks(from_1="55.55"), "B": breaks(from_1="11.11")}

    priced = price(knowledge(DEALER, city, entries=[(city, skus)]), A=1, B=1)

    assert [line.tax_minor for line in priced.lines] == [722, 144]
    assert priced.total_minor == 5_555 + 1_111 + 866


def test_the_newest_version_counts_from_its_publication_on():
    old = a_published_list()
    new = a_published_list(
        price_list_id=old.price_list_id, version=2, published_at=NOON, valid_from=NOON
    )
    known = knowledge(
        DEALER,
        old,
        new,
        entries=[(old, {"A": breaks(from_1="10")}), (new, {"A": breaks(from_1="11")})],
    )

    assert price(known, at=NOON - DAY / 24, A=1).lines[0].unit_price == "10"
    assert price(known, at=NOON, A=1).lines[0].unit_price == "11"


def test_what_a_newer_version_leaves_out_has_no_price():
    old = a_published_list()
    new = a_published_list(price_list_id=old.price_list_id, version=2)
    known = knowledge(
        DEALER, old, new, entries=[(old, {"A": breaks(from_1="10"), "B": breaks(from_1="1")}),
                                   (new, {"A": breaks(from_1="10")})]
    )  # fmt: skip

    assert price(known, B=1).facts == {"skus": ["B"]}


def test_the_end_of_a_window_is_outside_and_its_beginning_inside():
    month = a_published_list(valid_from=NOON, valid_to=NOON + DAY)
    known = knowledge(DEALER, month, entries=[(month, {"A": breaks(from_1="10")})])

    held = [
        not isinstance(price(known, at=at, A=1), NoPrice)
        for at in (NOON - DAY / 24, NOON, NOON + DAY * 0.999, NOON + DAY)
    ]

    assert held == [False, True, True, False]


def test_a_list_for_a_season_overrides_the_general_one_for_what_it_names_only():
    general = a_published_list()
    season = a_published_list(published_at=NOON - DAY / 2, valid_to=NOON + DAY)
    known = knowledge(
        DEALER,
        general,
        season,
        entries=[
            (general, {"A": breaks(from_1="10"), "B": breaks(from_1="5")}),
            (season, {"A": breaks(from_1="8")}),
        ],
    )

    during, after = price(known, A=1, B=1), price(known, at=NOON + DAY, A=1, B=1)

    assert [line.unit_price for line in during.lines] == ["8", "5"]
    assert [line.unit_price for line in after.lines] == ["10", "5"]


def test_the_nearest_list_prices_what_it_names():
    """P-05, F-46."""
    everybody, tier = a_published_list(None), a_published_list("CITY")
    there = a_published_list("CITY", province="浙江省")
    his = a_published_list(None, dealer_id=DEALER, published_at=NOON - DAY * 2)
    foreign = a_published_list(None, dealer_id=uuid4())
    elsewhere = a_published_list("CITY", province="江苏省")
    lists = [everybody, tier, there, his, foreign, elsewhere]
    known = knowledge(
        DEALER,
        *lists,
        entries=[
            (everybody, {sku: breaks(from_1="9") for sku in "ABCD"}),
            (tier, {sku: breaks(from_1="8") for sku in "ABC"}),
            (there, {sku: breaks(from_1="7") for sku in "AB"}),
            (his, {"A": breaks(from_1="6")}),
            (foreign, {sku: breaks(from_1="1") for sku in "ABCD"}),
            (elsewhere, {sku: breaks(from_1="2") for sku in "ABCD"}),
        ],
        tiers=((NOON - 9 * DAY, "CITY", "浙江省"),),
    )

    lines = price(known, A=1, B=1, C=1, D=1).lines

    assert [line.unit_price for line in lines] == ["6", "7", "8", "9"]
    assert [line.rule.split(" ")[1] for line in lines] == [
        "CITY-2026（经销商专用）",
        "CITY-2026（浙江省）",
        "CITY-2026",
        "CITY-2026（通用）",
    ]


def test_a_retired_list_prices_only_what_was_ordered_before():
    city = a_published_list(retired_at=NOON)
    known = knowledge(DEALER, city, entries=[(city, {"A": breaks(from_1="10")})])

    assert isinstance(price(known, at=NOON, A=1), NoPrice)
    assert price(known, at=NOON - DAY / 24, A=1).total_minor == 1_000


def test_a_change_of_tier_prices_only_what_is_ordered_from_then_on():
    city, county = a_published_list("CITY"), a_published_list("COUNTY")
    known = knowledge(
        DEALER,
        city,
        county,
        entries=[(city, {"A": breaks(from_1="9")}), (county, {"A": breaks(from_1="10")})],
        tiers=((NOON - 9 * DAY, "COUNTY"), (NOON, "CITY")),
    )

    assert price(known, at=NOON - DAY / 24, A=1).lines[0].unit_price == "10"
    assert price(known, at=NOON, A=1).lines[0].unit_price == "9"


def test_refusals_name_what_they_are_about():
    city = a_published_list()
    known = knowledge(
        DEALER,
        city,
        entries=[(city, {"A": breaks(from_10="10"), "IDLE": breaks(from_1="1")})],
        articles={
            "A": an_article(),
            "BARE": an_article(),
            "IDLE": an_article(for_sale=False),
        },
    )

    assert isinstance(price(known, GHOST=1, A=10), UnknownSku)
    assert price(known, GHOST=1, A=10).facts == {"skus": ["GHOST"]}
    assert isinstance(price(known, IDLE=1, A=10), NotForSale)
    assert price(known, A=9, BARE=1).facts == {"skus": ["A", "BARE"]}
    assert price(known, A=10).total_minor == 10_000
    [stranger] = pricing.price([an_ask(uuid4(), A=10)], known)
    assert isinstance(stranger, UnknownDealer)


def test_a_line_beyond_all_reason_has_no_price():
    city = a_published_list()
    known = knowledge(DEALER, city, entries=[(city, {"A": breaks(from_1="100000000000")})])

    assert price(known, A=100).total_minor == pricing.LINE_MINOR_MAX
    assert isinstance(price(known, A=101), NoPrice)


def test_the_reasons_are_those_of_the_contract():
    slugs = [kind().slug for kind in (UnknownSku, NotForSale, NoPrice, UnknownDealer)]

    assert slugs == ["unknown-sku", "not-for-sale", "no-price", "unknown-dealer"]


def test_a_ladder_shows_each_quantity_from_which_another_price_holds():
    strong, weak = a_published_list(published_at=NOON - DAY / 2), a_published_list()
    known = knowledge(
        DEALER,
        entries=[
            (strong, {"A": breaks(from_10="8", from_100="7")}),
            (weak, {"A": breaks(from_1="10", from_5="9", from_50="1")}),
        ],
    )

    steps = pricing.ladder("A", [strong, weak], known.entries)

    assert [(one.step.min_quantity, one.step.unit_price) for one in steps] == [
        (1, "10"),
        (5, "9"),
        (10, "8"),
        (100, "7"),
    ]


HOURS = st.integers(-20, 20).map(lambda hours: NOON + hours * DAY / 24)
AUDIENCES = st.sampled_from(
    [
        Audience("CITY"),
        Audience("COUNTY"),
        Audience("CITY", "浙江省"),
        Audience("CITY", "江苏省"),
        Audience(dealer_id=DEALER),
        Audience(dealer_id=UUID(int=9)),
        EVERYBODY,
    ]
)
LISTS = st.builds(
    lambda audience, **facts: a_published_list(**audience._asdict(), **facts),
    AUDIENCES,
    price_list_id=st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)]),
    version=st.integers(1, 4),
    tax_inclusive=st.booleans(),
    published_at=HOURS,
    valid_from=HOURS,
    valid_to=st.none() | HOURS,
    retired_at=st.none() | HOURS,
)
PRICES = st.dictionaries(
    st.integers(1, 9), st.decimals("0", "99", places=4), min_size=1, max_size=3
)


def oracle(lists, prices, nearest, at, quantity):
    """Try every list, version and break; the best by the rule's own words."""
    held = []
    for one in lists:
        begins, ends = max(one.published_at, one.valid_from), (one.valid_to, one.retired_at)
        newer = [
            other
            for other in lists
            if other.price_list_id == one.price_list_id
            and other.audience == one.audience
            and other.version > one.version
            and max(other.published_at, other.valid_from) <= at
            and all(end is None or at < end for end in (other.valid_to, other.retired_at))
        ]
        if one.audience in nearest and begins <= at and all(e is None or at < e for e in ends):
            if newer:
                continue
            for least, price in prices[one].items():
                if least <= quantity:
                    near = -nearest.index(one.audience)
                    rank = (near, one.published_at, one.price_list_id)
                    held.append((rank, least, price, one))
    return max(held, key=lambda found: found[:2], default=None)


@settings(max_examples=300)
@given(
    st.lists(LISTS, max_size=8, unique_by=lambda one: (one.price_list_id, one.version)),
    st.data(),
    st.sampled_from(["CITY", "COUNTY"]),
    HOURS,
    st.integers(1, 10),
)
def test_the_engine_agrees_with_an_oracle_that_tries_everything(lists, data, tier, at, quantity):
    """P-05."""
    prices = {one: data.draw(PRICES) for one in lists}
    entries = [
        (one, {"A": breaks(**{f"from_{least}": f"{p:f}" for least, p in sorted(steps.items())})})
        for one, steps in prices.items()
    ]
    known = knowledge(
        DEALER,
        *lists,
        entries=entries,
        articles={"A": an_article()},
        tiers=((NOON, tier, "浙江省"),),
    )

    outcome = price(known, at=at, A=quantity)

    best = oracle(lists, prices, audiences(DEALER, tier, "浙江省"), at, quantity)
    if best is None:
        assert isinstance(outcome, NoPrice)
    else:
        [line] = outcome.lines
        _, _, unit_price, found = best
        amount = int((unit_price * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))
        assert Decimal(line.unit_price) == unit_price
        assert (line.price_list_id, line.price_list_version) == (
            found.price_list_id,
            found.version,
        )
        assert (line.gross_minor if found.tax_inclusive else line.net_minor) == amount


def test_a_batch_comes_to_the_same_as_one_ask_after_the_other():
    city = a_published_list()
    known = knowledge(DEALER, city, entries=[(city, {"A": breaks(from_1="10", from_5="9")})])
    asks = [an_ask(DEALER, A=quantity) for quantity in range(1, 8)]

    assert pricing.price(asks, known) == [pricing.price([ask], known)[0] for ask in asks]
