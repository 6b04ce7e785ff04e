"""The portal in a real browser, against the running suite; its specs are in gateway/portal."""

import asyncio
import json
import subprocess

import pytest

from deploy.demo.company import company
from deploy.demo.loader import people
from deploy.local import portal
from deploy.local.suite import GATEWAY


@pytest.fixture(scope="session")
def cast():
    """Logins of those who carry the order of a county dealer, who pays before he gets anything."""
    firm = company()
    names = {dealer.name: dealer for dealer in firm.dealers}
    buyer = next(
        one
        for one in people(firm)
        if one.dealer and names[one.dealer].tier == "COUNTY" and names[one.dealer].warehouse != "ZF"
    )
    dealer = names[buyer.dealer]
    yard = dealer.warehouse.lower()
    return {
        "buyer": buyer.login,
        "salesperson": dealer.salesperson,
        "finance": "fin",
        "picker": f"pck.{yard}",
        "keeper": f"whs.{yard}",
        "driver": f"dlv.{yard}",
        "administrator": "admin",
    }


async def in_browser(suite, cast, *words):
    """Run specs of the portal; what the runner said, when it was not content."""
    portal.install(tests=True)
    done = await asyncio.to_thread(
        subprocess.run,
        [portal.node(), "node_modules/@playwright/test/cli.js", "test", *words],
        cwd=portal.PORTAL,
        env=portal.environment()
        | {
            "QUDAO_URL": suite.url(GATEWAY),
            "QUDAO_LOGINS": str(suite.var / "demo-logins.json"),
            "QUDAO_CAST": json.dumps(cast),
        },
        check=False,
        capture_output=True,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


async def test_an_order_walks_through_every_role_in_the_browser(suite, told, cast):
    """The life of a prepaid order by clicks alone: order, confirm, pay in two parts, pick, post,
    dispatch, deliver, receive, statement."""
    assert not await in_browser(suite, cast, "story.spec.ts")


async def test_every_page_is_accessible_fits_a_phone_and_keeps_the_console_clean(suite, told, cast):
    assert not await in_browser(suite, cast, "pages.spec.ts")


async def test_chinese_is_drawn_with_a_font_that_has_it(suite, told, cast):
    assert not await in_browser(suite, cast, "fonts.spec.ts")
