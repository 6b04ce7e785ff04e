"""What the audit log keeps of requests to services: those that no event tells; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from gateway.audit.chain import Entry
from gateway.audit.words import RESOURCES

BODY_BYTES_MAX = 16 << 10
SECRET = re.compile("password|secret|token", re.IGNORECASE)
TOLD = frozenset(
    {
        *("POST /orders", "POST /carts/{}/submit"),
        *(f"POST /orders/{{}}/{act}" for act in ("confirm", "hold", "release-hold", "cancel")),
        *("POST /payments", "POST /payments/{}/allocate", "POST /payments/{}/reverse"),
        "POST /accounts/{}/pay-order",
        *(f"POST /pick-tasks/{{}}/{act}" for act in ("start", "confirm", "put-back")),
        *("POST /outbounds", "POST /inbounds"),
        *(f"POST /shipments/{{}}/{act}" for act in ("dispatch", "deliver", "receive")),
        *("POST /issues/{}/post", "POST /stock-counts/{}/post"),
        *("POST /transfers/{}/ship", "POST /transfers/{}/receive"),
        *("POST /products", "POST /products/import", "POST /products/import-sheet"),
        "PATCH /products/{}",
        *(f"POST /products/{{}}/{act}" for act in ("activate", "suspend", "retire")),
        "POST /price-lists/{}/publish",
        *("POST /dealers", "POST /dealers/import", "PATCH /dealers/{}"),
        *(f"POST /dealers/{{}}/{act}" for act in ("suspend", "stop", "reinstate")),
        *(f"POST /dealers/{{}}/change-{what}" for what in ("tier", "terms")),
        "POST /dealers/{}/bind-salesperson",
        *(f"POST /dealer-applications/{{}}/{act}" for act in ("screen", "return", "reject")),
        *(f"POST /dealer-applications/{{}}/{act}" for act in ("approve", "endorse-credit")),
    }
)
"""Their service announces them in the name of who asked, in the transaction of the change."""
PRIVATE = frozenset({"quotes", "carts", "cart-templates", "messages"})
"""Prices that are asked for, drafts, and what somebody has read: nothing of the company's."""
VERBS = {"POST": "create", "PUT": "change", "PATCH": "change", "DELETE": "remove"}


class Asked(NamedTuple):
    """A request that a service has carried out."""

    actor: str
    method: str
    path: str
    """Without the prefix of the interface, encoded as it came."""
    body: bytes | None
    """None: too long to be read whole."""


def is_kept(method: str, path: str) -> bool:
    """Whether the log would not know of this request otherwise."""
    if method not in VERBS:
        return False
    parts = _parts(path)
    return bool(parts) and parts[0] not in PRIVATE and _pattern(method, parts) not in TOLD


def entry_of_request(asked: Asked) -> Entry:
    """Who asked for what, with the body as far as it is short and JSON."""
    parts = _parts(asked.path)
    ids = [found for part in parts if (found := _id(part))]
    facts: dict[str, Any] = {"method": asked.method, "path": asked.path}
    body = _json(asked.body)
    if body is not None:
        facts["body"] = body
    elif asked.body:
        facts["bytes"] = len(asked.body)
    named = body if isinstance(body, dict) else {}
    dealer_id = ids[0] if ids and parts[0] in {"dealers", "accounts"} else named.get("dealer_id")
    facts |= {"dealer_id": str(dealer_id)} if dealer_id else {}
    facts |= {name: named[name] for name in ("number", "code", "sku") if named.get(name)}
    subject_id = ids[0] if ids else uuid5(NAMESPACE_URL, asked.path)
    return Entry(asked.actor, _action(asked.method, parts), subject_id, facts)


def _action(method: str, parts: Iterable[str]) -> str:
    """`price-lists.create`, `refunds.approve`, `dealers.addresses.remove`."""
    words = [part for part in parts if not _is_name(part)]
    says_itself = method == "POST" and len(words) > 1 and words[-1] not in RESOURCES
    return ".".join(words if says_itself else [*words, VERBS[method]])


def _pattern(method: str, parts: Iterable[str]) -> str:
    return f"{method} /" + "/".join("{}" if _is_name(part) else part for part in parts)


def _parts(path: str) -> list[str]:
    return [part for part in path.partition("?")[0].split("/") if part]


def _is_name(part: str) -> bool:
    """Of one thing, as an id or a SKU; all other parts of a path are small letters."""
    return re.fullmatch(r"[a-z][a-z-]*", part) is None


def _id(part: str) -> UUID | None:
    try:
        return UUID(part)
    except ValueError:
        return None


def _json(body: bytes | None) -> Any:
    if not body or len(body) > BODY_BYTES_MAX:
        return None
    try:
        return _fit(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None


def _fit(value: Any) -> Any:
    """Without secrets, and so that it reads the same after it was stored."""
    match value:
        case dict():
            return {
                name.replace("\0", ""): "…" if SECRET.search(name) else _fit(inner)
                for name, inner in value.items()
            }
        case list():
            return [_fit(inner) for inner in value]
        case str():
            return value.replace("\0", "")
        case float():  # the database would write some of them in another way
            return repr(value)
        case _:
            return value
