"""A dealer, his standing, and what a command makes of him."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from contracts import dealers as told
from contracts.dealers import DealerActivated, DealerState, ExitStep, InvoiceTitle, ShipTo, Terms
from contracts.message import Message
from services.dealers.domain.refusals import DealerExited


class DealerStatus(StrEnum):
    """SUSPENDED refuses new orders, ON_STOP also stops what is not picked yet; EXITING refuses new
    orders until nothing of him is open, and EXITED is for good (F-50).
    """

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    ON_STOP = "ON_STOP"
    EXITING = "EXITING"
    EXITED = "EXITED"


class Tier(StrEnum):
    """省级代理, 地市代理, 县级代理."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"

    @property
    def parent(self) -> Tier | None:
        """The tier above it in the tree (F-51); None: it is the highest."""
        above = list(Tier)[: list(Tier).index(self)]
        return above[-1] if above else None

    def above(self, other: Tier) -> bool:
        """Whether a dealer of this tier may be the superior of one of the other."""
        order = list(Tier)
        return order.index(self) < order.index(other)


@dataclass(frozen=True, slots=True)
class Company:
    """Who he is, as his licence and his people say."""

    credit_code: str
    name: str
    province: str
    city: str
    contact_name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Standing:
    """On which terms he buys, from whom, and out of which warehouse."""

    tier: Tier
    terms: Terms
    credit_limit_minor: int
    salesperson_id: UUID | None
    warehouse_id: UUID


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands in a dealer's account, in minor units; he leaves when all of it is zero."""

    held_minor: int
    receivable_minor: int
    advances_minor: int
    wallet_minor: int
    refunds_minor: int

    @property
    def settled(self) -> bool:
        return self == Balance(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Exit:
    """How far a dealer is who leaves; None: not told yet."""

    step: ExitStep
    since_version: int
    """Of his state, when this step began: an older answer speaks of another time."""
    open_orders: int | None = None
    balance: Balance | None = None


@dataclass(frozen=True, slots=True)
class Dealer:
    """A company that buys from us."""

    dealer_id: UUID
    code: str
    company: Company
    status: DealerStatus
    standing: Standing
    reason: str | None = None
    application_id: UUID | None = None
    applicant_user_id: UUID | None = None
    version: int = 1
    shelf_life_min_days: int = 0
    invoice_title: InvoiceTitle | None = None
    ship_to: ShipTo | None = None
    """The usual one of his addresses."""
    superior_id: UUID | None = None
    """The dealer of a higher tier to whom he belongs."""
    exit: Exit | None = None
    """Set while he is EXITING."""

    @classmethod
    def fresh(
        cls,
        dealer_id: UUID,
        company: Company,
        standing: Standing,
        *,
        application_id: UUID | None = None,
        applicant_user_id: UUID | None = None,
    ) -> Dealer:
        """A new dealer; his code is given when he is stored."""
        return cls(
            dealer_id,
            "",
            company,
            DealerStatus.ACTIVE,
            standing,
            application_id=application_id,
            applicant_user_id=applicant_user_id,
        )

    @property
    def state(self) -> DealerState:
        """What other services are told."""
        return DealerState(
            version=self.version,
            dealer_id=self.dealer_id,
            code=self.code,
            name=self.company.name,
            status=TOLD.get(self.status) or told.DealerStatus(self.status),
            tier=self.standing.tier,
            province=self.company.province,
            city=self.company.city,
            terms=self.standing.terms,
            credit_limit_minor=self.standing.credit_limit_minor,
            salesperson_id=self.standing.salesperson_id,
            warehouse_id=self.standing.warehouse_id,
            applicant_user_id=self.applicant_user_id,
            invoice_title=self.invoice_title,
            ship_to=self.ship_to,
            shelf_life_min_days=self.shelf_life_min_days,
            exit_step=self.exit.step if self.exit else None,
        )

    @property
    def activation(self) -> DealerActivated:
        return DealerActivated(
            dealer_id=self.dealer_id,
            application_id=self.application_id,
            name=self.company.name,
            applicant_user_id=self.applicant_user_id,
        )


TOLD = {DealerStatus.EXITING: told.DealerStatus.SUSPENDED}
"""What other services are told of a status that they do not know."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A dealer after a command, and what it makes known."""

    dealer: Dealer
    messages: tuple[Message, ...] = ()


Decision = Callable[[Dealer], Changed | DomainError]
"""What a command makes of a dealer."""

Authorize = Callable[[Dealer], None]
"""Raises when the dealer is not the caller's to change."""


def authorized(authorize: Authorize, decision: Decision) -> Decision:
    """The decision, where the dealer is the caller's to change."""

    def decide(dealer: Dealer) -> Changed | DomainError:
        authorize(dealer)
        return decision(dealer)

    return decide


def unchanged(dealer: Dealer) -> Changed | DomainError:
    """The decision that leaves a dealer alone; refused for one who has left."""
    if dealer.status is DealerStatus.EXITED:
        return DealerExited()
    return Changed(dealer)
