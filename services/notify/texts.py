"""The words of to-dos and messages, Chinese first; `{x}` is a fact of the event."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.texts import Text

TODOS: Mapping[str, Text] = {
    "SCREEN_APPLICATION": Text(
        "待初审：{name}（{province}{city}）的加盟申请",
        "Screen the application of {name} ({province}, {city})",
    ),
    "ASSIGN_APPLICATION": Text(
        "超时未初审：{name}的加盟申请，请催办或改派业务员",
        "Nobody has screened the application of {name}: see to it, or assign it anew",
    ),
    "APPROVE_APPLICATION": Text("待审批：{name}的加盟申请", "Approve the application of {name}"),
    "CORRECT_APPLICATION": Text(
        "待补正：{name}的加盟申请被退回（{reason}）",
        "Correct the application of {name}: {reason}",
    ),
    "SETTLE_LEAVING_DEALER": Text(
        "待结清：{name}正在退出（{reason}），请结清其往来款项",
        "{name} is leaving ({reason}): settle the balance",
    ),
    "CONFIRM_ORDER": Text(
        "待确认：{dealer}的订单 {number}，{total}",
        "Confirm order {number} of {dealer}, {total}",
    ),
    "RELEASE_CREDIT_HOLD": Text(
        "信用挂起：{dealer}的订单 {number}（{reason}）",
        "Settle the credit hold on order {number} of {dealer} ({reason})",
    ),
    "RELEASE_DEALER_HOLD": Text(
        "经销商挂起：{dealer}的订单 {number}（{reason}）",
        "Settle the dealer hold on order {number} of {dealer} ({reason})",
    ),
    "RELEASE_MANUAL_HOLD": Text(
        "人工挂起：{dealer}的订单 {number}（{reason}）",
        "Settle the hold on order {number} of {dealer} ({reason})",
    ),
    "RELEASE_STOCK_HOLD": Text(
        "库存挂起：{dealer}的订单 {number}（{reason}）",
        "Settle the stock hold on order {number} of {dealer} ({reason})",
    ),
    "RELEASE_PARTNER_HOLD": Text(
        "第三方仓挂起：订单 {number}（{reason}）",
        "The partner's warehouse cannot take order {number}: see to it ({reason})",
    ),
    "RELEASE_APPROVAL_HOLD": Text(
        "待审批：{dealer}的订单 {number}（{reason}）",
        "Approve order {number} of {dealer} ({reason})",
    ),
    "APPROVE_LIMIT": Text(
        "待审批：{dealer}的临时额度 {amount}（{reason}）",
        "Decide on a temporary limit of {amount} for {dealer} ({reason})",
    ),
    "APPROVE_CREDIT_NOTE": Text(
        "待审批：{dealer}的红字发票 {number}（{invoice_number}），{gross}（{reason}）",
        "Decide on credit note {number} on {invoice_number} of {dealer}: {gross} ({reason})",
    ),
    "APPROVE_REFUND": Text(
        "待审批：{dealer}的退款 {number}，{amount}（{reason}）",
        "Decide on refund {number} of {amount} to {dealer} ({reason})",
    ),
    "PAY_REFUND": Text(
        "待付款：{dealer}的退款 {number}，{amount}",
        "Pay refund {number} of {amount} to {dealer}",
    ),
    "COUNT_STOCK": Text(
        "待盘点：订单 {number} 配货时货品短缺，请盘点仓库",
        "Count the stock: goods of order {number} were not found",
    ),
    "COLLECT_PAYMENT": Text(
        "待收款：{dealer}的订单 {number}，发货前应收 {due_before_release}",
        "Collect {due_before_release} for order {number} of {dealer} before its release",
    ),
    "PICK": Text(
        "待配货：配货单 {pick_number}（订单 {number}）", "Pick {pick_number} (order {number})"
    ),
    "PUT_BACK": Text(
        "待还库：订单 {number} 已取消，货品放回库位",
        "Put the goods of the cancelled order {number} back",
    ),
    "POST_OUTBOUND": Text("待出库：订单 {number} 已配齐", "Post the outbound of order {number}"),
    "DISPATCH": Text(
        "待配送：出库单 {shipment_number}（订单 {number}）",
        "Dispatch {shipment_number} (order {number})",
    ),
    "DELIVER": Text(
        "待送达：出库单 {shipment_number}（订单 {number}）",
        "Deliver {shipment_number} (order {number})",
    ),
    "RECEIVE": Text(
        "待收货：出库单 {shipment_number}（订单 {number}）已送达，请确认收货",
        "Confirm the receipt of {shipment_number} (order {number})",
    ),
    "REPLENISH": Text(
        "待补货：{warehouse}的 {sku} {name}仅余 {available}（低于 {low_below}）",
        "Replenish {sku} {name} in {warehouse}: {available} available, less than {low_below}",
    ),
    "CHASE_OVERDUE": Text("待催款：{dealer}有逾期账款", "Chase the overdue payments of {dealer}"),
    "DECIDE_ON_STOP": Text(
        "建议停止供货：{dealer}逾期 {overdue}，最长 {days_overdue} 天",
        "Decide whether to stop {dealer}: {overdue} overdue, the oldest for {days_overdue} days",
    ),
    "UNBLOCK_ORDER": Text(
        "流程停滞：订单 {number} 停在“{step}”（{reason}）",
        "Order {number} is stuck at {step} ({reason})",
    ),
    "MEND_MAIL_ADDRESS": Text(
        "邮件被拒收：{name}（{email}）的邮箱需更正（{reason}）",
        "Correct the e-mail address of {name}, {email}: {reason}",
    ),
    "MEND_MAIL_SERVER": Text(
        "邮件发送失败：请检查邮件服务器（{reason}）",
        "Mail cannot be sent; look after the mail server: {reason}",
    ),
}

MAIL_GREETING = Text("{name}，您好：", "Dear {name},")
MAIL_CLOSING = Text(
    "此邮件由渠道系统自动发送，请勿回复。不想再收到此类邮件，请在“消息设置”中关闭。",
    "Sent by the channel system; please do not reply. You can switch such e-mail off in your "
    "message settings.",
)

MESSAGES: Mapping[str, tuple[Text, Text]] = {
    "application_received": (
        Text("申请已收到", "Application received"),
        Text(
            "{name}的加盟申请已收到，业务人员将尽快初审。",
            "We have the application of {name} and will screen it soon.",
        ),
    ),
    "application_returned": (
        Text("申请需补正", "Application returned"),
        Text(
            "{name}的加盟申请需要补正：{reason}。请修改后再次提交。",
            "Please correct the application of {name} and submit it again: {reason}.",
        ),
    ),
    "application_rejected": (
        Text("申请未通过", "Application refused"),
        Text(
            "很遗憾，{name}的加盟申请未通过：{reason}。",
            "We are sorry: the application of {name} was refused: {reason}.",
        ),
    ),
    "dealer_activated": (
        Text("欢迎加盟", "Welcome"),
        Text(
            "{name}已成为我们的经销商，现在可以查看价格并下单。",
            "{name} is our dealer now: you can see your prices and order.",
        ),
    ),
    "dealer_suspended": (
        Text("暂停下单", "Ordering suspended"),
        Text(
            "您的账户已暂停下单：{reason}。在途订单不受影响。",
            "You cannot place new orders for now: {reason}. Open orders go on.",
        ),
    ),
    "dealer_stopped": (
        Text("停止供货", "Supply stopped"),
        Text(
            "您的账户已停止供货：{reason}。未配货的订单已暂停。",
            "Supply to you is stopped: {reason}. Orders that are not picked yet wait.",
        ),
    ),
    "dealer_exit_begun": (
        Text("办理退出", "Leaving"),
        Text(
            "您的账户正在办理退出：{reason}。不再接受新订单，未完成的订单继续执行，之后结清往来款项。",
            "You are leaving: {reason}. New orders are refused, open ones go on, "
            "and then your balance is settled.",
        ),
    ),
    "dealer_reinstated": (
        Text("恢复下单", "Ordering restored"),
        Text("您的账户已恢复，可以下单。", "You can order again."),
    ),
    "order_placed_for_you": (
        Text("已代您下单", "An order was placed for you"),
        Text(
            "业务人员已代您提交订单 {number}，请核对。",
            "Your salesperson placed order {number} for you; please check it.",
        ),
    ),
    "order_held": (
        Text("订单挂起", "Order on hold"),
        Text("订单 {number} 暂时挂起：{reason}。", "Order {number} is on hold: {reason}."),
    ),
    "order_confirmed": (
        Text("订单已确认", "Order confirmed"),
        Text(
            "订单 {number} 已确认，合计 {total}，发货前应付 {due_before_release}。",
            "Order {number} is confirmed: {total} in all, {due_before_release} due before release.",
        ),
    ),
    "order_amended": (
        Text("订单已变更", "Order amended"),
        Text(
            "订单 {number} 已变更，合计由 {previous_total} 变为 {total}。",
            "Order {number} was amended: {total} in all instead of {previous_total}.",
        ),
    ),
    "order_amendment_refused": (
        Text("订单变更未通过", "Amendment refused"),
        Text(
            "订单 {number} 的变更未通过：{reason}，订单保持原样。",
            "The amendment of order {number} was refused: {reason}. The order stays as it was.",
        ),
    ),
    "order_backordered": (
        Text("部分缺货", "A part follows"),
        Text(
            "订单 {number} 部分货品缺货，到货后补发。",
            "A part of order {number} is not in stock; it follows when the goods are there.",
        ),
    ),
    "backorder_allocated": (
        Text("缺货已到", "Missing goods are there"),
        Text(
            "订单 {number} 所缺货品已到货并为您留出，将尽快发出。",
            "The missing goods of order {number} have come and are held for you.",
        ),
    ),
    "order_closed_short": (
        Text("未发数量已关闭", "The rest was given up"),
        Text(
            "订单 {number} 的未发数量已关闭（{reason}），合计现为 {total}。",
            "What was still missing of order {number} was given up ({reason}): {total} in all now.",
        ),
    ),
    "owed_goods": (
        Text("欠单提醒", "Goods that are owed"),
        Text(
            "{orders} 张订单共 {lines} 行、{quantity} 件货品尚未发出：{list}。",
            "{quantity} units in {lines} lines of {orders} orders have not left yet: {list}.",
        ),
    ),
    "order_shipped": (
        Text("订单已出库", "Order shipped"),
        Text(
            "订单 {number} 的货品已全部出库。",
            "All goods of order {number} have left our warehouse.",
        ),
    ),
    "order_received": (
        Text("订单已收货", "Order received"),
        Text("订单 {number} 已全部收货，谢谢。", "Order {number} was received in full. Thank you."),
    ),
    "order_rejected": (
        Text("订单未通过", "Order refused"),
        Text("订单 {number} 未通过：{reason}。", "Order {number} was refused: {reason}."),
    ),
    "order_expired": (
        Text("订单已过期", "Order expired"),
        Text("订单 {number} 已过期：{reason}。", "Order {number} has expired: {reason}."),
    ),
    "order_cancelled": (
        Text("订单已取消", "Order cancelled"),
        Text(
            "订单 {number} 已取消（{reason}），已付款 {returned} 退回预存款。",
            "Order {number} is cancelled ({reason}); {returned} went back to your wallet.",
        ),
    ),
    "order_cancel_declined": (
        Text("无法取消", "Too late to cancel"),
        Text(
            "订单 {number} 的货品已出库，无法取消；如需退货请提交退货申请。",
            "The goods of order {number} have left already; please ask for a return instead.",
        ),
    ),
    "payment_received": (
        Text("已收款", "Payment received"),
        Text(
            "订单 {number} 收款 {amount}，累计 {covered} / {total}。",
            "We received {amount} for order {number}: {covered} of {total} so far.",
        ),
    ),
    "wallet_credited": (
        Text("预存款入账", "Wallet credited"),
        Text(
            "收到 {amount}，其中 {unallocated} 存入预存款。",
            "We received {amount}; {unallocated} of it is in your wallet.",
        ),
    ),
    "surplus_received": (
        Text("多余款入账", "Paid beyond an order"),
        Text(
            "订单 {number} 不再需要的款项 {amount} 已存入预存款。",
            "{amount} that order {number} does not take is in your wallet.",
        ),
    ),
    "refund_paid": (
        Text("退款已付", "Refund paid"),
        Text("退款 {number} 已付，{amount}。", "Refund {number} of {amount} was paid."),
    ),
    "payment_reversed": (
        Text("收款冲销", "Payment reversed"),
        Text(
            "一笔 {amount} 的收款已冲销：{reason}。",
            "A payment of {amount} was reversed: {reason}.",
        ),
    ),
    "payment_overdue": (
        Text("账款逾期提醒", "Payment overdue"),
        Text(
            "您有 {overdue} 账款已逾期，最长 {days_overdue} 天，请尽快付款。",
            "{overdue} is overdue, the oldest of it for {days_overdue} days. Please pay.",
        ),
    ),
    "credit_limit_changed": (
        Text("信用额度变更", "Credit limit changed"),
        Text("您的信用额度现为 {credit_limit}。", "Your credit limit is {credit_limit} now."),
    ),
}
