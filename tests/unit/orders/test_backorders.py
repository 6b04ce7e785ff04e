"""P-03: goods that are owed, and the rest of an order that is given up."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.ids import uuid7
from contracts.billing import AdjustCredit, CreditAdjusted, IssueInvoice, ShipmentInvoiced
from contracts.catalog import PricedLine, PriceOrder
from contracts.dealers import Shortage
from contracts.inventory import (
    AmendReservation,
    CloseRemainder,
    FulfilmentAdvanced,
    LineCount,
    LineProgress,
    RemainderNotClosed,
    ReservationAmended,
    ReserveStock,
    ShipmentLine,
    ShipmentProgress,
    ShipmentStatus,
    StockReserved,
)
from contracts.message import OrderReply
from services.orders import saga
from services.orders.domain import actions, closing
from services.orders.domain.amending import AmendmentAsk, WantedLine
from services.orders.domain.order import Order, Status, changed
from services.orders.domain.work import display_status, fulfilment_status
from tests.builders.orders import (
    NOON,
    ON_CREDIT,
    advanced,
    as_asked,
    confirmed,
    held,
    invoiced,
    priced,
    submitted,
)

IN_PARTS = ON_CREDIT.model_copy(update={"shortage": Shortage.SHIP_PARTIAL, "priority": 7})


def take(order, reply):
    after, messages = saga.take(order, reply, NOON)
    return after, [type(message).__name__ for message in messages]


def shipped_in_part(terms=IN_PARTS, **more):
    """Four of ten have left and are invoiced; six are owed."""
    order, shipment = confirmed(terms), uuid7()
    facts = {"picked": 4, "shipped": 4, "shipment_id": shipment, "backordered": 6} | more
    order, _ = take(order, advanced(order, revision=1, **facts))
    return take(order, invoiced(order, shipment))[0]


def close(order):
    return saga.go_on(order, actions.close_remainder(order, "不再补货", uuid7(), NOON), NOON)


def test_stock_is_asked_by_the_terms_what_becomes_of_a_shortage():
    order = submitted(IN_PARTS)
    order, _ = take(order, priced(order))

    _, (ask,) = saga.take(order, held(order), NOON)

    assert isinstance(ask, ReserveStock)
    assert (ask.shortage, ask.priority) == (Shortage.SHIP_PARTIAL, 7)


def test_what_is_not_there_is_told_when_it_grows_and_shown():
    order = submitted(IN_PARTS)
    for reply in (priced(order), held(order)):
        order, _ = take(order, reply)
    owed = StockReserved(order_id=order.order_id, backordered=(LineCount(line_no=1, quantity=10),))

    order, messages = saga.take(order, owed, NOON)
    (event,) = [one for one in messages if one.type == "orders.order-lines-backordered.v1"]
    assert [(line.line_no, line.quantity) for line in event.lines] == [(1, 10)]
    assert fulfilment_status(order) == "BACKORDERED"
    order, said = take(order, advanced(order, revision=1, backordered=6))

    assert "OrderLinesBackordered" not in said
    assert order.backordered == 6


@pytest.mark.parametrize(
    ("facts", "queue", "display", "fulfilment"),
    [
        ({"backordered": 10}, "SAL", "待到货(欠 10 件)", "BACKORDERED"),
        ({"backordered": 6}, "PCK", "待配货", "ALLOCATED"),
        ({"backordered": 6, "picked": 2}, "PCK", "配货中", "PARTIALLY_PICKED"),
        ({"backordered": 6, "picked": 4}, "WHS", "待出库", "PARTIALLY_PICKED"),
        ({"backordered": 6, "picked": 4, "shipped": 4}, "DLV", "待配送", "PARTIALLY_SHIPPED"),
        (
            {"backordered": 6, "picked": 4, "shipped": 4, "status": ShipmentStatus.DELIVERED},
            "DLR",
            "待收货",
            "PARTIALLY_SHIPPED",
        ),
        (
            {"backordered": 6, "picked": 4, "shipped": 4, "status": ShipmentStatus.RECEIVED},
            "SAL",
            "部分发货(欠 6 件)",
            "PARTIALLY_SHIPPED",
        ),
    ],
    ids=["all owed", "to pick", "picking", "to ship", "to dispatch", "on its way", "owed"],
)
def test_an_order_that_is_owed_goods_is_somebody_s_work(facts, queue, display, fulfilment):
    order, shipment = confirmed(IN_PARTS), uuid7()
    order, _ = take(order, advanced(order, revision=1, shipment_id=shipment, **facts))
    if "shipped" in facts:
        order, _ = take(order, invoiced(order, shipment))

    assert saga.queue(order) == queue
    assert (display_status(order)[0], fulfilment_status(order)) == (display, fulfilment)


def test_a_second_shipment_completes_what_the_first_began():
    """E-03, F-74."""
    order, second = shipped_in_part(), uuid7()
    first = order.shipments[0]

    both = FulfilmentAdvanced(
        order_id=order.order_id,
        revision=2,
        started=True,
        lines=(LineProgress(line_no=1, picked=10, shipped=10, delivered=10, received=10),),
        shipments=tuple(
            ShipmentProgress(
                shipment_id=shipment_id,
                number="CK-1",
                status=ShipmentStatus.RECEIVED,
                lines=(ShipmentLine(line_no=1, sku="SKU-1", quantity=quantity),),
            )
            for shipment_id, quantity in ((first.shipment_id, 4), (second, 6))
        ),
    )
    order, messages = saga.take(order, both, NOON)
    (ask,) = [message for message in messages if isinstance(message, IssueInvoice)]
    assert (ask.shipment_id, ask.lines[0].gross_minor) == (second, 60_000)
    order, said = take(order, invoiced(order, second))

    assert (said, order.status) == (["OrderCompleted"], Status.COMPLETED)


def test_the_rest_is_given_up_the_total_shrinks_and_the_order_ends_closed_short():
    order, (ask,) = close(shipped_in_part())
    assert ask == CloseRemainder(order_id=order.order_id)
    shipment = order.shipments[0].shipment_id

    done = {"picked": 4, "shipped": 4, "closed": 6, "shipment_id": shipment}
    received = ShipmentStatus.RECEIVED
    order, messages = saga.take(order, advanced(order, revision=2, status=received, **done), NOON)
    (closed,) = [one for one in messages if one.type == "orders.order-lines-short-closed.v1"]
    (adjust,) = [one for one in messages if isinstance(one, AdjustCredit)]
    assert (closed.reason, closed.lines[0].quantity, closed.total_minor) == ("不再补货", 6, 40_000)
    assert (adjust.total_minor, adjust.credit_minor) == (40_000, 40_000)
    order, (completed,) = saga.take(
        order, CreditAdjusted(order_id=order.order_id, revision=1), NOON
    )

    assert (completed.total_minor, completed.closed_short) == (40_000, True)
    assert (order.status, display_status(order)[0]) == (Status.CLOSED_SHORT, "短缺关闭")


def test_while_somebody_picks_the_rest_waits_without_a_deadline_and_is_asked_again():
    order, _ = close(shipped_in_part(picked=5, backordered=4))
    order, said = take(order, RemainderNotClosed(order_id=order.order_id))
    assert (said, order.progress.deadline, order.progress.at) == ([], None, "close_remainder")

    shipment = order.shipments[0].shipment_id
    picked = {"picked": 6, "shipped": 4, "backordered": 4, "shipment_id": shipment}
    order, said = take(order, advanced(order, revision=2, **picked))

    assert said == ["CloseRemainder"]


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        (confirmed(IN_PARTS), closing.NothingShipped),
        (shipped_in_part(picked=10, backordered=0), closing.NothingToClose),
        (close(shipped_in_part())[0], "RemainderClosed"),
        (submitted(IN_PARTS), closing.NothingShipped),
    ],
    ids=["nothing left", "everything picked", "again", "just submitted"],
)
def test_only_an_order_of_which_a_part_has_left_has_a_rest_to_give_up(order, refusal):
    outcome = actions.close_remainder(order, "x", uuid7(), NOON)

    assert refusal in {type(outcome), type(outcome).__name__}
    assert "close-remainder" not in actions.allowed(order)


def test_an_order_whose_rest_is_given_up_is_not_amended():
    order, _ = close(shipped_in_part())
    ask = AmendmentAsk("x", uuid7(), by_dealer=False, lines_max=500)

    refused = actions.amend(order, [WantedLine(None, "SKU-2", 1)], ask, NOON)

    assert type(refused).__name__ == "RemainderClosed"


class Warehouse:
    """Does at random what a warehouse may do, and answers the saga as all participants would."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.revision = 0
        self.sent: list[tuple[UUID, dict[int, int]]] = []
        self.invoices: dict[UUID, int] = {}
        self.lines = {
            line.line_no: {"quantity": line.quantity, "picked": 0, "shipped": 0}
            | {"backordered": 0, "closed": 0}
            for line in order.lines
        }

    def do(self, what: str, line_no: int, amount: int) -> None:
        line = self.lines[1 + line_no % len(self.lines)]
        there = line["quantity"] - line["closed"] - line["backordered"] - line["picked"]
        match what:
            case "short":
                line["backordered"] += min(amount, there)
            case "allocate":
                line["backordered"] -= min(amount, line["backordered"])
            case "pick":
                line["picked"] += min(amount, there)
            case "ship":
                self._ship(amount)
            case "amend":
                self._ask_to_amend(1 + line_no % len(self.lines), amount)
            case "close":
                outcome = actions.close_remainder(self.order, "x", uuid7(), NOON)
                if isinstance(outcome, Order):
                    self._say(saga.go_on(self.order, outcome, NOON))
        self.tell()

    def _ship(self, amount: int) -> None:
        goods = {
            line_no: min(amount, line["picked"] - line["shipped"])
            for line_no, line in self.lines.items()
            if line["picked"] > line["shipped"]
        }
        for line_no, quantity in goods.items():
            self.lines[line_no]["shipped"] += quantity
        if goods:
            self.sent.append((uuid7(), goods))

    def _ask_to_amend(self, line_no: int, quantity: int) -> None:
        sku = f"SKU-{line_no}"
        ask = AmendmentAsk("x", uuid7(), by_dealer=False, lines_max=9)
        outcome = actions.amend(self.order, [WantedLine(line_no, sku, quantity)], ask, NOON)
        if isinstance(outcome, Order) and quantity >= self.lines[line_no]["picked"]:
            self._say(saga.go_on(self.order, outcome, NOON))

    def tell(self) -> None:
        self.revision += 1
        picture = FulfilmentAdvanced(
            order_id=self.order.order_id,
            revision=self.revision,
            started=any(line["picked"] for line in self.lines.values()),
            lines=tuple(
                LineProgress(
                    line_no=line_no,
                    picked=line["picked"],
                    shipped=line["shipped"],
                    delivered=line["shipped"],
                    received=line["shipped"],
                    backordered=line["backordered"],
                    closed=line["closed"],
                )
                for line_no, line in self.lines.items()
            ),
            shipments=tuple(
                ShipmentProgress(
                    shipment_id=shipment_id,
                    number="CK",
                    status=ShipmentStatus.RECEIVED,
                    lines=tuple(
                        ShipmentLine(line_no=line_no, sku=f"SKU-{line_no}", quantity=quantity)
                        for line_no, quantity in goods.items()
                    ),
                )
                for shipment_id, goods in self.sent
            ),
        )
        self._say(saga.take(self.order, picture, NOON))

    def _say(self, moved: saga.Moved) -> None:
        self.order, asked = moved
        for ask in asked:
            if isinstance(ask, CloseRemainder):
                for line in self.lines.values():
                    line["closed"] = line["quantity"] - line["picked"]
                    line["backordered"] = 0
                self.tell()
            elif reply := self._reply(ask):
                self._say(saga.take(self.order, reply, NOON))

    def _reply(self, ask: object) -> OrderReply | None:
        order_id = self.order.order_id
        match ask:
            case PriceOrder():
                priced = as_asked(ask)
                return priced.model_copy(update={"lines": tuple(map(_odd, priced.lines))})
            case AdjustCredit():
                return CreditAdjusted(order_id=order_id, revision=ask.revision)
            case AmendReservation():
                for line in ask.lines:
                    self.lines[line.line_no] |= {"quantity": line.quantity, "backordered": 0}
                return ReservationAmended(
                    order_id=order_id,
                    amendment=ask.amendment,
                    backordered=tuple(
                        LineCount(line_no=line_no, quantity=line["backordered"])
                        for line_no, line in self.lines.items()
                        if line["backordered"]
                    ),
                )
            case IssueInvoice():
                gross = sum(line.gross_minor for line in ask.lines)
                assert ask.shipment_id not in self.invoices
                self.invoices[ask.shipment_id] = gross
                return ShipmentInvoiced(
                    order_id=order_id,
                    shipment_id=ask.shipment_id,
                    invoice_id=uuid7(),
                    invoice_number="FP-1",
                    gross_minor=gross,
                )
        return None


