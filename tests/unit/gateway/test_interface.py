"""The merged description of the whole interface, and the page made of it."""

from gateway import docs
from gateway.openapi import merge


def a_document(path="/orders", schema=None, name="Order", function="place_order"):
    reference = {"$ref": f"#/components/schemas/{name}"}
    answer = {"content": {"application/json": {"schema": reference}}, "description": "Done"}
    operation_id = f"{function}{path.replace('/', '_')}_post"
    operation = {
        "operationId": operation_id, "description": "Place it.", "responses": {"201": answer},
    }  # fmt: skip
    return {
        "paths": {path: {"post": operation}},
        "components": {"schemas": {name: schema or {"type": "object", "properties": {}}}},
    }


def test_paths_get_the_prefix_and_operations_the_names_of_their_functions():
    merged = merge({"orders": a_document()})

    assert merged["paths"]["/api/v1/orders"]["post"]["operationId"] == "orders_place_order"


def test_one_name_for_the_same_thing_in_two_services_is_one_schema():
    merged = merge({"orders": a_document("/orders"), "billing": a_document("/payments")})

    assert list(merged["components"]["schemas"]) == ["Order"]


def test_one_name_for_two_things_is_told_apart_by_service():
    other = {"type": "object", "properties": {"x": {"type": "integer"}}}

    merged = merge(
        {"orders": a_document("/orders"), "billing": a_document("/payments", schema=other)}
    )

    assert set(merged["components"]["schemas"]) == {"OrdersOrder", "BillingOrder"}
    answer = merged["paths"]["/api/v1/payments"]["post"]["responses"]["201"]
    schema = answer["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/BillingOrder"}


def test_what_refers_to_one_of_two_things_is_told_apart_too():
    other = {"type": "object", "properties": {"x": {"type": "integer"}}}
    documents = {
        "orders": a_document("/orders"),
        "billing": a_document("/payments", schema=other),
    }
    for document in documents.values():
        page = {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}
        document["components"]["schemas"]["Page"] = page

    schemas = merge(documents)["components"]["schemas"]

    assert set(schemas) == {"OrdersOrder", "BillingOrder", "OrdersPage", "BillingPage"}
    assert schemas["BillingPage"]["items"] == {"$ref": "#/components/schemas/BillingOrder"}


def test_the_page_shows_each_operation_and_escapes_what_it_shows():
    document = a_document(schema={"type": "object", "properties": {"a<b": {"type": "string"}}})

    page = docs.page(merge({"orders": document}))

    assert "/api/v1/orders" in page
    assert "a&lt;b?: string" in page
    assert "<script" not in page


def test_a_schema_that_contains_itself_ends():
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Order"}}}

    assert "Order" in docs.page(merge({"orders": a_document(schema=tree)}))
