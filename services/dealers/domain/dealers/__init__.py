"""A dealer: who he is, his standing, and what changes it; each change is a new version of him."""

from services.dealers.domain.dealers.aggregate import (
    Authorize,
    Changed,
    Company,
    Dealer,
    Decision,
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
    shipped_to,
)
from services.dealers.domain.dealers.moving import (
    MOVES,
    reinstate,
    stop,
    suspend,
)

__all__ = [
    "MOVES",
    "Authorize",
    "Change",
    "ChangeKind",
    "Changed",
    "Company",
    "Dealer",
    "Decision",
    "Standing",
    "Tier",
    "applied",
    "authorized",
    "corrected",
    "granted",
    "invoiced_to",
    "reinstate",
    "shipped_to",
    "stop",
    "suspend",
    "terms_fault",
    "terms_value",
    "unchanged",
]
