"""Who may: by his role, and to what is in his scope; foreign and missing look alike."""

from uuid import uuid4

import pytest

from chassis.auth import (
    STAFF,
    Forbidden,
    Resource,
    Role,
    allowed_actions,
    authorize,
    in_scope,
    may,
    roles,
)
from chassis.errors import NotFound
from tests.builders.edge import an_actor

ACCESS = {
    "orders.view": roles(STAFF, Role.DLR),
    "orders.confirm": roles(Role.SAL),
    "orders.cancel": roles(Role.SAL, Role.DLR),
}
DEALER_ID, SALESPERSON_ID, WAREHOUSE_ID = uuid4(), uuid4(), uuid4()
ORDER = Resource(DEALER_ID, SALESPERSON_ID, WAREHOUSE_ID)


@pytest.mark.parametrize(
    ("actor", "inside"),
    [
        (an_actor(Role.DLR, dealer_id=DEALER_ID), True),
        (an_actor(Role.DLR, dealer_id=uuid4()), False),
        (an_actor(Role.DLR), False),
        (an_actor(Role.SAL, user_id=SALESPERSON_ID), True),
        (an_actor(Role.SAL), False),
        (an_actor(Role.FIN), True),
        (an_actor(Role.ADM, Role.SAL), True),
        (an_actor(Role.WHS, warehouse_ids=frozenset({WAREHOUSE_ID})), True),
        (an_actor(Role.WHS, warehouse_ids=frozenset({uuid4()})), False),
        (an_actor(Role.WHS, warehouse_ids=frozenset()), False),
        (an_actor(Role.DLR, warehouse_ids=frozenset({WAREHOUSE_ID})), False),
        (an_actor(Role.SAL, warehouse_ids=frozenset({WAREHOUSE_ID})), False),
        (an_actor(Role.APPLICANT), False),
        (an_actor(), False),
    ],
)
def test_the_scope_of_an_actor(actor, inside):
    assert in_scope(actor, ORDER) is inside


def test_a_resource_of_nobody_is_in_no_dealers_scope():
    assert not in_scope(an_actor(Role.DLR), Resource())
    assert not in_scope(an_actor(Role.DLR, dealer_id=DEALER_ID), Resource())


def test_a_role_that_may_not_is_told_so():
    with pytest.raises(Forbidden):
        authorize(ACCESS, an_actor(Role.FIN), "orders.confirm", ORDER)


def test_a_foreign_resource_is_not_there():
    with pytest.raises(NotFound):
        authorize(ACCESS, an_actor(Role.DLR, dealer_id=uuid4()), "orders.cancel", ORDER)


def test_what_is_offered_is_what_is_allowed():
    for actor in (
        an_actor(Role.DLR, dealer_id=DEALER_ID),
        an_actor(Role.SAL, user_id=SALESPERSON_ID),
        an_actor(Role.SAL),
        an_actor(Role.FIN),
    ):
        offered = allowed_actions(ACCESS, actor, ACCESS, ORDER)

        assert offered == [action for action in ACCESS if may(ACCESS, actor, action, ORDER)]


def test_a_machine_has_no_rights_of_its_own():
    assert allowed_actions(ACCESS, an_actor(Role.MACHINE), ACCESS) == []
