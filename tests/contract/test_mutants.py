"""A planted bug whose line has changed proves nothing: then the list is to be changed, too."""

from pathlib import Path

import pytest

from tests.mutants.planted import PLANTED

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", PLANTED, ids=lambda mutant: mutant.name)
def test_every_planted_bug_still_has_its_place_and_its_tests(mutant):
    assert (ROOT / mutant.path).read_text("utf-8").count(mutant.old) == 1
    assert all((ROOT / test).exists() for test in mutant.tests)
