"""E-29: whoever asks about a dealer who is not his, in any service, learns nothing of his limit."""

from contextlib import AsyncExitStack
from importlib import import_module
from uuid import UUID, uuid4

import pytest

from chassis.auth import Role
from chassis.consumer import Delivery, Dispatch
from chassis.ids import uuid7
from chassis.service import routed
from contracts.dealers import Terms, TermsKind
from tests.builders.catalog import a_product_row
from tests.builders.dealers import a_dealer_body, a_dealer_state
from tests.builders.edge import a_key, an_actor, serving

SECRET = 7_654_321_00
SERVICES = ("dealers", "catalog", "orders", "inventory", "billing")
ADMIN = an_actor(Role.ADM)
STRANGERS = {
    "a dealer": an_actor(Role.DLR, dealer_id=uuid7()),
    "his machine": an_actor(Role.MACHINE, dealer_id=uuid7()),
    "another's salesperson": an_actor(Role.SAL),
    "an applicant": an_actor(Role.APPLICANT),
}


@pytest.fixture
async def rival(catalog_db, dealers_db, orders_db, inventory_db, billing_db, tmp_path):
    """The id of a dealer whom all services know, with a secret limit; and their APIs by name."""
    (tmp_path / "quote.key").write_text("k" * 32)
    pools = dict(
        zip(SERVICES, (dealers_db, catalog_db, orders_db, inventory_db, billing_db), strict=True)
    )
    async with AsyncExitStack() as stack:
        apis = {}
        for name, pool in pools.items():
            keys = (
                {"quote_key_path": tmp_path / "quote.key"} if name in {"catalog", "orders"} else {}
            )
            service = import_module(f"services.{name}.app").SERVICE
            apis[name] = await stack.enter_async_context(serving(service, pool, **keys))
        body = a_dealer_body(credit_limit_minor=SECRET)
        added = await apis["dealers"](ADMIN).post("/dealers", json=body, headers=a_key())
        terms = Terms(kind=TermsKind.CREDIT, credit_days=30)
        state = a_dealer_state(
            dealer_id=UUID(added.json()["dealer_id"]), credit_limit_minor=SECRET, terms=terms
        )
        for name in SERVICES[1:]:
            subscriptions = import_module(f"services.{name}.consumers").SUBSCRIPTIONS
            await Dispatch(pools[name], subscriptions).deliver(
                [Delivery(uuid7(), state.type, state.key, state.model_dump_json().encode())]
            )
        yield state.dealer_id, apis


def questions(name, dealer_id):
    """Every GET of a service with this id wherever it asks for one."""
    for path, operations in (
        routed(import_module(f"services.{name}.app").SERVICE).openapi()["paths"].items()
    ):
        if "get" not in operations or path.startswith("/health"):
            continue
        asked = path
        for part in path.split("/"):
            if part.startswith("{"):
                asked = asked.replace(part, str(dealer_id))
        yield from (asked, f"{asked}?dealer_id={dealer_id}&version=1&limit=50")


@pytest.mark.parametrize("name", SERVICES)
async def test_no_question_of_a_stranger_is_answered_with_the_limit(rival, name):
    """E-29: no answer tells the limit; the path of his id answers like that of nobody."""
    dealer_id, apis = rival

    for actor in STRANGERS.values():
        client = apis[name](actor)
        told = [(await client.get(path)).text for path in questions(name, dealer_id)]
        nobody = [await client.get(path) for path in questions(name, uuid4())]
        his = [await client.get(path) for path in questions(name, dealer_id)]

        assert not [text for text in told if str(SECRET) in text]
        assert [one.status_code for one in his] == [one.status_code for one in nobody]


@pytest.mark.parametrize(("name", "path"), [("dealers", "/dealers"), ("billing", "/accounts")])
async def test_he_himself_and_finance_read_it(rival, name, path):
    """E-29: the secret is there to be read."""
    dealer_id, apis = rival

    for actor in (an_actor(Role.DLR, dealer_id=dealer_id), an_actor(Role.FIN)):
        answer = await apis[name](actor).get(f"{path}/{dealer_id}")
        assert answer.json()["credit_limit_minor"] == SECRET


@pytest.mark.parametrize("who", ["a dealer", "his machine", "another's salesperson"])
async def test_no_check_is_made_in_the_name_of_a_dealer_who_is_not_the_callers(rival, who):
    """E-29: a quote or an order for him would be a check of what he may; both are refused alike."""
    dealer_id, apis = rival
    await apis["catalog"](ADMIN).post("/products/import", json={"rows": [a_product_row("A")]})
    lines = {"lines": [{"sku": "A", "quantity": 1}]}

    statuses = {}
    for name, path in (("catalog", "/quotes"), ("orders", "/orders")):
        client = apis[name](STRANGERS[who])
        statuses[path] = [
            (await client.post(path, json=lines | {"dealer_id": str(one)}, headers=a_key()))
            for one in (dealer_id, uuid4())
        ]

    for answers in statuses.values():
        assert {answer.status_code for answer in answers} <= {403, 404, 422}
        assert not [answer for answer in answers if str(SECRET) in answer.text]
        assert answers[0].json()["type"] == answers[1].json()["type"]
