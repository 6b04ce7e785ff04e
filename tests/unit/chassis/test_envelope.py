from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.envelope import Delivery, Envelope, decoded, encoded, subject_of
from chassis.ids import floor_of, millis_of, time_of, uuid7
from chassis.kafka.consumption import delivery_of

ORDER = UUID("0197f3a0-0000-7000-8000-000000000001")
HEADERS = st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.binary()))


def test_ids_grow_and_tell_their_time():
    ids = [uuid7() for _ in range(10_000)]

    assert ids == sorted(set(ids))
    assert all(id_.version == 7 for id_ in ids)
    assert abs(time_of(ids[-1]) - datetime.now(UTC)) < timedelta(seconds=5)


def test_no_id_of_a_moment_or_later_is_below_its_floor():
    moment = datetime.now(UTC)

    assert floor_of(moment) <= uuid7() < floor_of(moment + timedelta(minutes=1))


@given(HEADERS)
def test_headers_keep_every_byte_in_the_database(headers):
    assert decoded(encoded(headers)) == tuple(headers)


@pytest.mark.parametrize(
    ("key", "subject"),
    [
        (
            UUID("0197f3a0-0000-7000-8000-000000000001").bytes,
            "0197f3a0-0000-7000-8000-000000000001",
        ),
        (b"SKU-1", "SKU-1"),
        (b"A-SKU-OF-16-CHAR", "A-SKU-OF-16-CHAR"),
        ("可乐".encode(), "可乐"),
    ],
)
def test_a_key_is_readable(key, subject):
    assert subject_of(key) == subject


def test_a_header_that_is_not_what_it_should_be_says_nothing():
    envelope = Envelope.of(
        uuid7(), "t", {"ce_causationid": b"7", "ce_sequence": b"x", "ce_actor": b"\xff"}
    )

    assert (envelope.causation_id, envelope.sequence, envelope.actor) == (None, None, "\ufffd")


@pytest.mark.parametrize("headers", [(), (("ce_id", None),), (("ce_id", b"7"), ("ce_type", b"t"))])
def test_a_record_without_a_readable_envelope_still_has_a_place_in_time(headers):
    record = SimpleNamespace(
        headers=headers, key=None, value=None, timestamp=-1, topic="c.t", partition=1, offset=2
    )

    delivery = delivery_of(record, "c")

    assert (delivery.type, delivery.key, delivery.topic) == ("", b"", "t")
    assert millis_of(delivery.place_id) == 0


@pytest.mark.parametrize("timestamp", [0, 1_795_000_000_000, 1 << 60])
def test_two_unreadable_records_of_one_moment_are_two_messages(timestamp):
    records = [
        SimpleNamespace(
            headers=(), key=b"", value=b"", timestamp=timestamp, topic="c.t", partition=1, offset=n
        )
        for n in range(2)
    ]

    first, second = (delivery_of(record, "c") for record in records)

    assert first.message_id != second.message_id
    assert first.message_id == first.place_id


def test_a_place_in_kafka_has_one_id_of_the_messages_time():
    here = Delivery(uuid7(), "t", b"", b"", topic="orders.events", partition=3, offset=7)

    assert here.place_id == here.place_id
    assert here.place_id != here._replace(offset=8).place_id
    assert millis_of(here.place_id) == millis_of(here.message_id)
    assert here._replace(message_id=uuid4()).place_id != here.place_id
