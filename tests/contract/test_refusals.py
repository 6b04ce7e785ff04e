"""Every refusal of every service can be read by who meets it, in Chinese and in English."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import chassis
import gateway
import services
from chassis.errors import MEMBERS, DomainError, texts_of

FOLDERS = (chassis, gateway, services)


def refusals():
    """All subclasses of DomainError in the product."""
    for package in FOLDERS:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found, todo = [], [DomainError]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        if kind.__module__.partition(".")[0] in {"chassis", "gateway", "services"}:
            found.append(kind)
    return sorted(set(found), key=lambda kind: (kind.__module__, kind.__name__))


REFUSALS = refusals()


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__qualname__)
def test_a_refusal_has_a_title_in_both_languages(kind):
    texts = texts_of(kind)

    assert kind.__doc__ is not None
    assert "zh" in texts, "add a paragraph `zh: …` to its docstring"
    assert texts["en"].title.isascii()
    assert not texts["zh"].title.isascii()
    assert len(texts["en"].title) <= 100


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__qualname__)
def test_a_refusal_is_no_fault_of_ours(kind):
    assert 400 <= kind.status < 500 or (kind.status == 503 and kind.retry_after_seconds)


def test_no_fact_takes_the_place_of_a_member_of_the_document():
    names = {kind.__name__ for kind in REFUSALS}

    wrong = [
        f"{path}:{node.lineno} {keyword.arg}"
        for package in FOLDERS
        for path in Path(package.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in names
        for keyword in node.keywords
        if keyword.arg in MEMBERS
    ]

    assert wrong == []
