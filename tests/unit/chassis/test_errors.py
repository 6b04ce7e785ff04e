"""Errors speak for themselves: title, detail and slug from the class, facts beside them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from chassis.db import TRANSIENT
from chassis.errors import MEMBERS, DomainError, InvalidRequest, NotFound, Unavailable, texts_of
from chassis.problems import pointer, preferred, problem


class OutOfStock(DomainError):
    """There is not enough stock for this order.

    zh: 库存不足。
    请减少数量，
    或等待补货。

    Order less,
    or wait for the next inbound.
    """


class Plain(DomainError):
    """No Chinese yet."""


def document(error, languages=""):
    response = problem(error, languages)
    return json.loads(response.body), response.headers


def test_the_docstring_is_what_the_caller_reads():
    texts = texts_of(OutOfStock)

    assert texts["en"] == (
        "There is not enough stock for this order.",
        "Order less, or wait for the next inbound.",
    )
    assert texts["zh"] == ("库存不足。", "请减少数量，或等待补货。")


def test_a_problem_has_title_detail_slug_and_facts():
    body, headers = document(OutOfStock(short=["SKU-1"]), "en")

    assert body["title"] == "There is not enough stock for this order."
    assert body["detail"] == "Order less, or wait for the next inbound."
    assert body["type"].endswith("/out-of-stock")
    assert body["status"] == 409
    assert body["short"] == ["SKU-1"]
    assert headers["content-language"] == "en"


def test_a_text_that_was_not_translated_is_told_in_english():
    body, headers = document(Plain(), "zh-CN")

    assert body["title"] == "No Chinese yet."
    assert headers["content-language"] == "en"


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_fact_does_not_take_the_place_of_a_member(member):
    with pytest.raises(TypeError, match=member):
        DomainError(**{member: 1})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("*", "zh"),
        ("fr-FR", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.5, zh;q=0.7", "zh"),
        ("EN", "en"),
        ("en;q=much", "en"),
        ("de, en;q=0.1", "en"),
    ],
)
def test_the_language_is_the_callers_and_chinese_when_he_says_nothing(header, language):
    assert preferred(header) == language


@given(st.text(max_size=200))
def test_no_accept_language_header_is_too_odd(header):
    assert preferred(header) in {"zh", "en"}


@pytest.mark.parametrize(
    ("location", "where"),
    [
        (("body",), ""),
        (("body", "lines", 0, "quantity"), "/lines/0/quantity"),
        (("body", "a/b", "c~d"), "/a~1b/c~0d"),
        (("query", "limit"), "?limit"),
        (("header", "if-match"), "#if-match"),
        (("path", "order_id"), "{order_id}"),
    ],
)
def test_a_fault_is_pointed_at(location, where):
    assert pointer(location) == where


@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_fault_of_the_surroundings_is_worth_another_try(kind):
    response = problem(kind("down"))

    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0


def test_the_time_to_come_back_is_what_the_error_says():
    assert problem(Unavailable(retry_after_seconds=7)).headers["retry-after"] == "7"


def test_a_bug_says_nothing_about_itself():
    body, _ = document(KeyError("password"), "en")

    assert body == {
        "type": "https://qudao.dev/problems/internal-error",
        "title": "Something is wrong on our side.",
        "status": 500,
    }


def test_an_error_of_the_framework_keeps_its_headers():
    response = problem(HTTPException(405, headers={"Allow": "GET"}))

    assert response.headers["allow"] == "GET"


def test_faults_are_pairs_of_a_pointer_and_what_is_wrong():
    body, _ = document(InvalidRequest(("/lines/0/sku", "Unknown."), ("?q", "Too long.")))

    assert body["faults"] == [
        {"pointer": "/lines/0/sku", "fault": "Unknown."},
        {"pointer": "?q", "fault": "Too long."},
    ]


def test_a_missing_resource_is_a_404():
    assert problem(NotFound()).status_code == 404


def test_facts_of_any_kind_can_be_told():
    body, _ = document(DomainError(skus={"B", "A"}, at=pytest))

    assert body["skus"] == ["A", "B"]
