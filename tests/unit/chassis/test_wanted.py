"""Whoever consumes ends when he is told to, not when a part of his client is cancelled."""

import asyncio

import pytest

from chassis.kafka.consumption import is_wanted


async def _judged(raising):
    """What `is_wanted` says about what `raising` lets out."""
    try:
        await raising
    except (Exception, asyncio.CancelledError) as fault:
        return is_wanted(fault)
    return None


async def test_a_client_that_cancels_a_part_of_its_own_is_started_anew():
    part = asyncio.create_task(asyncio.Event().wait())
    part.cancel()

    assert await _judged(part) is False


async def test_whoever_is_cancelled_from_outside_ends():
    consuming = asyncio.create_task(_judged(asyncio.Event().wait()))
    await asyncio.sleep(0)

    consuming.cancel()

    assert await consuming is True


@pytest.mark.parametrize("fault", [TimeoutError(), OSError("no broker"), RuntimeError("a bug")])
async def test_a_fault_is_no_wish_to_end(fault):
    async def fails():
        raise fault

    assert await _judged(fails()) is False
