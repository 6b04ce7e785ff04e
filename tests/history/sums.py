"""Stock and money: what the API says now is what it said at first, and what the orders did since.

An order's fate says what it holds of the stock and of its dealer's credit, what left the warehouse
for it, what was invoiced and what was paid. Summed up, and added to the opening, that must be what
stock and accounts show, to the piece and to the cent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from deploy.demo.client import Json
from tests.history.findings import Finding
from tests.history.opening import Opening
from tests.history.picture import ENDED, Picture, at_rest

Sums = Counter[tuple[str, ...]]
"""By subject and name: pieces by (warehouse, SKU, name), minor units by (dealer, name)."""


def oversold(opening: Opening, now: Picture) -> Iterator[Finding]:
    """Pieces: on hand is what was there and came in less what left; reserved is what is held; what
    nobody found is not available.
    """
    for row in now.stock.values():
        if row["available"] < 0 or row["reserved"] < 0 or row["on_hand"] < 0:
            told = f"{row['on_hand']} on hand, {row['reserved']} reserved"
            yield Finding("oversold", _shelf_name(row), told)
        if row["available"] != row["on_hand"] - row["reserved"] - row["in_doubt"]:
            yield Finding("oversold", _shelf_name(row), f"{row['available']} available: {row}")
    expected = _stock_at_first(opening)
    _add(expected, _inbounds(now.inbounds), 1)
    _add(expected, _goods(now.orders.values()), 1)
    _add(expected, _goods(opening.orders.values()), -1)
    doubtful = {
        (order["warehouse_id"], line["sku"])
        for order in now.orders.values()
        if not at_rest(order, now.put_backs)
        for line in order["lines"]
    }
    for shelf, row in now.stock.items():
        for name in () if shelf in doubtful else ("on_hand", "reserved"):
            due = expected[*shelf, name]
            if row[name] != due:
                yield Finding(
                    "oversold",
                    _shelf_name(row),
                    f"{row[name]} {name}, by the opening and the orders since it is {due}",
                )


def ledger(opening: Opening, now: Picture) -> Iterator[Finding]:
    """Money: a dealer's balances follow from what became of his orders and from what he paid."""
    invoiced = _invoiced(now.invoices, opening.invoices)
    invoiced_at_first = _invoiced(opening.invoices, ())
    expected = _balances_at_first(opening)
    _add(expected, _payments(now.payments), 1)
    _add(expected, _money(now.orders.values(), invoiced), 1)
    _add(expected, _money(opening.orders.values(), invoiced_at_first), -1)
    doubtful = {
        order["dealer_id"] for order in now.orders.values() if not at_rest(order, now.put_backs)
    }
    for order in now.orders.values():
        if order["status"] == "COMPLETED" and invoiced[order["order_id"]] != order["total_minor"]:
            told = f"total {order['total_minor']}, invoiced {invoiced[order['order_id']]}"
            yield Finding("ledger", f"order {order['number']}", told)
    for dealer_id, account in now.accounts.items():
        yield from _limits(account)
        for name in () if dealer_id in doubtful else BALANCES:
            if account[name] != (due := expected[dealer_id, name]):
                yield Finding(
                    "ledger",
                    f"dealer {account['dealer_code']}",
                    f"{name} is {account[name]}, by the opening and the orders since it is {due}",
                )


BALANCES = ("held_minor", "receivable_minor", "advances_minor", "wallet_minor")


def _limits(account: Json) -> Iterator[Finding]:
    exposure = account["held_minor"] + account["receivable_minor"]
    room = account["credit_limit_minor"] + account["over_limit_minor"]
    if exposure > room:
        told = f"{exposure} held or owed, {room} allowed"
        yield Finding("ledger", f"dealer {account['dealer_code']}", told)


def _goods(orders: Iterable[Json]) -> Sums:
    """What each order took from the shelves, and what it still holds there."""
    sums: Sums = Counter()
    for order in orders:
        for line in order["lines"]:
            shelf = order["warehouse_id"], line["sku"]
            sums[*shelf, "on_hand"] -= line["shipped"]
            if order["status"] not in ENDED:
                sums[*shelf, "reserved"] += line["quantity"] - line["shipped"]
    return sums


def _money(orders: Iterable[Json], invoiced: Mapping[str, int]) -> Sums:
    """What each order makes of its dealer's balances."""
    sums: Sums = Counter()
    for order in orders:
        dealer_id, covered = order["dealer_id"], order["covered_minor"]
        owed = invoiced[order["order_id"]]
        sums[dealer_id, "wallet_minor"] -= covered
        sums[dealer_id, "receivable_minor"] += max(0, owed - covered)
        sums[dealer_id, "advances_minor"] += max(0, covered - owed)
        if _holds_credit(order):
            credit = _credit_part(order)
            sums[dealer_id, "held_minor"] += min(credit, order["total_minor"] - max(owed, covered))
    return sums


def _holds_credit(order: Json) -> bool:
    """A cancelled order whose goods are on their way back holds it until they are there."""
    undone = order["status"] in {"CANCELLED", "REJECTED", "EXPIRED"}
    over_limit = any(hold["kind"] == "CREDIT" for hold in order["holds"])
    return not undone and not over_limit and order["total_minor"] is not None


def _credit_part(order: Json) -> int:
    """What its terms let the dealer owe."""
    total: int = order["total_minor"]
    match order["terms"]["kind"]:
        case "CREDIT":
            return total
        case "DEPOSIT":
            return total - int(order["due_before_release_minor"])
        case _:
            return 0


def _stock_at_first(opening: Opening) -> Sums:
    return Counter(
        {
            (*shelf, name): row[name]
            for shelf, row in opening.stock.items()
            for name in ("on_hand", "reserved")
        }
    )


def _balances_at_first(opening: Opening) -> Sums:
    return Counter(
        {
            (dealer_id, name): account[name]
            for dealer_id, account in opening.accounts.items()
            for name in BALANCES
        }
    )


def _inbounds(inbounds: Iterable[Json]) -> Sums:
    sums: Sums = Counter()
    for inbound in inbounds:
        for line in inbound["lines"]:
            sums[inbound["warehouse_id"], line["sku"], "on_hand"] += line["quantity"]
    return sums


def _payments(payments: Iterable[Json]) -> Sums:
    sums: Sums = Counter()
    for payment in payments:
        if payment["state"] == "CONFIRMED":
            sums[payment["dealer_id"], "wallet_minor"] += payment["amount_minor"]
    return sums


def _invoiced(*parts: Iterable[Json]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for invoice in (one for part in parts for one in part):
        sums[invoice["order_id"]] += invoice["gross_minor"]
    return sums


def _add(sums: Sums, more: Mapping[tuple[str, ...], int], sign: int) -> None:
    for key, amount in more.items():
        sums[key] += sign * amount


def _shelf_name(row: Json) -> str:
    return f"{row['warehouse_code']} {row['sku']}"
