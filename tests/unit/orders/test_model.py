"""The saga holds in every interleaving, to a small depth; `make model` goes deeper."""

import pytest

from contracts.dealers import Shortage
from tests.builders.orders import ON_CREDIT, PREPAID, confirming_itself
from tests.model.explore import AMENDING, CLOSING, Depth, explore, paths
from tests.model.matrix import fill, unhandled


@pytest.mark.parametrize(
    ("terms", "depth"),
    [
        (PREPAID, Depth(time_outs=0, decisions=1, copies=1)),
        (confirming_itself(PREPAID), Depth(time_outs=1, decisions=0, copies=1)),
        (confirming_itself(ON_CREDIT), Depth(time_outs=0, decisions=1, copies=1)),
        (confirming_itself(ON_CREDIT), Depth(time_outs=1, decisions=0, copies=1)),
    ],
    ids=[
        "prepaid with a decision",
        "prepaid that confirms itself, with a time-out",
        "credit with a decision",
        "credit with a time-out",
    ],
)
def test_every_interleaving_ends_or_rests_in_somebodys_queue(terms, depth):
    """I-12."""
    report = explore(terms, depth)

    assert report.fault == "", report.counterexample
    assert report.states > 1_000
    assert report.paths > 10_000
    assert {"COMPLETED", "REJECTED"} <= report.endings.keys()
    assert fill(report.orders).faults == []


@pytest.mark.parametrize(
    ("terms", "people", "ending"),
    [
        (PREPAID, AMENDING, "COMPLETED"),
        (PREPAID.model_copy(update={"shortage": Shortage.SHIP_PARTIAL}), CLOSING, "CLOSED_SHORT"),
    ],
    ids=["amended", "closed short"],
)
def test_whatever_becomes_of_it_later_the_books_and_the_order_agree(terms, people, ending):
    """I-12, S-4, P-03: lines, money and invoices, whoever refuses, and in any order."""
    depth = Depth(time_outs=0, decisions=1, copies=0)

    report = explore(confirming_itself(terms), depth, people)

    assert report.fault == "", report.counterexample
    assert {ending, "REJECTED"} <= report.endings.keys()
    assert fill(report.orders).faults == []


def test_every_reply_of_the_contract_means_something_to_an_order():
    assert unhandled() == []


def test_ways_are_counted_and_a_circle_is_seen():
    diamond, circle = [[1, 2], [3], [3], []], [[1], [2], [1]]

    assert (paths(diamond), paths(circle)) == (2, 0)
