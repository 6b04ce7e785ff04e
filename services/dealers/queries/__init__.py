"""What dealers can be asked to show; row-level security leaves what the caller may see."""

from services.dealers.queries.applying import (
    PoolFilter,
    application,
    applications,
    further_applicants,
    pool,
)
from services.dealers.queries.people import (
    await_users,
    territories,
)
from services.dealers.queries.standing import (
    Found,
    changes,
    dealer,
    dealers,
    dealers_by_tier,
)

__all__ = [
    "Found",
    "PoolFilter",
    "application",
    "applications",
    "await_users",
    "changes",
    "dealer",
    "dealers",
    "dealers_by_tier",
    "further_applicants",
    "pool",
    "territories",
]
