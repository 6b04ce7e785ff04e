"""F-51: tiers stand above each other, and a new dealer begins with what holds for his."""

from dataclasses import replace

import pytest

from contracts.dealers import Terms, TermsKind
from services.dealers.domain import dealers as domain
from services.dealers.domain.dealers import DealerStatus, Tier
from services.dealers.domain.refusals import NoPolicy, SuperiorUnfit
from services.dealers.domain.tiers import Policy, begun_with
from tests.builders.dealers import a_dealer

PREPAID, CREDIT = Terms(kind=TermsKind.PREPAID), Terms(kind=TermsKind.CREDIT, credit_days=30)
POLICIES = {Tier.CITY: Policy(CREDIT, 5_000)}


def of(tier):
    known = a_dealer()
    return replace(known, standing=replace(known.standing, tier=tier))


def test_the_tree_of_tiers():
    assert [tier.parent for tier in Tier] == [None, Tier.PROVINCE, Tier.CITY]


@pytest.mark.parametrize("above", Tier)
@pytest.mark.parametrize("below", Tier)
def test_a_superior_has_a_higher_tier(above, below):
    """F-51: so there is no cycle, and nobody is his own superior."""
    superior, dealer = of(above), of(below)
    allowed = (above, below) in {("PROVINCE", "CITY"), ("PROVINCE", "COUNTY"), ("CITY", "COUNTY")}

    outcome = domain.placed_under(superior)(dealer)

    if allowed:
        assert outcome.dealer.superior_id == superior.dealer_id
        assert outcome.dealer.version == dealer.version + 1
    else:
        assert isinstance(outcome, SuperiorUnfit)


def test_who_has_left_is_nobodys_superior():
    gone = replace(of(Tier.PROVINCE), status=DealerStatus.EXITED)

    assert isinstance(domain.placed_under(gone)(of(Tier.CITY)), SuperiorUnfit)


def test_a_dealer_may_belong_to_nobody_again():
    linked = domain.placed_under(of(Tier.PROVINCE))(of(Tier.CITY)).dealer

    assert domain.placed_under(None)(linked).dealer.superior_id is None


@pytest.mark.parametrize(
    ("terms", "limit", "begins"),
    [
        (None, None, (CREDIT, 5_000)),
        (None, 7, (CREDIT, 7)),
        (PREPAID, None, (PREPAID, 0)),
        (PREPAID, 7, (PREPAID, 7)),
    ],
)
def test_what_nobody_says_holds_as_for_the_tier(terms, limit, begins):
    """F-51."""
    assert begun_with(Tier.CITY, terms, limit, POLICIES) == begins


def test_without_a_policy_terms_have_to_be_said():
    with pytest.raises(NoPolicy):
        begun_with(Tier.COUNTY, None, None, POLICIES)
