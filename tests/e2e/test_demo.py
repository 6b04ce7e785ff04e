"""The demo, as a newcomer sees it."""

import re


def test_the_demo_ends_with_a_completed_order(told):
    last = told.strip().splitlines()[-1]

    assert re.fullmatch(r"DEMO OK order=XS\d{4}-\d{7,} state=COMPLETED seconds=\d+", last)


def test_the_demo_shows_who_did_what_in_chinese_and_english(told):
    for words in ("初审通过", "终审通过", "收款", "配货完成", "已出库", "已送达", "订单已完成"):
        assert words in told
    assert "The order is completed" in told
    assert "went back to the wallet" in told


def test_the_demo_shows_an_amendment_and_a_short_pick_that_an_inbound_fills(told):
    """S-4, P-03, F-67."""
    for words in ("改单：6 件改为 10 件", "订单已变更", "配货时发现缺货", "欠货已到，已为订单分配"):
        assert words in told
