"""Which tests prove which story, edge case, invariant or vector; a plugin of pytest.

A test names what it proves in its docstring: E-07, I-1…I-4.
`pytest --proofs FILE` keeps each test's ids and outcome; `python -m tests.proofs FILE…` lists them
by id, with the ids that must have a test and have none.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

KINDS = "EFIPRSUV"
NAMED = re.compile(rf"\b([{KINDS}])-(\d{{1,2}})(?:…\1-(\d{{1,2}}))?(?![\w-])")
PROPERTY = "proves"


def ids_in(text: str) -> list[str]:
    """The ids that a text names, those between `I-1…I-4` too, each once and in their order."""
    return list(dict.fromkeys(one for found in NAMED.finditer(text) for one in _spelled(found)))


def _spelled(found: re.Match[str]) -> Iterator[str]:
    kind, first, last = found.groups()
    for number in range(int(first), int(last or first) + 1):
        yield f"{kind}-{number:0{len(first)}}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proofs", type=Path, metavar="FILE", help="keep what each test proves")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("--proofs")
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(file))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A property of the test, because it travels from a worker to where the outcome is kept."""
    for item in items:
        if ids := _ids_of(item):
            item.user_properties.append((PROPERTY, ids))


def _ids_of(item: pytest.Item) -> list[str]:
    if not isinstance(item, pytest.Function):
        return []
    return ids_in(inspect.getdoc(item.function) or "")


class Keeper:
    """Hears of every test in the first process of the run."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: dict[str, dict[str, object]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        ids = dict(report.user_properties).get(PROPERTY)
        if ids and (report.when == "call" or report.outcome != "passed"):
            self._seen[report.nodeid] = {"ids": ids, "outcome": report.outcome}

    def pytest_sessionfinish(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._seen, ensure_ascii=False, indent=1))
