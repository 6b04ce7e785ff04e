"""What holds for a tier: the terms of a new dealer of it where nobody says others (F-51).

Prices, assortments and order rules by tier are catalog's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.dealers import Terms
from services.dealers.domain.dealers import Tier
from services.dealers.domain.refusals import NoPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """Where a new dealer of a tier begins; who is one already keeps what he has."""

    terms: Terms
    credit_limit_minor: int
    version: int = 0


Policies = Mapping[Tier, Policy]


def begun_with(
    tier: Tier, terms: Terms | None, credit_limit_minor: int | None, policies: Policies
) -> tuple[Terms, int]:
    """Terms and limit of a new dealer: what was said, else what holds for his tier.

    Who is given terms of his own without a limit gets no credit. Raises NoPolicy.
    """
    if terms is not None:
        return terms, credit_limit_minor or 0
    policy = policies.get(tier)
    if policy is None:
        raise NoPolicy(tier=tier)
    limit = policy.credit_limit_minor if credit_limit_minor is None else credit_limit_minor
    return policy.terms, limit
