"""The HTTP edge on a real database: what callers get, also when things go wrong."""

from uuid import uuid4

from chassis.auth import Role
from tests.builders.edge import a_key, an_actor

LENDING = {"title": "Middlemarch", "parts": [{"copies": 2}, {"copies": 3}]}


async def test_what_was_lent_is_listed(api):
    dealer = an_actor(Role.DLR, dealer_id=uuid4())

    lent = await api(dealer).post("/loans", json=LENDING, headers=a_key())
    listed = await api(dealer).get("/loans")

    assert lent.status_code == 201
    assert listed.json()["items"] == [lent.json()]
    assert lent.json()["copies"] == 5
