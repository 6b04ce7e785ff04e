from chassis.kafka.pace import FULL, SIZE_MAX, SIZE_MIN, Pace


def test_full_batches_that_are_quick_grow_up_to_a_limit():
    pace = Pace()
    for _ in range(100):
        before = pace.size
        pace.note(pace.size, 0.01)
        assert before <= pace.size <= SIZE_MAX
    assert pace.size == SIZE_MAX


def test_slow_batches_shrink_faster_than_they_grew_down_to_a_limit():
    pace = Pace(size=SIZE_MAX)
    for _ in range(20):
        pace.note(pace.size, 2.0)
    assert pace.size == SIZE_MIN


def test_batches_that_are_not_full_say_nothing_about_the_size():
    pace = Pace()
    before = pace.size

    pace.note(5, 0.001)

    assert pace.size == before


def test_only_small_batches_under_load_are_worth_waiting_for():
    pace = Pace()
    lingers = []
    for messages in (1, 2, FULL - 1, FULL):
        pace.note(messages, 0.01)
        lingers.append(pace.linger_seconds > 0)
    assert lingers == [False, True, True, False]
