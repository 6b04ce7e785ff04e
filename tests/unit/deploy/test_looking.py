"""Two sorted answers side by side: every key of both, once, with its value in each."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from deploy.ctl.looking import side_by_side

ANSWERS = st.dictionaries(st.text("abc", max_size=3), st.sampled_from(["1", "2"]), max_size=12)


async def in_order(answer):
    for key in sorted(answer):
        yield key, answer[key]


@given(ANSWERS, ANSWERS)
def test_every_key_of_both_is_seen_once_with_its_values(left, right):
    async def walk():
        return [row async for row in side_by_side(in_order(left), in_order(right))]

    seen = asyncio.run(walk())

    assert seen == [(key, left.get(key), right.get(key)) for key in sorted(left | right)]
