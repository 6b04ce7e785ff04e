"""The audit log in plain words, Chinese first; `{x}` is a fact of the entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from chassis.texts import Text, render


class Said(NamedTuple):
    """What was done, and where its subject is found."""

    text: Text
    link: str | None
    """Below the prefix of the interface; `{}` stands for the subject's id."""


def _order(zh: str, en: str) -> Said:
    return Said(Text(zh, en), "/orders/{}")


def _dealer(zh: str, en: str) -> Said:
    return Said(Text(zh, en), "/dealers/{}")


def _application(zh: str, en: str) -> Said:
    return Said(Text(zh, en), "/dealer-applications/{}")


ACTIONS: Mapping[str, Said] = {
    "users.create": Said(Text("新建用户 {name}", "User {name} was created"), "/users/{}"),
    "users.change": Said(Text("变更用户 {name}", "User {name} was changed"), "/users/{}"),
    "users.become-dealer": Said(
        Text("申请人 {name} 成为经销商用户", "The applicant {name} became a dealer's user"),
        "/users/{}",
    ),
    "users.set-password": Said(Text("重设密码", "A password was set"), "/users/{}"),
    "session.open": Said(Text("登录", "Logged in"), "/users/{}"),
    "users.log-out": Said(Text("全部退出登录", "Logged out everywhere"), "/users/{}"),
    "session.close": Said(Text("退出登录", "Logged out"), "/users/{}"),
    "api-clients.create": Said(
        Text("新建接口客户端 {name}", "API client {name} was created"), "/api-clients/{}"
    ),
    "api-clients.rotate-secret": Said(
        Text("更换接口客户端 {name} 的密钥", "API client {name} got a new secret"),
        "/api-clients/{}",
    ),
    "api-clients.revoke": Said(
        Text("停用接口客户端 {name}", "API client {name} was revoked"), "/api-clients/{}"
    ),
    "dealers.dealer-applied": _application("提交加盟申请：{name}", "{name} applied"),
    "dealers.dealer-application-screened": _application(
        "初审通过加盟申请：{name}", "The application of {name} passed the screening"
    ),
    "dealers.dealer-application-returned": _application(
        "退回加盟申请：{name}（{reason}）", "The application of {name} was returned: {reason}"
    ),
    "dealers.dealer-application-rejected": _application(
        "拒绝加盟申请：{name}（{reason}）", "The application of {name} was rejected: {reason}"
    ),
    "dealers.dealer-application-escalated": _application(
        "加盟申请超时未初审：{name}", "Nobody screened the application of {name}"
    ),
    "dealers.dealer-application-credit-endorsed": _application(
        "同意授信：{name}，额度 {credit_limit}",
        "Credit for {name} was endorsed, up to {credit_limit}",
    ),
    "dealers.dealer-activated": _dealer("经销商开通：{name}", "Dealer {name} was activated"),
    "dealers.dealer-suspended": _dealer("暂停下单：{reason}", "The dealer was suspended: {reason}"),
    "dealers.dealer-stopped": _dealer("停止供货：{reason}", "The dealer was stopped: {reason}"),
    "dealers.dealer-reinstated": _dealer("恢复经销商", "The dealer was reinstated"),
    "dealers.dealer-exit-begun": _dealer(
        "开始办理退出：{reason}", "The dealer is leaving: {reason}"
    ),
    "dealers.dealer-exited": _dealer("经销商已退出：{name}", "Dealer {name} has left"),
    "dealers.dealer-tier-changed": _dealer(
        "调整级别为 {tier}，自 {effective_from} 起",
        "The dealer's tier is {tier} from {effective_from} on",
    ),
    "dealers.dealer-terms-changed": _dealer(
        "调整交易条件，信用额度 {credit_limit}，自 {effective_from} 起",
        "Other terms for the dealer, credit limit {credit_limit}, from {effective_from} on",
    ),
    "dealers.salesperson-bound": _dealer(
        "更换业务员，自 {effective_from} 起",
        "The dealer has another salesperson from {effective_from} on",
    ),
    "dealers.dealer-state": _dealer(
        "变更经销商资料：{code} {name}", "The data of dealer {code} {name} were changed"
    ),
    "catalog.product-state": Said(
        Text("变更商品：{sku} {name}", "Product {sku} {name} was changed"), None
    ),
    "catalog.price-list-published": Said(
        Text(
            "发布价格表 {code}，自 {valid_from} 起", "Price list {code} holds from {valid_from} on"
        ),
        "/price-lists/{}",
    ),
    "orders.order-submitted": _order("提交订单 {number}", "Order {number} was submitted"),
    "orders.order-checks-passed": _order(
        "订单 {number} 校验通过，合计 {total}", "Order {number} passed its checks: {total}"
    ),
    "orders.order-held": _order(
        "挂起订单 {number}：{reason}", "Order {number} was put on hold: {reason}"
    ),
    "orders.order-hold-released": _order(
        "解除订单 {number} 的挂起（{hold}）", "A hold of order {number} was released ({hold})"
    ),
    "orders.order-confirmed": _order(
        "确认订单 {number}，合计 {total}", "Order {number} was confirmed: {total}"
    ),
    "orders.order-payment-gate-opened": _order(
        "订单 {number} 货款到位（{covered}）", "Enough was paid for order {number} ({covered})"
    ),
    "orders.order-fulfilment-started": _order(
        "订单 {number} 开始履约", "The fulfilment of order {number} began"
    ),
    "orders.order-amended": _order(
        "修改订单 {number}，合计 {total}", "Order {number} was amended: {total}"
    ),
    "orders.order-amendment-refused": _order(
        "订单 {number} 的修改未通过：{reason}",
        "An amendment of order {number} was refused: {reason}",
    ),
    "orders.order-lines-backordered": _order(
        "订单 {number} 部分缺货待补", "A part of order {number} is backordered"
    ),
    "orders.order-lines-short-closed": _order(
        "订单 {number} 关闭未发数量：{reason}",
        "A part of order {number} was given up: {reason}",
    ),
    "orders.order-shipped": _order("订单 {number} 全部出库", "Order {number} has left in full"),
    "orders.order-received": _order(
        "订单 {number} 全部收货", "Order {number} was received in full"
    ),
    "orders.order-cancel-requested": _order(
        "申请取消订单 {number}：{reason}", "The cancellation of order {number} was asked: {reason}"
    ),
    "orders.order-cancel-declined": _order(
        "订单 {number} 已出库，无法取消", "Too late to cancel order {number}"
    ),
    "orders.order-rejected": _order(
        "拒绝订单 {number}：{reason}", "Order {number} was refused: {reason}"
    ),
    "orders.order-expired": _order("订单 {number} 过期", "Order {number} expired"),
    "orders.order-cancelled": _order(
        "订单 {number} 已取消：{reason}", "Order {number} was cancelled: {reason}"
    ),
    "orders.order-completed": _order("订单 {number} 完成", "Order {number} was completed"),
    "orders.saga-stuck": _order(
        "订单 {number} 停滞：{reason}", "Order {number} is stuck: {reason}"
    ),
    "inventory.pick-task-created": _order(
        "订单 {number} 生成配货单 {pick_number}", "Pick list {pick_number} of order {number}"
    ),
    "inventory.pick-started": _order("订单 {number} 开始配货", "Picking of order {number} began"),
    "inventory.pick-short": _order(
        "订单 {number} 配货缺货", "Goods of order {number} were not found"
    ),
    "inventory.backorder-allocated": _order(
        "订单 {number} 缺货到货，已分配", "Backordered goods of order {number} were allocated"
    ),
    "inventory.pick-completed": _order("订单 {number} 配货完成", "Order {number} was picked"),
    "inventory.put-back-requested": _order(
        "订单 {number} 待还库", "The goods of order {number} wait to be put back"
    ),
    "inventory.put-back-confirmed": _order(
        "订单 {number} 的货品已还库", "The goods of order {number} were put back"
    ),
    "inventory.outbound-posted": _order(
        "出库单 {shipment_number}（订单 {number}）", "Outbound note {shipment_number} of {number}"
    ),
    "inventory.shipment-dispatched": _order(
        "发货：出库单 {shipment_number}（订单 {number}）",
        "{shipment_number} of order {number} was dispatched",
    ),
    "inventory.shipment-delivered": _order(
        "送达：出库单 {shipment_number}（订单 {number}）",
        "{shipment_number} of order {number} was delivered",
    ),
    "inventory.shipment-received": _order(
        "收货：出库单 {shipment_number}（订单 {number}）",
        "{shipment_number} of order {number} was received",
    ),
    "inventory.inbound-posted": Said(
        Text("入库单 {number}", "Inbound note {number} was posted"), "/inbounds/{}"
    ),
    "inventory.stock-issued": Said(
        Text("其他出库 {number}：{reason}", "Issue {number} was posted: {reason}"), "/issues/{}"
    ),
    "inventory.transfer-shipped": Said(
        Text("调拨发出 {number}", "Transfer {number} was shipped"), "/transfers/{}"
    ),
    "inventory.transfer-received": Said(
        Text("调拨收货 {number}", "Transfer {number} was received"), "/transfers/{}"
    ),
    "inventory.stock-counted": Said(
        Text("盘点过账 {number}", "Count {number} was posted"), "/stock-counts/{}"
    ),
    "inventory.stock-ran-low": Said(
        Text("{warehouse}的 {sku} 库存不足", "{sku} runs low in {warehouse}"), None
    ),
    "inventory.stock-recovered": Said(
        Text("{sku} 库存恢复", "Enough of {sku} is available again"), None
    ),
    "billing.account-opened": Said(
        Text("开立账户，信用额度 {credit_limit}", "An account was opened: {credit_limit}"),
        "/accounts/{}",
    ),
    "billing.credit-limit-changed": Said(
        Text("信用额度调整为 {credit_limit}", "The credit limit is {credit_limit}"), "/accounts/{}"
    ),
    "billing.receipt-confirmed": Said(
        Text("确认收款 {number}，{amount}", "Receipt {number} was confirmed: {amount}"),
        "/payments/{}",
    ),
    "billing.receipt-allocated": _order(
        "收款 {amount} 用于订单 {number}", "{amount} was allocated to order {number}"
    ),
    "billing.receipt-reversed": Said(
        Text("冲销收款 {amount}：{reason}", "A receipt of {amount} was reversed: {reason}"),
        "/payments/{}",
    ),
    "billing.funds-returned": _order(
        "订单 {number} 退回预存款 {amount}", "{amount} of order {number} went to the wallet"
    ),
    "billing.limit-grant-requested": Said(
        Text(
            "申请临时额度 {amount}，至 {until}：{reason}",
            "A temporary limit of {amount} until {until} was asked for: {reason}",
        ),
        "/accounts/{}",
    ),
    "billing.limit-granted": Said(
        Text(
            "批准临时额度 {amount}，至 {until}",
            "A temporary limit of {amount} was granted until {until}",
        ),
        "/accounts/{}",
    ),
    "billing.limit-grant-ended": Said(
        Text(
            "临时额度 {amount} 终止（{outcome}）", "A temporary limit of {amount} ended: {outcome}"
        ),
        "/accounts/{}",
    ),
    "billing.credit-note-requested": Said(
        Text(
            "申请红字发票 {number}（{invoice_number}），{gross}：{reason}",
            "Credit note {number} on {invoice_number} over {gross} was asked for: {reason}",
        ),
        None,
    ),
    "billing.credit-note-rejected": Said(
        Text("驳回红字发票 {number}：{reason}", "Credit note {number} was rejected: {reason}"), None
    ),
    "billing.credit-note-issued": Said(
        Text(
            "开具红字发票 {number}（{invoice_number}），{gross}",
            "Credit note {number} on {invoice_number} over {gross} was issued",
        ),
        None,
    ),
    "billing.refund-requested": Said(
        Text(
            "申请退款 {number}，{amount}：{reason}",
            "Refund {number} of {amount} was asked for: {reason}",
        ),
        "/refunds/{}",
    ),
    "billing.refund-approved": Said(
        Text("批准退款 {number}，{amount}", "Refund {number} of {amount} was approved"),
        "/refunds/{}",
    ),
    "billing.refund-rejected": Said(
        Text("驳回退款 {number}：{reason}", "Refund {number} was rejected: {reason}"),
        "/refunds/{}",
    ),
    "billing.refund-paid": Said(
        Text("退款 {number} 已付，{amount}", "Refund {number} of {amount} was paid"),
        "/refunds/{}",
    ),
    "billing.refund-failed": Said(
        Text("退款 {number} 支付失败：{reason}", "Refund {number} failed at the bank: {reason}"),
        "/refunds/{}",
    ),
    "billing.dunning-level-reached": Said(
        Text(
            "催款第 {level} 级，逾期 {overdue}（{days_overdue} 天）",
            "Dunning level {level}: {overdue} overdue for {days_overdue} days",
        ),
        "/accounts/{}",
    ),
    "billing.dunning-settled": Said(
        Text("逾期款已结清", "Nothing is overdue for long enough to be dunned any more"),
        "/accounts/{}",
    ),
    "billing.surplus-received": _order(
        "订单 {number} 的多余款 {amount} 转入预存款",
        "{amount} that order {number} does not take is in the wallet",
    ),
    "billing.invoice-issued": Said(
        Text("开票 {number}（订单 {order_number}）", "Invoice {number} of order {order_number}"),
        "/invoices/{}",
    ),
}

