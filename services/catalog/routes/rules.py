"""What the routes of all rules share."""

from __future__ import annotations

from chassis.errors import InvalidRequest
from services.catalog.domain.assortments import Rule as AssortmentRule
from services.catalog.domain.audience import Audience
from services.catalog.domain.order_rules import Rule as OrderRule
from services.catalog.schemas.rules import AudienceRequest, RuleResponse


def audience_of(body: AudienceRequest) -> Audience:
    """Whom a rule is for. Raises InvalidRequest."""
    if body.dealer_id and (body.tier or body.province):
        raise InvalidRequest(("/dealer_id", "A dealer stands alone, without tier and province."))
    return Audience(body.tier, body.province, body.dealer_id)


def said_of(rule: AssortmentRule | OrderRule, actions: list[str]) -> RuleResponse:
    """What a rule of either kind says of itself."""
    return RuleResponse(
        rule_id=rule.rule_id,
        tier=rule.audience.tier,
        province=rule.audience.province,
        dealer_id=rule.audience.dealer_id,
        sku=rule.sku,
        category=rule.category,
        reason=rule.reason,
        since=rule.since,
        ended_at=rule.ended_at,
        allowed_actions=actions,
    )
