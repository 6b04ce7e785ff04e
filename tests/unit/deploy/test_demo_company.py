"""The demo company is the same on every run, and plausible."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from deploy.demo import logins
from deploy.demo.company import BREAKS, company, prices
from deploy.demo.credit_code import credit_code
from deploy.demo.stories import FIRST_NEWCOMER
from services.dealers.domain.credit_codes import fault

COMPANY = company()


def test_two_runs_invent_the_same_company():
    assert company() == COMPANY
    assert company(seed=1) != COMPANY


def test_it_sells_over_a_thousand_products_in_forty_categories():
    assert len(COMPANY.products) >= 1_000
    assert len(COMPANY.categories) == 40
    assert len({one.sku for one in COMPANY.products}) == len(COMPANY.products)
    assert {one.tax_rate_bp for one in COMPANY.products} == {600, 900, 1300}


def test_every_dealer_is_another_firm_with_a_valid_credit_code():
    dealers = COMPANY.dealers

    assert len(dealers) == len({one.name for one in dealers}) == 300
    assert len({one.credit_code for one in dealers}) == 300
    assert all(fault(one.credit_code) is None for one in dealers)


def test_newcomers_get_other_codes_than_the_dealers():
    codes = {
        credit_code("440600", number) for number in range(FIRST_NEWCOMER, FIRST_NEWCOMER + 100)
    }

    assert len(codes) == 100
    assert all(fault(code) is None for code in codes)
    assert not codes & {one.credit_code for one in COMPANY.dealers}


def test_everybody_a_dealer_needs_is_there():
    people = {person.login: person for person in (*COMPANY.staff, *COMPANY.buyers)}
    houses = {house.code for house in COMPANY.warehouses}
    roles = Counter(role for person in people.values() for role in person.roles)

    assert all(people[one.salesperson].roles == ("SAL",) for one in COMPANY.dealers)
    assert {one.warehouse for one in COMPANY.dealers} == houses
    assert {login for _, login in COMPANY.territories} <= people.keys()
    assert roles["ADM"] >= 2
    assert all(roles[role] >= 2 for role in ("FIN", "PCK", "WHS", "DLV", "SAL", "DLR"))


def test_nobody_holds_two_roles():
    assert all(len(person.roles) == 1 for person in COMPANY.staff)


@pytest.mark.parametrize("tier", ["PROVINCE", "CITY", "COUNTY"])
def test_who_buys_more_pays_less_for_a_piece(tier):
    by_sku = {}
    for sku, quantity, price in prices(COMPANY.products, tier):
        by_sku.setdefault(sku, []).append((quantity, Decimal(price)))

    assert len(by_sku) == len(COMPANY.products)
    for steps in by_sku.values():
        assert [quantity for quantity, _ in steps] == [quantity for quantity, _ in BREAKS]
        assert all(0 < later <= former for (_, former), (_, later) in pairwise(steps))


def test_a_higher_tier_pays_less():
    county = {
        (sku, quantity): Decimal(p) for sku, quantity, p in prices(COMPANY.products, "COUNTY")
    }
    province = prices(COMPANY.products, "PROVINCE")

    assert all(Decimal(price) < county[sku, quantity] for sku, quantity, price in province)


def test_logins_are_kept_for_their_owner_alone(tmp_path):
    path = tmp_path / "var" / "demo-logins.json"
    first = logins.load(path)
    password = first.password("admin")
    first.save()

    assert logins.load(path).password("admin") == password
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(password) >= 20
