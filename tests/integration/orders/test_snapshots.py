"""What an order keeps of its dealer, on a real PostgreSQL."""

from chassis.db import transaction
from contracts.dealers import InvoiceTitle, ShipTo
from services.orders.commands.projecting import keep_dealers
from tests.builders.orders import PREPAID, a_dealer_state

AT_FIRST = {
    "name": "广州五金",
    "tier": "CITY",
    "ship_to": {
        "receiver": "陈小明",
        "phone": "13800000000",
        "province": "广东省",
        "city": "广州市",
        "street": "天河路 1 号",
    },
    "invoice_title": {
        "title": "广州五金有限公司",
        "tax_number": "91440101MA5AAAAA1X",
        "bank": "",
        "bank_account": "",
        "address": "",
        "phone": "",
    },
}


async def told(counter, version, **facts):
    state = a_dealer_state(
        dealer_id=counter.dealer_id,
        salesperson_id=counter.sales.user_id,
        version=version,
        **facts,
    )
    async with transaction(counter.db) as tx:
        await keep_dealers(tx, [state])


async def test_a_later_change_of_the_dealer_alters_no_order_that_is_submitted(counter):
    """F-53, E-05: name, tier, address, invoice title and terms are those of the submit."""
    await told(
        counter,
        2,
        ship_to=ShipTo(**AT_FIRST["ship_to"]),
        invoice_title=InvoiceTitle(**AT_FIRST["invoice_title"]),
    )
    lines = {"lines": [{"sku": "A", "quantity": 1}]}
    before = (await counter.post("/orders", lines)).json()

    await told(counter, 3, name="广州五金集团", tier="PROVINCE", terms=PREPAID)
    after = (await counter.post("/orders", lines)).json()

    first = (await counter.get(f"/orders/{before['order_id']}")).json()
    second = (await counter.get(f"/orders/{after['order_id']}")).json()
    assert (first["buyer"], first["terms"]["kind"]) == (AT_FIRST, "CREDIT")
    assert (second["buyer"]["name"], second["buyer"]["tier"]) == ("广州五金集团", "PROVINCE")
    assert (second["buyer"]["ship_to"], second["terms"]["kind"]) == (None, "PREPAID")
