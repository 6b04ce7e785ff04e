"""The interpreter of sagas, on a saga of three steps and a gate, under any order of facts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import saga
from chassis.saga import ATTEMPTS_MAX, PATIENCE, PATIENCE_MAX, Gate, Phase, Progress, Saga, Step
from contracts.message import Command

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Ask(Command):
    """A command of the tests."""

    type = "tests.ask.v1"
    topic = "tests.commands"
    keyed_by = "order_id"

    order_id: UUID
    what: str


@dataclass(frozen=True)
class Facts:
    order_id: UUID
    paid: bool = False
    opened: bool = False
    parcels: int = 0
    billed: int = 0
    undone: frozenset[str] = frozenset()
    abandoned: bool = False


def ask(what):
    return lambda facts: Ask(order_id=facts.order_id, what=what)


TRIP = Saga(
    abandoned=lambda facts: facts.abandoned,
    rows=(
        Step(
            "pay",
            ask=ask("pay"),
            done=lambda facts: facts.paid,
            undo=ask("unpay"),
            undone=lambda facts: "pay" in facts.undone,
        ),
        Gate("office", open=lambda facts: facts.opened, queue=lambda _: "SAL"),
        Step(
            "bill",
            ask=ask("bill"),
            done=lambda facts: facts.billed == facts.parcels,
            about=lambda facts: str(facts.billed),
        ),
        Step(
            "send",
            ask=ask("send"),
            done=lambda facts: facts.parcels == 2,
            undo=ask("unsend"),
            undone=lambda facts: "send" in facts.undone,
        ),
    ),
)
BEGUN = Facts(uuid4())


def go(progress, facts):
    """The progress afterwards and what was asked."""
    moved, commands = saga.advance(TRIP, progress, facts, NOON)
    return moved, [command.what for command in commands]


def test_it_stands_at_the_first_row_that_is_not_satisfied():
    progress, asked = go(Progress(), BEGUN)
    assert (progress.at, asked) == ("pay", ["pay"])

    progress, asked = go(progress, replace(BEGUN, paid=True))
    assert (progress.at, asked, progress.deadline) == ("office", [], None)

    progress, asked = go(progress, replace(BEGUN, paid=True, opened=True))
    assert (progress.at, asked) == ("send", ["send"])


def test_facts_that_bring_nothing_new_change_nothing():
    progress, _ = go(Progress(), BEGUN)

    assert go(progress, BEGUN) == (progress, [])


def test_a_step_about_something_else_asks_again():
    facts = replace(BEGUN, paid=True, opened=True)
    progress, _ = go(Progress(), facts)

    progress, first = go(progress, replace(facts, parcels=1))
    progress, second = go(progress, replace(facts, parcels=2, billed=1))
    progress, _ = go(progress, replace(facts, parcels=2, billed=2))

    assert (first, second) == (["bill"], ["bill"])
    assert progress.phase is Phase.COMPLETED


def test_a_fact_that_is_taken_back_leads_back_to_its_row():
    facts = replace(BEGUN, paid=True)
    progress, _ = go(Progress(), facts)

    progress, asked = go(progress, replace(facts, paid=False))

    assert (progress.at, asked) == ("pay", ["pay"])


def test_an_abandoned_saga_undoes_what_was_asked_the_latest_first():
    facts = replace(BEGUN, paid=True, opened=True)
    progress, _ = go(Progress(), facts)
    facts = replace(facts, abandoned=True)

    progress, asked = go(progress, facts)
    assert asked == ["unsend"]
    progress, asked = go(progress, replace(facts, undone=frozenset({"send"})))
    assert asked == ["unpay"]
    progress, asked = go(progress, replace(facts, undone=frozenset({"send", "pay"})))
    assert (progress.phase, asked) == (Phase.UNDONE, [])


def test_what_was_never_asked_is_not_undone():
    progress, _ = go(Progress(), BEGUN)

    _, asked = go(progress, replace(BEGUN, abandoned=True))

    assert asked == ["unpay"]


def test_what_was_asked_without_an_answer_is_undone_all_the_same():
    progress, _ = go(Progress(), BEGUN)

    progress, asked = go(progress, replace(BEGUN, abandoned=True))

    assert (progress.phase, asked) == (Phase.BACKWARD, ["unpay"])


def test_an_ended_saga_never_moves_again():
    ended = Progress(Phase.COMPLETED)

    assert go(ended, replace(BEGUN, abandoned=True)) == (ended, [])


@pytest.mark.parametrize("attempt", range(12))
def test_patience_grows_and_is_bounded(attempt):
    assert PATIENCE <= saga.patience(attempt) <= PATIENCE_MAX
    assert saga.patience(attempt) <= saga.patience(attempt + 1)


def test_silence_is_asked_again_and_shows_on_the_desk():
    progress, _ = go(Progress(), BEGUN)
    for _ in range(ATTEMPTS_MAX):
        progress, commands = saga.time_out(TRIP, progress, BEGUN, NOON)
        assert [command.what for command in commands] == ["pay"]

    assert progress.stuck
    progress, _ = go(progress, replace(BEGUN, paid=True))
    assert not progress.stuck


FACTS = st.fixed_dictionaries(
    {
        "paid": st.booleans(),
        "opened": st.booleans(),
        "parcels": st.integers(0, 2),
        "billed": st.integers(0, 2),
        "undone": st.sets(st.sampled_from(["pay", "send"])).map(frozenset),
        "abandoned": st.booleans(),
    }
)


@given(st.lists(FACTS, max_size=12))
def test_under_any_facts_it_asks_only_what_its_row_is_about_and_ends_for_good(story):
    progress = Progress()
    for facts in story:
        before = progress
        progress, asked = go(progress, replace(BEGUN, **facts))

        assert len(asked) <= 1
        assert bool(progress.deadline) == bool(asked) or progress == before
        assert not before.ended or progress == before
        assert progress.reached >= before.reached
