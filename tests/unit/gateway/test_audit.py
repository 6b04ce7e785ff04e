"""The chain of the audit log: whoever changes the past is found."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit import BEGINNING, Dated, Entry, breaks, head_of, links, text_of

AT = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
TEXT = st.text(max_size=20)
FACTS = st.dictionaries(TEXT, st.none() | TEXT | st.lists(TEXT))
ENTRIES = st.lists(st.builds(Entry, TEXT, TEXT, st.uuids(), FACTS), min_size=1, max_size=8)


def a_chain(entries):
    return links(BEGINNING, AT, [Dated(uuid4(), entry) for entry in entries])


@given(ENTRIES)
def test_what_nobody_touched_holds(entries):
    assert breaks(BEGINNING, a_chain(entries)) == []


@given(ENTRIES, st.data())
def test_a_changed_entry_is_found_where_it_stands(entries, data):
    chain = a_chain(entries)
    at = data.draw(st.integers(0, len(chain) - 1))
    forged = replace(chain[at].entry, actor=chain[at].entry.actor + "!")

    chain[at] = chain[at]._replace(entry=forged)

    assert breaks(BEGINNING, chain)[0] == at + 1


@given(ENTRIES, st.data())
def test_a_removed_entry_is_found_by_the_next_one(entries, data):
    chain = a_chain([*entries, *entries])
    at = data.draw(st.integers(0, len(chain) - 2))

    del chain[at]

    assert breaks(BEGINNING, chain)[0] == at + 2


def test_a_batch_comes_to_the_same_chain_as_one_entry_after_the_other():
    entries = [Entry("a", "b", UUID(int=n), {"n": str(n)}) for n in range(5)]
    ids = [uuid4() for _ in entries]

    together = links(BEGINNING, AT, map(Dated, ids, entries))
    head, single = BEGINNING, []
    for entry_id, entry in zip(ids, entries, strict=True):
        [link] = links(head, AT, [Dated(entry_id, entry)])
        single.append(link)
        head = head_of(link)

    assert together == single


@given(FACTS)
def test_facts_read_the_same_after_they_were_stored(facts):
    assert text_of(orjson.loads(text_of(facts))) == text_of(facts)
