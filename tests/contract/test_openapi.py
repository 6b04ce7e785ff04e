"""The described interface: complete, without ambiguity, and routed to whoever describes it."""

import json

import pytest

from deploy.openapi import MODULES, files, stale
from gateway.openapi import PREFIX
from gateway.proxy.routing import service_of


@pytest.fixture(scope="module")
def documents():
    """OpenAPI by service, and `qudao`: of the whole."""
    return {path.stem: json.loads(text) for path, text in files()}


def test_the_committed_description_is_what_the_routes_say():
    assert stale() == []


@pytest.mark.parametrize("service", MODULES)
def test_the_gateway_asks_each_service_for_what_it_describes(documents, service):
    elsewhere = {
        path
        for path in documents[service]["paths"]
        if service_of(path.removeprefix("/")) != service
    }

    assert not elsewhere


def test_each_operation_has_a_name_of_its_own(documents):
    names = [
        operation["operationId"]
        for operations in documents["qudao"]["paths"].values()
        for operation in operations.values()
    ]

    assert len(names) == len(set(names))


def test_each_operation_says_in_words_what_it_does(documents):
    silent = [
        f"{method} {path}"
        for path, operations in documents["qudao"]["paths"].items()
        for method, operation in operations.items()
        if not operation.get("description")
    ]

    assert not silent


def test_every_address_stands_under_one_prefix(documents):
    assert all(path.startswith(PREFIX) for path in documents["qudao"]["paths"])
