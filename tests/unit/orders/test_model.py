"""The saga holds in every interleaving, to a small depth; `make model` goes deeper."""

import pytest

from tests.builders.orders import ON_CREDIT, PREPAID, confirming_itself
from tests.model.explore import explore, unhandled


@pytest.mark.parametrize(
    "terms", [confirming_itself(ON_CREDIT), PREPAID], ids=["credit", "prepaid"]
)
def test_every_interleaving_ends_or_rests_in_somebodys_queue(terms):
    report = explore(terms, time_outs_max=1, decisions_max=1)

    assert report.fault == "", report.counterexample
    assert report.states > 500
    assert {"COMPLETED", "CANCELLED", "REJECTED"} <= report.endings.keys()


def test_every_reply_of_the_contract_means_something_to_an_order():
    assert unhandled() == []