RESOURCES: Mapping[str, Text] = {
    "accounts": Text("账户", "account"),
    "addresses": Text("地址", "address"),
    "assortments": Text("可售范围", "assortment"),
    "categories": Text("商品分类", "category"),
    "contacts": Text("联系人", "contact"),
    "dealer-applications": Text("加盟申请", "application"),
    "dealers": Text("经销商", "dealer"),
    "documents": Text("附件", "document"),
    "draft": Text("草稿", "draft"),
    "entries": Text("价格", "price"),
    "inbounds": Text("入库单", "inbound note"),
    "issues": Text("其他出库单", "issue"),
    "lines": Text("行", "line"),
    "order-rules": Text("订货规则", "order rule"),
    "orders": Text("订单", "order"),
    "payments": Text("收款", "payment"),
    "pick-tasks": Text("配货单", "pick list"),
    "price-lists": Text("价格表", "price list"),
    "products": Text("商品", "product"),
    "proposals": Text("处置方案", "proposal"),
    "reconciliations": Text("对账", "reconciliation"),
    "refunds": Text("退款", "refund"),
    "sagas": Text("订单流程", "order's process"),
    "score-sheet": Text("评分表", "score sheet"),
    "shipments": Text("出库单", "shipment"),
    "shortlist": Text("入围名单", "shortlist"),
    "stock": Text("库存", "stock"),
    "stock-counts": Text("盘点单", "count"),
    "territories": Text("区域", "territory"),
    "thresholds": Text("库存预警线", "threshold"),
    "transfers": Text("调拨单", "transfer"),
    "warehouses": Text("仓库", "warehouse"),
}
VERBS: Mapping[str, Text] = {
    "amend": Text("修改", "amend"),
    "approve": Text("批准", "approve"),
    "assign": Text("指派", "assign"),
    "cancel": Text("取消", "cancel"),
    "change": Text("变更", "change"),
    "close-remainder": Text("关闭未发数量", "give up the rest of"),
    "confirm": Text("确认", "confirm"),
    "create": Text("新建", "create"),
    "end": Text("终止", "end"),
    "enter": Text("录入", "enter"),
    "fail": Text("标记失败", "mark as failed"),
    "import": Text("导入", "import"),
    "import-sheet": Text("导入表格", "import a sheet of"),
    "pay": Text("支付", "pay"),
    "post": Text("过账", "post"),
    "reject": Text("拒绝", "reject"),
    "remove": Text("删除", "remove"),
    "retire": Text("停用", "retire"),
    "retry": Text("重试", "retry"),
    "submit": Text("提交", "submit"),
    "withdraw": Text("撤回", "withdraw"),
}


def said(action: str, subject_id: UUID, facts: Mapping[str, Any]) -> Said:
    """An entry in words, and the address of its subject."""
    known = ACTIONS.get(action)
    if known is None:
        return Said(_request(action, facts), _address(facts))
    link = known.link.replace("{}", str(subject_id)) if known.link else None
    return Said(render(known.text, facts), link)


def _request(action: str, facts: Mapping[str, Any]) -> Text:
    """`refunds.approve` as a person would say it."""
    *nouns, verb = action.split(".")
    whats = [RESOURCES.get(noun, Text(noun, noun)) for noun in nouns]
    does = VERBS.get(verb, Text(verb, verb))
    number = facts.get("number") or facts.get("code") or facts.get("sku")
    tail = f" {number}" if number else ""
    zh = "的".join(what.zh for what in whats)
    en = "'s ".join(what.en for what in whats)
    return Text(f"{does.zh}{zh}{tail}", f"{does.en.capitalize()} {en}{tail}")


def _address(facts: Mapping[str, Any]) -> str | None:
    """Of the thing that was asked about: the first two parts of the path."""
    parts = str(facts.get("path", "")).split("/")[1:3]
    return "/" + "/".join(parts) if len(parts) == 2 and any(map(str.isdigit, parts[1])) else None
