"""Who is told what happens, live."""

import asyncio
from uuid import uuid4

import orjson
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth import Role
from contracts.inventory import PickTaskCreated
from contracts.notify import MessageQueued, TodoOpened
from contracts.orders import OrderReceived
from gateway.live.events import live_event
from gateway.live.hub import PENDING_MAX, RESET, Client, Hub
from tests.builders.edge import an_actor

A, B = uuid4(), uuid4()
SAL_OF_A = uuid4()


def of_a(dealer_id):
    return SAL_OF_A if dealer_id == A else None


def told(message, message_id=None):
    body = orjson.loads(message.model_dump_json())
    return live_event(message_id or str(uuid4()), message.type, body, of_a)


def an_order_event(dealer_id=A, salesperson_id=None):
    return OrderReceived(
        order_id=uuid4(), version=3, number="XS-1", dealer_id=dealer_id,
        salesperson_id=salesperson_id,
    )  # fmt: skip


def a_pick_event(warehouse_id, dealer_id=A):
    return PickTaskCreated(
        order_id=uuid4(), number="XS-1", dealer_id=dealer_id, warehouse_id=warehouse_id,
        pick_task_id=uuid4(), pick_number="PH-1",
    )  # fmt: skip


def listening(hub, *roles, last_event_id=None, **scope):
    client = Client(an_actor(*roles, **scope))
    hub.join(client, last_event_id)
    return client


async def heard(client):
    return await client.next(0.0)


async def test_a_dealer_hears_of_his_own_orders_and_of_nobody_elses():
    hub = Hub(clients_max=9)
    of_dealer_a = listening(hub, Role.DLR, dealer_id=A)
    of_dealer_b = listening(hub, Role.DLR, dealer_id=B)

    hub.publish(told(an_order_event(A)))

    assert b"XS-1" in await heard(of_dealer_a)
    assert await heard(of_dealer_b) == b""


async def test_a_salesperson_hears_of_his_dealers_only():
    hub = Hub(clients_max=9)
    his = listening(hub, Role.SAL, user_id=SAL_OF_A)
    anothers = listening(hub, Role.SAL)

    hub.publish(told(a_pick_event(uuid4(), dealer_id=A)))

    assert b"pick-task-created" in await heard(his)
    assert await heard(anothers) == b""


async def test_the_staff_hears_what_is_its_work():
    hub = Hub(clients_max=9)
    finance, picker = listening(hub, Role.FIN), listening(hub, Role.PCK)

    hub.publish(told(a_pick_event(uuid4())))

    assert await heard(finance) == b""
    assert b"pick-task-created" in await heard(picker)


async def test_a_warehouse_hears_nothing_of_another():
    hub = Hub(clients_max=9)
    here, there = uuid4(), uuid4()
    picker = listening(hub, Role.PCK, warehouse_ids=frozenset({here}))

    hub.publish(told(a_pick_event(there)))
    hub.publish(told(a_pick_event(here)))

    assert (await heard(picker)).count(b"data:") == 1


async def test_who_is_concerned_in_two_ways_is_told_once():
    hub = Hub(clients_max=9)
    both = listening(hub, Role.SAL, Role.ADM, user_id=SAL_OF_A)

    hub.publish(told(an_order_event(A)))

    assert (await heard(both)).count(b"data:") == 1


async def test_an_applicant_hears_of_no_order():
    hub = Hub(clients_max=9)
    applicant = listening(hub, Role.APPLICANT)

    hub.publish(told(an_order_event(A)))

    assert await heard(applicant) == b""


async def test_a_todo_is_told_to_its_user_alone_when_it_has_one():
    hub = Hub(clients_max=9)
    user_id = uuid4()
    his, others = listening(hub, Role.SAL, user_id=user_id), listening(hub, Role.SAL)

    hub.publish(told(TodoOpened(todo_id=uuid4(), role="SAL", kind="confirm", user_id=user_id, dealer_id=A)))  # noqa: E501  # fmt: skip

    assert b"todo-opened" in await heard(his)
    assert await heard(others) == b""


async def test_a_message_to_a_dealer_is_not_told_to_the_staff():
    hub = Hub(clients_max=9)
    dealer, admin = listening(hub, Role.DLR, dealer_id=A), listening(hub, Role.ADM)

    hub.publish(told(MessageQueued(message_id=uuid4(), user_id=None, dealer_id=A)))

    assert b"message-queued" in await heard(dealer)
    assert await heard(admin) == b""


def test_what_is_told_holds_no_amounts():
    event = told(an_order_event(A))

    shown = orjson.loads(event.frame.split(b"data: ")[1])

    assert set(shown) == {"type", "order_id", "number", "dealer_id", "version"}


async def test_who_comes_back_is_told_what_he_missed_and_only_what_is_his():
    hub = Hub(clients_max=9)
    first, second, foreign = (told(an_order_event(dealer)) for dealer in (A, A, B))
    for event in (first, second, foreign):
        hub.publish(event)

    back = listening(hub, Role.DLR, dealer_id=A, last_event_id=first.event_id)

    assert await heard(back) == second.frame


async def test_who_was_away_for_too_long_is_told_to_read_anew():
    hub = Hub(clients_max=9)

    back = listening(hub, Role.DLR, dealer_id=A, last_event_id="long gone")

    assert await heard(back) == RESET


async def test_who_is_too_slow_is_sent_away():
    hub = Hub(clients_max=9)
    slow = listening(hub, Role.DLR, dealer_id=A)

    for _ in range(PENDING_MAX + 1):
        hub.publish(told(an_order_event(A)))

    assert slow.closed


async def test_who_has_left_costs_nothing():
    hub = Hub(clients_max=9)
    client = listening(hub, Role.DLR, dealer_id=A)

    hub.leave(client)
    hub.publish(told(an_order_event(A)))

    assert len(hub) == 0
    assert await heard(client) == b""


async def test_after_an_interruption_everybody_reads_anew():
    hub = Hub(clients_max=9)
    client = listening(hub, Role.DLR, dealer_id=A)

    hub.missed()

    assert await heard(client) == RESET


@given(
    st.frozensets(st.sampled_from(Role), min_size=1),
    st.sampled_from((A, B)),
    st.booleans(),
)
def test_no_dealer_ever_hears_of_another(roles, dealer_id, picking):
    async def check():
        hub = Hub(clients_max=9)
        other = B if dealer_id == A else A
        client = listening(hub, *(roles - set(Role) | {Role.DLR}), dealer_id=other)
        hub.publish(
            told(a_pick_event(uuid4(), dealer_id) if picking else an_order_event(dealer_id))
        )
        assert await heard(client) == b""

    asyncio.run(check())
