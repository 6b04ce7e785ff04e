import pytest

from tests.chaos.ending import TOO_LATE, unexpected
from tests.chaos.load import Asked, Load


def judged(asked, end):
    load = Load("http://nowhere", None, (), (), (), accepted={"an order": asked})
    return unexpected(load, {"an order": end} if end else {})


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Asked("through"), "COMPLETED"),
        (Asked("impossible"), "REJECTED"),
        (Asked("cancelled at once", cancelled=True), "CANCELLED"),
        (Asked("cancelled at once", cancelled=True), TOO_LATE),
        (Asked("cancelled at once"), "COMPLETED"),
    ],
)
def test_an_order_that_ends_as_its_client_was_told_is_fine(asked, status):
    assert judged(asked, (asked.kind, status)) == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Asked("through"), "CANCELLED"),
        (Asked("impossible"), "COMPLETED"),
        (Asked("cancelled later", cancelled=True), "COMPLETED"),
    ],
)
def test_an_order_that_ends_otherwise_is_told(asked, status):
    assert judged(asked, (asked.kind, status)) == [
        f"order an order, {asked.kind}, ended as {status}"
    ]


def test_an_order_that_is_not_there_is_told():
    assert judged(Asked("through"), None) == ["order an order, through, ended as lost"]
