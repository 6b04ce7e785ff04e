import random
from collections import Counter

import pytest

from chassis.crash import POINTS
from tests.chaos.faults import FAULTS, crashes
from tests.chaos.schedule import LEVELS, UnknownFault, schedule


def names(level, seed=1, only=()):
    return [fault.name for fault in schedule(LEVELS[level], random.Random(seed), only)]


def points(level):
    return Counter(name.split()[1] for name in names(level) if name.startswith("crash "))


def test_level_1_comes_to_every_crash_point_once_and_to_twenty_other_faults():
    others = [name for name in names(1) if not name.startswith("crash ")]

    assert points(1) == Counter(POINTS.keys() - crashes.NOWHERE.keys())
    assert len(others) >= 20
    assert {fault.name for fault in FAULTS} == set(others)


def test_level_2_comes_to_every_crash_point_five_times_and_to_a_hundred_other_faults():
    others = [name for name in names(2) if not name.startswith("crash ")]

    assert set(points(2).values()) == {5}
    assert len(others) >= 100


def test_the_places_of_a_crash_point_take_turns():
    parked = Counter(name for name in names(2) if name.startswith("crash parking.before_park "))

    assert sorted(parked.values()) == [1, 1, 1, 2]


def test_a_seed_says_the_order():
    assert names(1, seed=7) == names(1, seed=7)
    assert names(1, seed=7) != names(1, seed=8)


def test_a_part_of_the_faults_may_be_asked_for_by_the_beginning_of_their_names():
    assert sorted(names(1, only=("kill kafka", "crash numbers"))) == [
        "crash numbers.after_block in orders",
        "kill kafka",
    ]
    with pytest.raises(UnknownFault):
        names(1, only=("flood",))
