"""What an order is stored as, and what becomes of documents from before a field was there."""

import orjson
import pytest

from services.orders import saga
from services.orders.domain.lines import Line
from services.orders.domain.order import changed, restored
from services.orders.store.rows import changed_document, document
from tests.builders.orders import NOON, advanced, confirmed


def test_lines_come_back_from_their_document_as_they_were():
    order = confirmed()

    lines = [restored(Line, line) for line in orjson.loads(document(order.lines))]

    assert tuple(lines) == order.lines
    assert hash(lines[0]) == hash(order.lines[0])


def test_a_line_from_before_a_field_was_there_has_its_default():
    (line,) = orjson.loads(document((Line(1, "A", 2),)))
    del line["received"], line["rule"]

    old = restored(Line, line)

    assert (old, old.received, old.rule) == (Line(1, "A", 2), 0, None)
    assert changed(old, received=2).received == 2


def test_only_what_changed_is_stored_anew():
    order = confirmed()
    sent, _ = saga.take(order, advanced(order, revision=1, picked=10), NOON)

    assert changed_document(order.lines, order.lines) is None
    assert changed_document(order.lines, sent.lines) == document(sent.lines)


def test_a_fact_that_does_not_exist_is_no_fact():
    with pytest.raises(AssertionError, match="no such facts"):
        changed(confirmed(), totals=1)
