"""What happens to an order, as the services that listen hear it: events, and their deliveries."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from uuid import UUID

from chassis.envelope import Delivery
from chassis.ids import uuid7
from contracts import billing, inventory, orders
from contracts.billing import InvoiceLine
from contracts.catalog import LineAsk, ProductState, ProductStatus
from contracts.dealers import DealerState, DealerStatus, Terms, TermsKind
from contracts.inventory import ShipmentLine, ShortLine
from contracts.message import Message
from contracts.orders import Hold
from tests.builders import chassis


def a_delivery(message: Message, actor: UUID | None = None) -> Delivery:
    delivery: Delivery = chassis.a_delivery(message, actor=f"user:{actor}" if actor else None)
    return delivery


def moved_to(at: datetime, delivery: Delivery) -> Delivery:
    """The same message as if it had been made at another moment."""
    made = uuid7().int & (1 << 80) - 1 | int(at.timestamp() * 1_000) << 80
    return delivery._replace(message_id=UUID(int=made))


def a_dealer_state(dealer_id: UUID, name: str, version: int = 1, **others) -> DealerState:
    facts = {
        "code": "JXS-000001",
        "status": DealerStatus.ACTIVE,
        "tier": "CITY",
        "province": "广东省",
        "city": "佛山市",
        "terms": Terms(kind=TermsKind.PREPAID),
        "credit_limit_minor": 0,
        "salesperson_id": None,
        "warehouse_id": uuid7(),
    }
    return DealerState(dealer_id=dealer_id, name=name, version=version, **(facts | others))


def a_product_state(sku: str, name: str, version: int = 1) -> ProductState:
    return ProductState(
        sku=sku,
        name=name,
        version=version,
        category="锁具",
        unit="件",
        tax_rate_bp=1_300,
        status=ProductStatus.ACTIVE,
    )


class Story:
    """One order; each method is the next event of its life."""

    def __init__(self, number: str = "DD-2611-000001") -> None:
        self.order_id, self.dealer_id, self.salesperson_id = uuid7(), uuid7(), uuid7()
        self.warehouse_id, self.pick_task_id, self.shipment_id = uuid7(), uuid7(), uuid7()
        self.number = number
        self._version = count(1)

    def submitted(self, **others):
        facts = {
            "placed_by": uuid7(),
            "on_behalf": False,
            "warehouse_id": self.warehouse_id,
            "terms": Terms(kind=TermsKind.PREPAID),
            "lines": (LineAsk(line_no=1, sku="A", quantity=5),),
        }
        return self._order(orders.OrderSubmitted, **(facts | others))

    def checked(self, total_minor=100_000):
        return self._order(orders.OrderChecksPassed, total_minor=total_minor)

    def held(self, hold=Hold.CREDIT, owner="FIN"):
        return self._order(orders.OrderHeld, hold=hold, owner=owner, reason="超出信用额度")

    def hold_released(self, hold=Hold.CREDIT):
        return self._order(orders.OrderHoldReleased, hold=hold)

    def confirmed(self, due_minor=100_000, *, automatic=False):
        return self._order(
            orders.OrderConfirmed,
            total_minor=100_000,
            automatic=automatic,
            due_before_release_minor=due_minor,
        )

    def gate_opened(self):
        return self._order(orders.OrderPaymentGateOpened, covered_minor=100_000)

    def fulfilment_started(self):
        return self._order(orders.OrderFulfilmentStarted)

    def shipped(self):
        return self._order(orders.OrderShipped)

    def received(self):
        return self._order(orders.OrderReceived)

    def completed(self, *, closed_short=False):
        return self._order(orders.OrderCompleted, total_minor=100_000, closed_short=closed_short)

    def backordered(self, *lines):
        return self._order(
            orders.OrderLinesBackordered, lines=lines, warehouse_id=self.warehouse_id
        )

    def short_closed(self, *lines, total_minor=70_000):
        return self._order(
            orders.OrderLinesShortClosed,
            lines=lines,
            reason="不再需要",
            total_minor=total_minor,
        )

    def amended(self, *lines, total_minor=80_000):
        return self._order(
            orders.OrderAmended,
            amendment=1,
            amended_by=uuid7(),
            lines=lines,
            previous_total_minor=100_000,
            total_minor=total_minor,
        )

    def amendment_refused(self):
        return self._order(orders.OrderAmendmentRefused, amendment=2, reason="库存不足")

    def rejected(self):
        return self._order(orders.OrderRejected, reason="库存不足")

    def expired(self):
        return self._order(orders.OrderExpired, reason="逾期未确认")

    def cancel_requested(self):
        return self._order(orders.OrderCancelRequested, reason="不要了")

    def cancel_declined(self):
        return self._order(orders.OrderCancelDeclined)

    def cancelled(self):
        return self._order(orders.OrderCancelled, reason="不要了", returned_minor=30_000)

    def stuck(self):
        return self._order(orders.SagaStuck, step="reserve_stock", reason="no answer")

    def ran_low(self):
        return inventory.StockRanLow(
            threshold_id=self.warehouse_id,
            warehouse_id=self.warehouse_id,
            warehouse="广州仓",
            sku="A",
            name="商品",
            available=2,
            low_below=5,
        )

    def recovered(self):
        return inventory.StockRecovered(
            threshold_id=self.warehouse_id, warehouse_id=self.warehouse_id, sku="A", available=6
        )

    def pick_created(self):
        return self._fulfilment(
            inventory.PickTaskCreated, pick_task_id=self.pick_task_id, pick_number="PH-2611-000001"
        )

    def pick_started(self):
        return self._fulfilment(inventory.PickStarted, pick_task_id=self.pick_task_id)

    def pick_short(self, quantity):
        line = ShortLine(line_no=1, sku="A", quantity=quantity, reason="NOT_FOUND")
        return self._fulfilment(inventory.PickShort, pick_task_id=self.pick_task_id, lines=(line,))

    def backorder_allocated(self, quantity):
        line = ShipmentLine(line_no=1, sku="A", quantity=quantity)
        return self._fulfilment(inventory.BackorderAllocated, lines=(line,))

    def picked(self):
        return self._fulfilment(inventory.PickCompleted, pick_task_id=self.pick_task_id)

    def put_back_requested(self):
        return self._fulfilment(inventory.PutBackRequested, pick_task_id=self.pick_task_id)

    def put_back(self):
        return self._fulfilment(inventory.PutBackConfirmed, pick_task_id=self.pick_task_id)

    def outbound(self, quantity=5):
        lines = (ShipmentLine(line_no=1, sku="A", quantity=quantity),)
        return self._shipment(inventory.OutboundPosted, lines=lines)

    def dispatched(self):
        return self._shipment(inventory.ShipmentDispatched, mode="OWN_FLEET")

    def delivered(self):
        return self._shipment(inventory.ShipmentDelivered)

    def handed_over(self):
        return self._shipment(inventory.ShipmentReceived)

    def paid(self, amount_minor=100_000):
        return billing.ReceiptAllocated(
            dealer_id=self.dealer_id,
            receipt_id=uuid7(),
            order_id=self.order_id,
            number=self.number,
            amount_minor=amount_minor,
            covered_minor=amount_minor,
            total_minor=100_000,
        )

    def returned(self, amount_minor=30_000):
        return billing.FundsReturned(
            dealer_id=self.dealer_id,
            order_id=self.order_id,
            number=self.number,
            amount_minor=amount_minor,
        )

    def invoiced(self, **others):
        facts = {"net_minor": 88_496, "tax_minor": 11_504, "gross_minor": 100_000}
        line = InvoiceLine(line_no=1, sku="A", quantity=5, **facts)
        return billing.InvoiceIssued(
            dealer_id=self.dealer_id,
            invoice_id=uuid7(),
            number="FP-2611-000001",
            order_id=self.order_id,
            order_number=self.number,
            shipment_id=self.shipment_id,
            **({"lines": (line,)} | facts | others),
        )

    def credited(self, invoice, *lines):
        """A credit note over lines of an invoice."""
        sums = {
            name: sum(getattr(line, name) for line in lines)
            for name in ("net_minor", "tax_minor", "gross_minor")
        }
        return billing.CreditNoteIssued(
            dealer_id=self.dealer_id,
            credit_note_id=uuid7(),
            number="HZ-2611-000001",
            order_id=self.order_id,
            order_number=self.number,
            invoice_id=invoice.invoice_id,
            invoice_number=invoice.number,
            lines=lines,
            **sums,
        )

    def whole_life(self):
        """Prepaid, by hand, to its end."""
        return [
            self.submitted(),
            self.checked(),
            self.confirmed(),
            self.paid(),
            self.gate_opened(),
            self.pick_created(),
            self.fulfilment_started(),
            self.picked(),
            self.outbound(),
            self.dispatched(),
            self.shipped(),
            self.invoiced(),
            self.delivered(),
            self.handed_over(),
            self.received(),
            self.completed(),
        ]

    def _order(self, kind, **facts):
        return kind(
            order_id=self.order_id,
            version=next(self._version),
            number=self.number,
            dealer_id=self.dealer_id,
            salesperson_id=self.salesperson_id,
            **facts,
        )

    def _fulfilment(self, kind, **facts):
        return kind(
            order_id=self.order_id,
            number=self.number,
            dealer_id=self.dealer_id,
            warehouse_id=self.warehouse_id,
            **facts,
        )

    def _shipment(self, kind, **facts):
        return self._fulfilment(
            kind, shipment_id=self.shipment_id, shipment_number="CK-2611-000001", **facts
        )
