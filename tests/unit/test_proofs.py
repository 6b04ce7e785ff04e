"""Which test proves what: as the listing at the end of `make test` says."""

import json

from tests.proofs import ids_in
from tests.proofs.__main__ import by_id, lines, main


def a_run(**outcomes):
    return {
        f"tests/test_{name}.py::test_it": {"ids": ["E-07"], "outcome": outcome}
        for name, outcome in outcomes.items()
    }


def test_a_text_names_ids_once_and_those_between():
    assert ids_in("E-07, I-1…I-3 and E-07 again; V-6") == ["E-07", "I-1", "I-2", "I-3", "V-6"]


def test_what_only_looks_like_an_id_is_none():
    assert ids_in("A-07, E-7x, RE-07-1, S-1-2") == []


def test_an_id_has_failed_where_one_of_its_tests_has():
    listed = list(lines(by_id([a_run(one="passed", two="failed")])))

    assert listed[0].split()[:2] == ["E-07", "failed"]
    assert "ids=1 failed=1" in listed[3]


def test_a_test_with_several_cases_stands_there_once_with_the_worst():
    cases = {
        f"tests/test_one.py::test_it[{case}]": {"ids": ["E-07"], "outcome": outcome}
        for case, outcome in {"a": "passed", "b": "failed", "c": "passed"}.items()
    }

    assert by_id([cases]) == {"E-07": {"tests/test_one.py::test_it": "failed"}}


def test_what_no_test_names_is_told_and_is_no_failure(tmp_path, capsys):
    (tmp_path / "run.json").write_text(json.dumps(a_run(one="passed")))

    assert main([str(tmp_path / "run.json")]) == 0
    assert "no test names E-05" in capsys.readouterr().out


def test_ids_stand_in_the_order_of_their_numbers():
    runs = [{"t": {"ids": ["I-10", "I-9", "E-20"], "outcome": "passed"}}]

    assert list(by_id(runs)) == ["E-20", "I-9", "I-10"]
