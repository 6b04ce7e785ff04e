"""What waits in a service's database is measured there."""

from uuid import uuid4

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from chassis import outbox
from chassis.db import transaction
from chassis.jobs import measure_waiting
from chassis.telemetry import metrics, names
from contracts.inventory import FirmReservation
from tests.builders.edge import serving
from tests.builders.lending import LIBRARY


@pytest.fixture
def measured(monkeypatch):
    """The newest value of each metric by name."""
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("test")
    monkeypatch.setattr(metrics.meters, "of", metrics.Instruments(meter, read=True))

    def values():
        return {
            metric.name: metric.data.data_points[-1].value
            for resource in reader.get_metrics_data().resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    return values


async def test_the_age_of_the_outbox_and_the_parked_keys_are_told(library_db, measured):
    async with serving(LIBRARY, library_db) as api:
        await measure_waiting(api.runtime)
        before = measured()
        async with transaction(library_db) as tx:
            await outbox.add(tx, [FirmReservation(order_id=uuid4(), release=True)])
        await library_db.execute("INSERT INTO parked_keys (key, error) VALUES ('a', 'broken')")
        await measure_waiting(api.runtime)

    assert (before[names.OUTBOX_AGE], before[names.PARKED]) == (0.0, 0)
    assert 0.0 < measured()[names.OUTBOX_AGE] < 60.0
    assert measured()[names.PARKED] == 1