def _odd(line):
    """A line whose amounts are no multiple of anything."""
    facts = {"net_minor": line.net_minor + 1, "gross_minor": line.gross_minor + 1}
    return line.model_copy(update=facts) if isinstance(line, PricedLine) else changed(line, **facts)


DEEDS = st.tuples(
    st.sampled_from(["short", "allocate", "pick", "ship", "amend"]),
    st.integers(0, 1),
    st.integers(1, 12),
)


@given(st.lists(DEEDS, max_size=14), st.sampled_from(["close", "finish"]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_short_amended_shipped_and_closed_adds_up(deeds, ending):
    """I-3, I-8, E-03: pieces of a line, amounts of the order, and its invoices."""
    order = confirmed(IN_PARTS, quantities=(7, 3))
    order = changed(
        order, lines=tuple(map(_odd, order.lines)), total_minor=order.total + len(order.lines)
    )
    warehouse = Warehouse(order)
    for deed in deeds:
        warehouse.do(*deed)
        order = warehouse.order
        for line in order.lines:
            there = warehouse.lines[line.line_no]
            assert line.quantity == there["quantity"]
            assert min(line.to_pick, line.picked - line.shipped, line.kept) >= 0
            assert line.quantity == (
                line.shipped
                + (line.picked - line.shipped)
                + line.to_pick
                + line.backordered
                + line.closed
            )
        assert order.total == sum(line.kept_gross_minor for line in order.lines)
        assert sum(warehouse.invoices.values()) == sum(
            line.upto_minor(line.gross_minor, line.shipped) for line in order.lines
        )

    if ending == "close":
        warehouse.do("close", 0, 0)
    for what in ("allocate", "pick", "ship"):
        for line_no in (0, 1):
            warehouse.do(what, line_no, 100)

    order = warehouse.order
    assert order.status in {Status.COMPLETED, Status.CLOSED_SHORT}
    assert sum(warehouse.invoices.values()) == order.total
    assert order.adjusted == order.adjustment
