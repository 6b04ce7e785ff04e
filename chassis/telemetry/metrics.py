"""Metrics, added once per unit of work or batch; they cost next to nothing while nobody reads."""

from __future__ import annotations

from opentelemetry.metrics import Meter, NoOpMeter

from chassis.telemetry import names


class Instruments:
    """What is measured; made anew when a reader is there."""

    def __init__(self, meter: Meter, *, read: bool) -> None:
        self.read = read
        """Whether anybody reads; what takes trouble to measure may ask."""
        self.http_duration = meter.create_histogram(names.HTTP_DURATION, "s")
        self.batch_duration = meter.create_histogram(names.BATCH_DURATION, "s")
        self.batch_size = meter.create_histogram(names.BATCH_SIZE, "{message}")
        self.lag = meter.create_histogram(names.LAG, "s")
        self.duplicates = meter.create_counter(names.DUPLICATES, "{message}")
        self.published = meter.create_counter(names.PUBLISHED, "{message}")
        self.outbox_age = meter.create_gauge(names.OUTBOX_AGE, "s")
        self.parked = meter.create_gauge(names.PARKED, "{key}")
        self.saga_age = meter.create_gauge(names.SAGA_AGE, "s")
        self.intake_size = meter.create_histogram(names.INTAKE_SIZE, "{request}")
        self.intake_rejected = meter.create_counter(names.INTAKE_REJECTED, "{request}")


UNREAD = Instruments(NoOpMeter(names.TRACER), read=False)


class Meters:
    """The instruments of this process; replaced as a whole by `chassis.telemetry.export`."""

    of = UNREAD


meters = Meters()


def served(*, method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered."""
    if meters.of.read:
        about: dict[str, str | int] = {
            names.HTTP_METHOD: method,
            names.HTTP_ROUTE: route,
            names.HTTP_STATUS: status,
        }
        meters.of.http_duration.record(seconds, about)


def delivered(group: str, *, size: int, seconds: float, lag_seconds: float) -> None:
    """A batch of messages was handled; `lag_seconds` is of its oldest message."""
    if meters.of.read:
        about = {names.MESSAGING_GROUP: group}
        meters.of.batch_duration.record(seconds, about)
        meters.of.batch_size.record(size, about)
        meters.of.lag.record(lag_seconds, about)


def repeated(group: str, count: int) -> None:
    """Messages came that had been handled before."""
    if count and meters.of.read:
        meters.of.duplicates.add(count, {names.MESSAGING_GROUP: group})


def published(count: int) -> None:
    """The relay handed messages to the broker."""
    if meters.of.read:
        meters.of.published.add(count)


def waiting(*, outbox_age_seconds: float, parked_keys: int) -> None:
    """What waits in this service's database."""
    meters.of.outbox_age.set(outbox_age_seconds)
    meters.of.parked.set(parked_keys)


def sagas(step: str, *, oldest_age_seconds: float) -> None:
    """How long the oldest saga has been waiting at a step."""
    meters.of.saga_age.set(oldest_age_seconds, {names.SAGA_STEP: step})


def grouped(*, size: int) -> None:
    """Requests shared a transaction."""
    if meters.of.read:
        meters.of.intake_size.record(size)


def rejected() -> None:
    """A request found the queue full."""
    meters.of.intake_rejected.add(1)
