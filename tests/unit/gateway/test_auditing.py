"""What the audit log keeps of events, states and requests, and how it says so."""

import json
import re
from uuid import UUID, uuid4

import pytest

from chassis.envelope import Delivery
from chassis.ids import uuid7
from contracts import specimens
from contracts.dealers import SalespersonBound
from deploy.openapi import FOLDER
from gateway.audit import AUDITED_EVENTS, AUDITED_STATES, Known, by_a_person, entry_of, references
from gateway.audit.events import action_of
from gateway.audit.requests import TOLD, Asked, entry_of_request, is_kept
from gateway.audit.words import ACTIONS, said

ME = "user:0190c0de-0000-7000-8000-000000000001"
BY_ME = (("ce_id", b"x"), ("ce_actor", ME.encode()))


def full(kind):
    return kind.model_validate(specimens.full(kind))


def a_delivery(*headers, kind="orders.order-held.v2"):
    return Delivery(uuid7(), kind, b"key", b"{}", headers or BY_ME)


def asked(method, path, body=b""):
    return entry_of_request(Asked(ME, method, path, body))


def test_what_a_machine_says_in_the_name_of_a_person_is_not_what_he_did():
    assert by_a_person(a_delivery(*BY_ME))
    assert not by_a_person(a_delivery(*BY_ME, ("ce_causationid", b"1")))
    assert not by_a_person(a_delivery(("ce_id", b"x")))


@pytest.mark.parametrize("kind", [*AUDITED_EVENTS, *AUDITED_STATES], ids=lambda kind: kind.type)
def test_everything_that_is_audited_has_words(kind):
    action = action_of(kind.type)
    text = ACTIONS[action].text
    fields = {name.removesuffix("_minor") for name in kind.model_fields}

    for words in (text.zh, text.en):
        assert set(re.findall(r"{(\w+)}", words)) <= fields
    assert re.search("[一-鿿]", text.zh)


@pytest.mark.parametrize("kind", AUDITED_EVENTS, ids=lambda kind: kind.type)
def test_an_event_becomes_the_same_entry_each_time(kind):
    event, delivery = full(kind), a_delivery(kind=kind.type)

    entry_id, entry, at = entry_of(event, delivery)

    assert entry_of(event, delivery) == (entry_id, entry, at)
    assert (entry_id, entry.actor) == (delivery.message_id, ME)
    assert "—" not in said(entry.action, entry.subject_id, entry.facts).text.en


def test_what_an_event_says_of_before_is_told_as_before():
    was, now = uuid4(), uuid4()
    bound = full(SalespersonBound).model_copy(
        update={"salesperson_id": now, "previous_salesperson_id": was}
    )

    facts = entry_of(bound, a_delivery()).entry.facts

    assert facts["before"] == {"salesperson_id": str(was)}
    assert facts["salesperson_id"] == str(now)


@pytest.mark.parametrize("kind", AUDITED_STATES, ids=lambda kind: kind.type)
def test_of_a_state_only_what_differs_is_told_as_before(kind):
    state = full(kind)
    known = Known(1, state.model_dump(mode="json") | {"name": "以前的名称"})

    assert entry_of(state, a_delivery(), known).entry.facts["before"] == {"name": "以前的名称"}


def test_entries_are_found_by_dealer_and_by_the_numbers_on_papers():
    dealer_id = uuid4()
    facts = {"dealer_id": str(dealer_id), "number": "SO-1", "shipment_number": "CK-2", "sku": None}

    assert references(facts) == (dealer_id, ("SO-1", "CK-2"))
    assert references({"dealer_id": "none", "number": 7}) == (None, ())


@pytest.mark.parametrize(
    ("method", "path", "kept"),
    [
        ("GET", "/refunds", False),
        ("POST", "/orders", False),
        ("POST", "/orders/01930000-0000-7000-8000-000000000001/confirm", False),
        ("POST", "/orders/01930000-0000-7000-8000-000000000001/reject", True),
        ("POST", "/quotes", False),
        ("PATCH", "/carts/01930000-0000-7000-8000-000000000001/lines", False),
        ("POST", "/refunds/01930000-0000-7000-8000-000000000001/approve", True),
        ("POST", "/warehouses?x=1", True),
        ("POST", "/products/SKU-1/retire", False),
        (
            "DELETE",
            "/dealers/01930000-0000-7000-8000-000000000001/contacts/01930000-0000-7000-8000-000000000001",
            True,
        ),
    ],
)
def test_requests_are_kept_where_no_event_tells_of_them(method, path, kept):
    assert is_kept(method, path) is kept


def test_every_request_that_is_left_to_events_exists():
    paths = {
        f"{method.upper()} " + re.sub(r"{\w+}", "{}", path).removeprefix("/api/v1")
        for path, operations in json.loads((FOLDER / "qudao.json").read_text())["paths"].items()
        for method in operations
    }

    assert paths >= TOLD


@pytest.mark.parametrize(
    ("method", "path", "action", "zh", "en"),
    [
        ("POST", "/price-lists", "price-lists.create", "新建价格表 A1", "Create price list A1"),
        ("POST", "/refunds/{}/approve", "refunds.approve", "批准退款 A1", "Approve refund A1"),
        (
            "DELETE",
            "/dealers/{}/addresses/{}",
            "dealers.addresses.remove",
            "删除经销商的地址 A1",
            "Remove dealer's address A1",
        ),
        ("PUT", "/unheard/{}", "unheard.change", "变更unheard A1", "Change unheard A1"),
    ],
)
def test_a_request_is_told_in_plain_words(method, path, action, zh, en):
    subject_id = uuid4()
    entry = asked(method, path.replace("{}", str(subject_id)), b'{"code": "A1"}')
    text, link = said(entry.action, entry.subject_id, entry.facts)

    assert (entry.action, text.zh, text.en) == (action, zh, en)
    if "{}" in path:
        assert entry.subject_id == subject_id
        assert link == f"/{path.split('/')[1]}/{subject_id}"


def test_of_a_body_nothing_secret_is_kept_and_nothing_that_reads_another_way_later():
    body = b'{"api_secret": "x", "rate": 1e22, "note": "a\\u0000b", "lines": [{"Password": 1}]}'

    assert asked("POST", "/webhooks", body).facts["body"] == {
        "api_secret": "…",
        "rate": "1e+22",
        "note": "ab",
        "lines": [{"Password": "…"}],
    }


@pytest.mark.parametrize("body", [b"\x89PNG", b"[" + b"1," * 9_000 + b"1]"])
def test_of_a_file_or_a_long_body_the_length_is_kept(body):
    assert asked("POST", f"/dealer-applications/{uuid4()}/documents", body).facts["bytes"] == len(
        body
    )


def test_the_dealer_of_a_request_stands_in_its_path_or_its_body():
    dealer_id = UUID(int=5)

    for entry in (
        asked("POST", f"/dealers/{dealer_id}/contacts", b"{}"),
        asked("POST", "/refunds", b'{"dealer_id": "%s"}' % str(dealer_id).encode()),
    ):
        assert references(entry.facts).dealer_id == dealer_id
