"""A dealer: who he is, his standing, and what changes it; each change is a new version of him."""

from services.dealers.domain.dealers.aggregate import (
    Authorize,
    Balance,
    Changed,
    Company,
    Dealer,
    DealerStatus,
    Decision,
    Exit,
    Standing,
    Tier,
    authorized,
    unchanged,
)
from services.dealers.domain.dealers.changing import (
    Change,
    ChangeKind,
    applied,
    granted,
    terms_fault,
    terms_value,
)
from services.dealers.domain.dealers.correcting import (
    corrected,
    invoiced_to,
    placed_under,
    shipped_to,
)
from services.dealers.domain.dealers.leaving import balance_told, leave, orders_counted
from services.dealers.domain.dealers.moving import (
    MOVES,
    reinstate,
    stop,
    suspend,
)

__all__ = [
    "MOVES",
    "Authorize",
    "Balance",
    "Change",
    "ChangeKind",
    "Changed",
    "Company",
    "Dealer",
    "DealerStatus",
    "Decision",
    "Exit",
    "Standing",
    "Tier",
    "applied",
    "authorized",
    "balance_told",
    "corrected",
    "granted",
    "invoiced_to",
    "leave",
    "orders_counted",
    "placed_under",
    "reinstate",
    "shipped_to",
    "stop",
    "suspend",
    "terms_fault",
    "terms_value",
    "unchanged",
]
