"""F-51 on a real database: the tree of tiers, who belongs to whom, and what holds for each."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

from chassis.auth import Role
from chassis.db import transaction
from services.dealers.commands import dealers as commands
from tests.builders.dealers import a_dealer_body
from tests.builders.edge import a_key, an_actor
from tests.integration.dealers.test_dealers import ADMIN, SALES, add, api, states

__all__ = ["api"]
POLICY = {"terms": {"kind": "CREDIT", "credit_days": 30}, "credit_limit_minor": 5_000}


async def place(api, dealer, superior, **headers):
    body = {"superior_id": superior and superior["dealer_id"]}
    return await api(ADMIN).post(
        f"/dealers/{dealer['dealer_id']}/set-superior", json=body, headers=headers
    )


async def a_tree(api):
    """A dealer of each tier, each below the one before."""
    tree = [await add(api, tier=tier) for tier in ("PROVINCE", "CITY", "COUNTY")]
    for superior, dealer in pairwise(tree):
        assert (await place(api, dealer, superior)).status_code == 200
    return tree


async def shown(api, dealer, who=ADMIN):
    return (await api(who).get(f"/dealers/{dealer['dealer_id']}")).json()


async def test_a_dealer_shows_who_is_above_him_and_is_found_below(api):
    """F-51: the highest first."""
    province, city, county = await a_tree(api)

    seen = await shown(api, county)
    below = await api(ADMIN).get("/dealers", params={"superior_id": city["dealer_id"]})

    assert [one["code"] for one in seen["superiors"]] == [province["code"], city["code"]]
    assert [one["tier"] for one in seen["superiors"]] == ["PROVINCE", "CITY"]
    assert [one["code"] for one in below.json()["items"]] == [county["code"]]


async def test_what_does_not_fit_is_refused_and_says_why(api):
    province, city, county = await a_tree(api)
    stranger = {"dealer_id": str(uuid4())}

    refused = [
        await place(api, city, county),
        await place(api, city, city),
        await place(api, province, city),
        await place(api, county, stranger),
    ]
    stale = await place(api, city, None, **{"If-Match": '"1"'})

    assert {one.json()["type"].rpartition("/")[2] for one in refused} == {"superior-unfit"}
    assert refused[0].json()["superior_tier"] == "COUNTY"
    assert stale.status_code == 412
    assert (await shown(api, city))["superior_id"] == province["dealer_id"]


async def test_another_tier_ends_the_links_that_do_not_fit_any_more(api, dealers_db):
    """F-51: at once, or when the time of the change has come; the others stay."""
    province, city, county = await a_tree(api)
    later = datetime.now(UTC) + timedelta(days=1)
    body = {"tier": "COUNTY", "effective_from": later.isoformat()}
    path = f"/dealers/{city['dealer_id']}/change-tier"

    await api(ADMIN).post(path, json=body)
    before = await shown(api, county)
    async with transaction(dealers_db) as tx:
        await commands.apply_due_changes(tx, later)
    after = await shown(api, county)

    assert [one["code"] for one in before["superiors"]] == [province["code"], city["code"]]
    assert (after["superior_id"], after["superiors"]) == (None, [])
    assert after["version"] == before["version"] + 1
    assert (await shown(api, city))["superior_id"] == province["dealer_id"]


async def test_a_link_is_told_to_nobody_but_is_a_version_of_the_dealer(api, dealers_db):
    _, city, _ = await a_tree(api)

    told = [
        one.version for one in await states(dealers_db) if str(one.dealer_id) == city["dealer_id"]
    ]

    assert told == [1, 2]


async def test_who_does_not_see_a_superior_is_not_told_his_name(api):
    """P-10: another salesperson's dealer."""
    superior = await add(api, tier="PROVINCE", salesperson_id=None)
    dealer = await add(api, tier="CITY")
    await place(api, dealer, superior)

    himself = an_actor(Role.DLR, dealer_id=UUID(dealer["dealer_id"]))
    seen = [(await shown(api, dealer, who))["superiors"] for who in (SALES, himself)]

    assert seen == [[], []]


async def test_a_new_dealer_begins_with_the_policy_of_his_tier(api):
    """F-51: where nobody says other terms; who is a dealer already keeps his."""
    known = await add(api, tier="CITY")
    body = a_dealer_body(tier="CITY")
    for field in ("terms", "credit_limit_minor"):
        body.pop(field)

    without = await api(ADMIN).post("/dealers", json=body, headers=a_key())
    rows = await api(ADMIN).post("/dealers/import", json={"rows": [body]})
    tree = (await api(ADMIN).get("/tiers")).json()
    set_to = await api(ADMIN).put("/tiers/CITY/policy", json=POLICY, headers={"If-Match": '"0"'})
    stale = await api(ADMIN).put("/tiers/CITY/policy", json=POLICY, headers={"If-Match": '"0"'})
    added = await api(ADMIN).post("/dealers", json=body, headers=a_key())

    assert without.json()["type"].endswith("/no-policy")
    assert [fault["field"] for fault in rows.json()["faults"]] == ["terms"]
    assert [(one["tier"], one["parent"], one["dealers"]) for one in tree] == [
        ("PROVINCE", None, 0),
        ("CITY", "PROVINCE", 1),
        ("COUNTY", "CITY", 0),
    ]
    assert set_to.json()["policy"]["terms"]["credit_days"] == 30
    assert (set_to.json()["version"], stale.status_code) == (1, 412)
    begun = added.json()
    assert (begun["terms"]["kind"], begun["credit_limit_minor"]) == ("CREDIT", 5_000)
    assert (await shown(api, known))["terms"] == known["terms"]


async def test_only_an_administrator_sets_policies_and_superiors(api):
    dealer = await add(api)

    for role in (Role.SAL, Role.FIN):
        client = api(an_actor(role))
        one = f"/dealers/{dealer['dealer_id']}/set-superior"
        assert (await client.put("/tiers/CITY/policy", json=POLICY)).status_code == 403
        assert (await client.post(one, json={"superior_id": None})).status_code == 403
        assert (await client.get("/tiers")).status_code == 200
