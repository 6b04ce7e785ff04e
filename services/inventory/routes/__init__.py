"""HTTP API of inventory: parse, call one command or query, answer."""

from services.inventory.routes import picking, shipping, stocking

ROUTERS = (
    stocking.warehouses,
    stocking.stock,
    stocking.inbounds,
    picking.pick_tasks,
    shipping.outbounds,
    shipping.shipments,
)
