"""HTTP API of inventory: parse, call one command or query, answer."""

from services.inventory.routes import (
    arriving,
    counts,
    issues,
    picking,
    shipping,
    stocking,
    stowage,
    thresholds,
    transfers,
)

ROUTERS = (
    stocking.warehouses,
    thresholds.thresholds,
    stowage.bins,
    stowage.stowed,
    stocking.stock,
    stocking.inbounds,
    arriving.expected_inbounds,
    issues.issues,
    transfers.transfers,
    counts.stock_counts,
    picking.pick_tasks,
    shipping.outbounds,
    shipping.shipments,
)
