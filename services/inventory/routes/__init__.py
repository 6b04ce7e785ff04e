"""HTTP API of inventory: parse, call one command or query, answer."""

from services.inventory.routes import (
    counts,
    issues,
    picking,
    shipping,
    stocking,
    thresholds,
    transfers,
)

ROUTERS = (
    stocking.warehouses,
    thresholds.thresholds,
    stocking.stock,
    stocking.inbounds,
    issues.issues,
    transfers.transfers,
    counts.stock_counts,
    picking.pick_tasks,
    shipping.outbounds,
    shipping.shipments,
)
