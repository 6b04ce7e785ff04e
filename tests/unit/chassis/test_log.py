"""The log: one wide line per unit of work, JSON, whoever writes it."""

import io
import json
import logging
from contextlib import suppress

import pytest
import structlog
from opentelemetry.trace import SpanKind
from structlog.testing import capture_logs

from chassis import log, telemetry
from chassis.errors import DomainError, Unavailable
from chassis.log import work


class OrderClosed(DomainError):
    """The order was already confirmed or cancelled."""


@pytest.fixture(autouse=True)
def fresh():
    """As in a process that has set up no log yet, whatever tests ran before."""
    structlog.reset_defaults()


@pytest.fixture
def lines():
    """What was written so far, by a log set up as in a process."""
    stream = io.BytesIO()
    handlers, level = logging.root.handlers[:], logging.root.level
    log.configure("orders", level="info", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize(
    ("error", "level", "outcome"),
    [
        (None, "info", "done"),
        (OrderClosed(), "info", "order-closed"),
        (Unavailable(), "info", "unavailable"),
        (KeyError(), "error", "failed"),
    ],
)
def test_a_refusal_is_not_an_alarm_and_a_bug_is(error, level, outcome):
    with (
        capture_logs() as lines,
        suppress(OrderClosed, Unavailable, KeyError),
        work("place_order", order_id="42") as about,
    ):
        about["lines"] = 5
        if error:
            raise error

    (line,) = lines
    assert (line["log_level"], line["outcome"], line["order_id"]) == (level, outcome, "42")
    assert line["lines"] == 5


def test_a_line_says_when_who_and_in_which_trace(lines):
    with telemetry.working(None, "test", SpanKind.SERVER, {}):
        log.log.info("order_placed", order_id="42")
        trace_id = telemetry.trace_id()

    (line,) = lines()
    assert line["event"] == "order_placed"
    assert line["service"] == "orders"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert line["trace_id"] == trace_id


def test_libraries_write_to_the_same_log(lines):
    logging.getLogger("aiokafka.conn").warning("cannot connect to %s", "broker:9092")
    logging.getLogger("aiokafka.conn").info("of no interest")

    (line,) = lines()
    assert line["event"] == "cannot connect to broker:9092"
    assert (line["logger"], line["level"]) == ("aiokafka.conn", "warning")


def test_a_bug_is_logged_with_its_stack(lines):
    try:
        raise KeyError("order")
    except KeyError:
        log.log.exception("request_failed")

    (line,) = lines()
    assert "KeyError: 'order'" in line["exception"]


def test_what_is_below_the_level_is_not_written(lines):
    log.log.debug("chatter")

    assert lines() == []


def test_values_of_any_kind_can_be_logged(lines):
    log.log.info("odd", value={1: object}, text="\x00\ud800".encode("utf-16", "surrogatepass"))

    assert lines()[0]["event"] == "odd"


def test_half_a_character_does_not_keep_a_line_from_being_told(lines):
    log.log.info("order_refused", reason="\ud800 \x00", order_id="42")

    [line] = lines()
    assert (line["reason"], line["order_id"]) == ("\\ud800 \x00", "42")
