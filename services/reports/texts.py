"""The plain words of an order's story, Chinese first; `{x}` is a fact of the event."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.texts import Text

STATUSES: Mapping[str, Text] = {
    "SUBMITTED": Text("已提交（校验中）", "Submitted"),
    "ON_HOLD": Text("挂起", "On hold"),
    "PENDING_CONFIRMATION": Text("待确认", "Waiting for confirmation"),
    "CONFIRMED": Text("已确认", "Confirmed"),
    "IN_FULFILMENT": Text("履约中", "In fulfilment"),
    "CANCELLING": Text("取消中", "Being cancelled"),
    "REJECTED": Text("已拒绝", "Rejected"),
    "EXPIRED": Text("已过期", "Expired"),
    "CANCELLED": Text("已取消", "Cancelled"),
    "COMPLETED": Text("已完成", "Completed"),
    "CLOSED_SHORT": Text("短缺关闭", "Closed short"),
}

STEPS: Mapping[str, Text] = {
    "submitted": Text("提交", "Submitted"),
    "checked": Text("校验通过", "Checked"),
    "confirmed": Text("确认", "Confirmed"),
    "released": Text("货款到位", "Paid enough"),
    "picked": Text("配货", "Picked"),
    "outbound": Text("出库", "Outbound"),
    "dispatched": Text("发货", "Dispatched"),
    "delivered": Text("送达", "Delivered"),
    "received": Text("收货", "Received"),
    "invoiced": Text("开票", "Invoiced"),
    "completed": Text("完成", "Completed"),
    "ended": Text("取消、拒绝或过期", "Cancelled, refused or expired"),
}

EVENTS: Mapping[str, Text] = {
    "orders.order-submitted.v1": Text("订单已提交，正在校验", "The order was submitted"),
    "orders.order-checks-passed.v1": Text(
        "价格、信用、库存校验通过，合计 {total}，待业务人员确认",
        "Price, credit and stock are settled: {total}; waiting for confirmation",
    ),
    "orders.order-held.v2": Text("订单挂起：{reason}", "The order is on hold: {reason}"),
    "orders.order-hold-released.v2": Text("挂起已解除", "The hold is gone"),
    "orders.order-confirmed.v1": Text(
        "订单已确认，合计 {total}，发货前应付 {due_before_release}",
        "The order is confirmed: {total}, {due_before_release} due before release",
    ),
    "orders.order-payment-gate-opened.v1": Text(
        "货款已到位（{covered}），仓库可以开始",
        "Enough is paid ({covered}): the warehouse may start",
    ),
    "orders.order-fulfilment-started.v1": Text("开始履约", "Fulfilment began"),
    "orders.order-amended.v1": Text(
        "订单已变更，合计由 {previous_total} 变为 {total}",
        "The order was amended: {total} instead of {previous_total}",
    ),
    "orders.order-amendment-refused.v1": Text(
        "订单变更未通过：{reason}，订单保持不变",
        "The amendment was refused: {reason}; the order stays as it was",
    ),
    "orders.order-lines-backordered.v1": Text(
        "部分货品缺货，到货后补发", "Goods are owed; they follow when they arrive"
    ),
    "orders.order-lines-short-closed.v1": Text(
        "剩余未发货品已关闭：{reason}，合计 {total}",
        "What had not left was given up: {reason}; the total is {total}",
    ),
    "orders.order-shipped.v1": Text("全部货品已出库", "All goods have left the warehouse"),
    "orders.order-received.v1": Text("全部货品已收货", "All goods are received"),
    "orders.order-cancel-requested.v1": Text(
        "申请取消：{reason}", "Somebody asked to cancel: {reason}"
    ),
    "orders.order-cancel-declined.v1": Text(
        "货品已出库，无法取消", "Too late to cancel: goods have left"
    ),
    "orders.order-rejected.v1": Text("订单未通过：{reason}", "The order was refused: {reason}"),
    "orders.order-expired.v1": Text("订单已过期：{reason}", "The order has expired: {reason}"),
    "orders.order-cancelled.v1": Text(
        "订单已取消（{reason}），退回预存款 {returned}",
        "The order is cancelled ({reason}); {returned} went back to the wallet",
    ),
    "orders.order-completed.v1": Text(
        "订单已完成，合计 {total}", "The order is completed: {total}"
    ),
    "orders.saga-stuck.v1": Text("流程在“{step}”停滞：{reason}", "Stuck at {step}: {reason}"),
    "inventory.pick-task-created.v1": Text(
        "已生成配货单 {pick_number}", "Pick list {pick_number} was made"
    ),
    "inventory.pick-started.v1": Text("开始配货", "Picking began"),
    "inventory.pick-short.v1": Text(
        "配货时发现缺货，待盘点", "The picker did not find everything; it is to be counted"
    ),
    "inventory.backorder-allocated.v1": Text(
        "欠货已到，已为订单分配", "Goods that were owed came, and are held for the order"
    ),
    "inventory.pick-completed.v1": Text("配货完成", "All goods are picked"),
    "inventory.put-back-requested.v1": Text(
        "订单取消，等待货品还库", "The goods wait to be put back"
    ),
    "inventory.put-back-confirmed.v1": Text("货品已还库", "The goods were put back"),
    "inventory.outbound-posted.v1": Text(
        "已出库，出库单 {shipment_number}", "Outbound note {shipment_number} was posted"
    ),
    "inventory.shipment-dispatched.v1": Text(
        "已发货，出库单 {shipment_number}，运单号 {tracking_number}",
        "Shipment {shipment_number} is on its way, tracking number {tracking_number}",
    ),
    "inventory.shipment-delivered.v1": Text(
        "已送达，出库单 {shipment_number}", "Shipment {shipment_number} was delivered"
    ),
    "inventory.shipment-received.v1": Text(
        "经销商已收货，出库单 {shipment_number}", "The dealer has shipment {shipment_number}"
    ),
    "billing.receipt-allocated.v1": Text(
        "收款 {amount}，累计 {covered} / {total}", "{amount} was paid: {covered} of {total}"
    ),
    "billing.funds-returned.v1": Text("{amount} 已退回预存款", "{amount} went back to the wallet"),
    "billing.invoice-issued.v1": Text(
        "已开票 {number}，{gross}", "Invoice {number} was issued: {gross}"
    ),
    "billing.credit-note-issued.v1": Text(
        "已开红字发票 {number}，冲减发票 {invoice_number}：{gross}",
        "Credit note {number} took {gross} of invoice {invoice_number} back",
    ),
}
