"""What the fuzzing of the interface takes for a fault, and what it puts into its requests."""

import random
from datetime import timedelta
from types import SimpleNamespace

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.fuzz.judging import fault_of, refused
from tests.fuzz.pool import Pool
from tests.fuzz.walk import _brief, as_request, turn

ORDER = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {"title": "any", "version": "1"},
    "paths": {
        "/orders/{order_id}/cancel": {
            "post": {
                "parameters": [
                    {
                        "name": "order_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                    }
                ],
                "responses": {
                    "200": {
                        "description": "Done",
                        "content": {"application/json": {"schema": ORDER}},
                    },
                    "4XX": {"description": "No"},
                },
            }
        }
    },
}
PROBLEM = {"content-type": "application/problem+json"}


def a_case():
    """One generated request to cancel an order."""
    (result,) = schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()
    found = []

    @settings(max_examples=1, database=None, suppress_health_check=list(HealthCheck))
    @given(case=result.ok().as_strategy())
    def take(case):
        found.append(case)

    take()
    return found[0]


def an_answer(status_code, headers=None, **body):
    request = httpx.Request("POST", "http://any/orders/1/cancel")
    answer = httpx.Response(status_code, json=body, headers=headers, request=request)
    answer.elapsed = timedelta(0)
    return answer


def what(answer):
    fault = fault_of(a_case(), answer)
    return fault and fault.what


def test_an_answer_as_described_is_no_fault():
    assert what(an_answer(200, order_id="1")) is None
    assert what(an_answer(409, PROBLEM, status=409, title="No")) is None


def test_any_status_of_500_or_more_is_a_fault_however_well_it_is_said():
    assert what(an_answer(500, PROBLEM, status=500, title="Oh")) == "status 500"


def test_what_is_not_described_is_a_fault():
    assert what(an_answer(202, order_id="1")) == "Undocumented status code"
    assert what(an_answer(200, number="1")) == "Response violates schema"


def test_a_refusal_is_a_problem_document_that_says_its_own_status():
    assert "of type 'application/json'" in what(an_answer(409, status=409, title="No"))
    assert "without its status" in what(an_answer(409, PROBLEM, status=400, title="No"))


def test_only_what_was_refused_must_have_changed_nothing():
    assert [refused(an_answer(status)) for status in (200, 201, 400, 409)] == [
        False,
        False,
        True,
        True,
    ]


def test_requests_name_what_answers_have_named():
    pool = Pool(own=())
    pool.learn({"items": [{"order_id": "01a2", "lines": [{"sku": "A-1"}]}]}, "/orders")
    case = a_case()

    for seed in range(20):
        pool.graft(case, random.Random(seed))

    assert as_request(case)["url"] == "/orders/01a2/cancel"


def test_a_path_names_what_was_told_of_its_own_resource_before_others():
    pool = Pool(own=())
    pool.learn([{"order_id": str(number)} for number in range(30)], "/api/v1/shipments")
    pool.learn({"order_id": "mine"}, "/api/v1/orders/{order_id}")
    case = a_case()

    for seed in range(20):
        pool.graft(case, random.Random(seed))

    assert case.path_parameters == {"order_id": "mine"}


def test_lists_are_asked_before_what_needs_their_ids_and_deletions_last():
    asked = [
        ("DELETE", "/carts/{cart_id}"),
        ("PATCH", "/carts/{cart_id}/lines/{line}"),
        ("POST", "/carts/{cart_id}/submit"),
        ("GET", "/carts/{cart_id}"),
        ("POST", "/carts"),
        ("GET", "/carts"),
    ]
    operations = [SimpleNamespace(method=method, path=path) for method, path in asked]

    assert sorted(operations, key=turn) == operations[::-1]


def test_whom_the_run_needs_is_not_named_where_something_is_changed():
    pool = Pool(own={"me"})
    pool.learn({"user_id": "me"}, "/users")
    case = a_case()
    case.path_parameters = {"user_id": "made up"}

    for seed in range(20):
        pool.graft(case, random.Random(seed))

    assert case.path_parameters == {"user_id": "made up"}


def test_long_lists_are_made_short():
    described = {"type": "array", "maxItems": 2_000, "items": {"maxItems": 3}}

    assert _brief(described) == {"type": "array", "maxItems": 8, "items": {"maxItems": 3}}
