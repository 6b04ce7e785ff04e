"""Endless tasks: whatever ends one, it begins again, and readiness says when that does not help."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from chassis.jobs import Restarting, endless, every


@pytest.fixture
def runtime():
    return SimpleNamespace(checks={}, committed=asyncio.Event())


HURRIED = Restarting(pause_seconds_min=0.001, pause_seconds_max=0.002)


class Enough(BaseException):
    """Ends the loop of a test."""


async def test_a_task_that_fails_begins_again(runtime):
    faults = iter([ConnectionError("database"), KeyError("bug"), Enough()])

    async def watch(_):
        raise next(faults)

    with pytest.raises(Enough):
        await endless(watch, runtime, HURRIED)


async def test_a_task_that_goes_on_failing_turns_readiness_red(runtime):
    restarting, failed = replace(HURRIED, patience_seconds=0.05), 0

    async def watch(_):
        nonlocal failed
        failed += 1
        raise KeyError("bug")

    task = asyncio.create_task(endless(watch, runtime, restarting))
    async with asyncio.timeout(10):
        while failed < 3 or await runtime.checks["watch"]() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()

    assert "bug" in await runtime.checks["watch"]()


async def test_a_task_that_settles_turns_readiness_green(runtime):
    restarting, calls = replace(HURRIED, patience_seconds=0.0, settled_seconds=0.05), 0

    async def watch(_):
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ConnectionError("database")
        await asyncio.Event().wait()

    task = asyncio.create_task(endless(watch, runtime, restarting))
    async with asyncio.timeout(10):
        while calls < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        assert await runtime.checks["watch"]()
        while await runtime.checks["watch"]():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    task.cancel()


async def test_a_job_goes_on_at_once_while_there_is_work_and_then_waits(runtime):
    work = iter([7, 7, 3, 0])
    done = []

    async def expire(_):
        done.append(next(work))
        return done[-1]

    task = asyncio.create_task(every(3_600, expire)(runtime))
    async with asyncio.timeout(10):
        while len(done) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    task.cancel()

    assert done == [7, 7, 3, 0]
    assert runtime.committed.is_set()
