from collections import defaultdict
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.consumer.parcels import Parcel, waves
from contracts.inventory import ReleaseToWarehouse
from tests.builders.chassis import a_delivery


def a_parcel(key):
    message = ReleaseToWarehouse(order_id=UUID(int=key))
    return Parcel(a_delivery(message), message)


BATCHES = st.lists(st.integers(0, 5).map(a_parcel), max_size=40)


@given(BATCHES)
def test_inside_a_wave_all_keys_differ(batch):
    for wave in waves(batch):
        keys = [parcel.delivery.key for parcel in wave]
        assert len(keys) == len(set(keys))


@given(BATCHES)
def test_over_the_waves_each_key_keeps_its_order_and_nothing_is_lost(batch):
    def by_key(parcels):
        of = defaultdict(list)
        for parcel in parcels:
            of[parcel.delivery.key].append(parcel.delivery.message_id)
        return of

    assert by_key(parcel for wave in waves(batch) for parcel in wave) == by_key(batch)


@given(BATCHES)
def test_there_are_as_many_waves_as_the_busiest_key_has_messages(batch):
    keys = [parcel.delivery.key for parcel in batch]

    assert len(waves(batch)) == max(map(keys.count, keys), default=0)
