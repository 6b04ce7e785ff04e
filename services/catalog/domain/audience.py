"""For whom a rule is: one dealer, a tier in a province, a tier, a province, or everybody."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class Audience(NamedTuple):
    """What is not named is not asked about; a dealer stands alone."""

    tier: str | None = None
    province: str | None = None
    dealer_id: UUID | None = None

    @property
    def words(self) -> str:
        """What is special about it; nothing for a tier, which is the rule."""
        if self.dealer_id:
            return "（经销商专用）"
        if self.province:
            return f"（{self.province}）"
        return "" if self.tier else "（通用）"


EVERYBODY = Audience()


def audiences(dealer_id: UUID, tier: str, province: str) -> tuple[Audience, ...]:
    """All that a dealer belongs to, the nearest first."""
    return (
        Audience(dealer_id=dealer_id),
        Audience(tier, province),
        Audience(tier),
        Audience(province=province),
        EVERYBODY,
    )
