"""The databases of the services that an order walks through."""

import pytest


@pytest.fixture
def databases(catalog_db, orders_db, inventory_db, billing_db):
    return {
        "catalog": catalog_db,
        "orders": orders_db,
        "inventory": inventory_db,
        "billing": billing_db,
    }
