import asyncio
import random
from contextlib import suppress

from chassis.db import transaction
from chassis.numbers import take_numbers


async def test_numbers_have_no_gaps_after_a_thousand_parallel_takings_of_which_a_tenth_fails(many):
    chance, taken = random.Random(27), []

    async def take():
        with suppress(ZeroDivisionError):
            async with transaction(many) as tx:
                numbers = await take_numbers(tx, "CK-2611", chance.choice([1, 1, 2, 5]))
                if chance.random() < 0.1:
                    raise ZeroDivisionError
            taken.extend(numbers)

    await asyncio.gather(*(take() for _ in range(1_000)))

    assert sorted(taken) == [f"CK-2611-{n:06}" for n in range(1, len(taken) + 1)]
    assert len(taken) > 900
