"""The queue of the pickers."""

from __future__ import annotations

from uuid import UUID

from asyncpg import Record

from chassis.auth import Actor, Resource, may
from chassis.db import Reader
from chassis.errors import NotFound
from chassis.pages import Page, PageRequest
from services.inventory.access import ACCESS, workplaces
from services.inventory.domain import picking
from services.inventory.domain.fulfilment import LIVE, PickStatus
from services.inventory.queries import stowage
from services.inventory.schemas import (
    PickLine,
    PickTaskFilter,
    PickTaskResponse,
    PickTaskSummary,
)

ACTIONS = {
    "start": "pick-tasks.start",
    "confirm": "pick-tasks.confirm",
    "short": "pick-tasks.short",
    "put-back": "pick-tasks.put-back",
    "post": "outbounds.post",
}


async def pick_tasks(
    reader: Reader, actor: Actor, asked: PickTaskFilter, page: PageRequest
) -> Page[PickTaskSummary]:
    """Oldest first: that is the order in which they are to be picked."""
    (after,) = page.key(UUID)
    rows = await _tasks(reader, actor, asked, after=after, limit=page.fetch)
    shown = [PickTaskSummary(**_facts(row, actor)) for row in rows]
    return Page[PickTaskSummary].of(shown, page, key=lambda one: (one.pick_task_id,))


async def pick_task(reader: Reader, actor: Actor, pick_task_id: UUID) -> PickTaskResponse:
    """Raises NotFound."""
    rows = await _tasks(reader, actor, PickTaskFilter(), only=pick_task_id, limit=1)
    if not rows:
        raise NotFound
    (row,) = rows
    lines = await reader.fetch(
        """
        SELECT line_no, sku, coalesce(name, '') AS name, coalesce(unit, '') AS unit,
               quantity, picked, shipped, backordered, closed,
               CASE WHEN $2 THEN quantity - backordered - closed - picked ELSE 0 END AS to_pick
        FROM fulfilment_lines LEFT JOIN products USING (sku)
        WHERE order_id = $1 AND quantity > 0
        ORDER BY line_no
        """,
        row["part_id"],
        PickStatus(row["status"]) in LIVE,
    )
    places = await stowage.pick_places(reader, row, lines) if row["stows"] else {}
    shown = [PickLine(**line, places=places.get(line["line_no"], [])) for line in lines]
    shown.sort(key=lambda line: ([place.bin for place in line.places], line.line_no))
    return PickTaskResponse(**_facts(row, actor), lines=shown)


async def counts(reader: Reader, actor: Actor, warehouse_id: UUID | None) -> dict[str, int]:
    """How many tasks are in each state."""
    rows = await reader.fetch(
        """
        SELECT status, count(*) AS count
        FROM pick_tasks
        WHERE ($1::uuid[] IS NULL OR warehouse_id = ANY($1))
          AND ($2::uuid IS NULL OR warehouse_id = $2)
        GROUP BY status
        """,
        workplaces(actor),
        warehouse_id,
    )
    return {status.value: 0 for status in PickStatus} | {
        row["status"]: row["count"] for row in rows
    }


async def _tasks(
    reader: Reader,
    actor: Actor,
    asked: PickTaskFilter,
    *,
    after: UUID | None = None,
    only: UUID | None = None,
    limit: int,
) -> list[Record]:
    return await reader.fetch(
        """
        SELECT task.pick_task_id, task.number, task.order_id AS part_id,
               coalesce(part.part_of, task.order_id) AS order_id, part.number AS order_number,
               task.dealer_id, dealers.name AS dealer_name,
               coalesce(dealers.status = 'ON_STOP', false) AS dealer_on_stop, task.warehouse_id,
               warehouses.name AS warehouse_name, task.status, line.line_count, line.quantity,
               line.picked, line.shipped,
               task.picker_ids, task.created_at, task.started_at, task.completed_at,
               part.revision AS version, warehouses.one_person, warehouses.stows,
               coalesce(dealers.shelf_life_min_days, 0) AS shelf_life_min_days
        FROM pick_tasks AS task
        JOIN fulfilments AS part ON part.order_id = task.order_id
        JOIN warehouses ON warehouses.warehouse_id = task.warehouse_id
        LEFT JOIN dealers ON dealers.dealer_id = task.dealer_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS line_count, sum(quantity)::bigint AS quantity,
                   sum(picked)::bigint AS picked, sum(shipped)::bigint AS shipped
            FROM fulfilment_lines
            WHERE fulfilment_lines.order_id = task.order_id
        ) AS line
        WHERE ($1::uuid IS NULL OR task.pick_task_id > $1)
          AND ($3::uuid IS NULL OR task.pick_task_id = $3)
          AND ($4::uuid[] IS NULL OR task.warehouse_id = ANY($4))
          AND ($5::uuid IS NULL OR task.warehouse_id = $5)
          AND ($6::text[] IS NULL OR task.status = ANY($6))
          AND ($7::uuid IS NULL OR task.order_id = ANY(ARRAY(
                   SELECT order_id FROM fulfilments WHERE order_id = $7 OR part_of = $7)))
          AND ($8 = '' OR starts_with(task.number, $8) OR starts_with(part.number, $8))
        ORDER BY task.pick_task_id
        LIMIT $2
        """,
        after,
        limit,
        only,
        workplaces(actor),
        asked.warehouse_id,
        asked.status,
        asked.order_id,
        asked.q,
    )


def _facts(row: Record, actor: Actor) -> dict[str, object]:
    facts = dict(row)
    one_person = facts.pop("one_person")
    del facts["stows"], facts["shelf_life_min_days"], facts["part_id"]
    resource = Resource(dealer_id=row["dealer_id"], warehouse_id=row["warehouse_id"])
    actions = [
        action
        for action in picking.possible(PickStatus(row["status"]))
        if may(ACCESS, actor, ACTIONS[action], resource)
    ]
    if row["dealer_on_stop"] and "start" in actions:
        actions.remove("start")
    waiting = row["picked"] > row["shipped"]
    own = actor.user_id in row["picker_ids"] and not one_person
    if "post" in actions and (own or not waiting):
        actions.remove("post")
    return {**facts, "allowed_actions": actions}
