"""Bodies about the tree of tiers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from contracts.dealers import Terms
from services.dealers.domain.dealers import Tier
from services.dealers.schemas.dealers import TermsRequest
from services.dealers.schemas.fields import Body, Limit


class PolicyRequest(Body):
    """On which terms new dealers of the tier buy where nobody says others."""

    terms: TermsRequest
    credit_limit_minor: Limit = 0


class PolicyResponse(BaseModel):
    terms: Terms
    credit_limit_minor: int
    version: int


class TierResponse(BaseModel):
    """A tier and its place in the tree."""

    tier: Tier
    parent: Tier | None
    dealers: int = Field(description="Of this tier, those who have not left, as the caller sees.")
    policy: PolicyResponse | None
    version: int = Field(description="Of the policy; 0: there is none yet.")
    allowed_actions: list[str]
