"""A small service of the tests' own, with one route of each kind: a library lends books."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from chassis import outbox
from chassis.auth import Actor, Role, allowed, anyone, roles
from chassis.consumer import on
from chassis.db import Tx
from chassis.errors import DomainError, NotFound
from chassis.hot import HotRoute
from chassis.http import IfMatch, RuntimeDep, check_version, json_response, time_limit, with_etag
from chassis.idempotency import Answer, IdempotencyKey, Key, once
from chassis.ids import uuid7
from chassis.intake import GroupCommit
from chassis.pages import Page, PageQuery
from chassis.runtime import Runtime
from chassis.scope import acting, reading
from chassis.service import Service, run
from chassis.settings import ServiceSettings
from contracts.inventory import FirmReservation, ReleaseToWarehouse

SCHEMA = """
CREATE TABLE loans (
    loan_id   uuid PRIMARY KEY,
    dealer_id uuid NOT NULL,
    salesperson_id uuid,
    title     text NOT NULL,
    copies    int  NOT NULL,
    handed_over boolean NOT NULL DEFAULT false,
    xid       xid8 NOT NULL DEFAULT pg_current_xact_id()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON loans TO inventory;
GRANT SELECT ON loans TO inventory_reader;
ALTER TABLE loans ENABLE ROW LEVEL SECURITY;
ALTER TABLE loans FORCE ROW LEVEL SECURITY;
CREATE POLICY writer ON loans TO inventory USING (true) WITH CHECK (true);
CREATE POLICY reader ON loans FOR SELECT TO inventory_reader
    USING (sees_all() OR dealer_id = seen_dealer() OR salesperson_id = seeing_user());
"""

ACCESS = {
    "loans.lend": roles(Role.DLR, Role.SAL),
    "loans.view": roles(Role.DLR, Role.SAL, Role.FIN),
}


class OutOfPrint(DomainError):
    """The book is not printed any more.

    zh: 该书已绝版。
    """


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    copies: int = Field(gt=0, le=100)


class Lending(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=80)
    parts: list[Part] = Field(min_length=1, max_length=20)


class Loan(BaseModel):
    loan_id: UUID
    title: str
    copies: int


@dataclass(frozen=True, slots=True)
class Ask:
    loan_id: UUID
    dealer_id: UUID
    title: str
    copies: int


async def lend(tx: Tx, asks: Sequence[Ask]) -> list[Loan | DomainError]:
    """Lend to a batch; OutOfPrint for the book `Gone`."""
    granted = [ask for ask in asks if ask.title != "Gone"]
    await tx.execute(
        """
        INSERT INTO loans (loan_id, dealer_id, title, copies)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[])
        """,
        [ask.loan_id for ask in granted],
        [ask.dealer_id for ask in granted],
        [ask.title for ask in granted],
        [ask.copies for ask in granted],
    )
    await outbox.add(tx, [FirmReservation(order_id=ask.loan_id, release=True) for ask in granted])
    return [
        OutOfPrint(book=ask.title)
        if ask.title == "Gone"
        else Loan(loan_id=ask.loan_id, title=ask.title, copies=ask.copies)
        for ask in asks
    ]


async def fetch_from_the_shelf(tx: Tx, asks: Sequence[FirmReservation]) -> None:
    """What a loan causes, by way of Kafka."""
    await outbox.add(tx, [ReleaseToWarehouse(order_id=ask.order_id) for ask in asks])


async def hand_over(tx: Tx, asks: Sequence[ReleaseToWarehouse]) -> None:
    """What that causes in its turn."""
    await tx.execute(
        "UPDATE loans SET handed_over = true WHERE loan_id = ANY($1::uuid[])",
        [ask.order_id for ask in asks],
    )


LEND = GroupCommit(lend, key=lambda ask: ask.loan_id.bytes, respond=lambda loan: loan)

router = APIRouter(prefix="/loans", tags=["loans"])
Lender = Annotated[Actor, Depends(allowed("loans.lend"))]
Viewer = Annotated[Actor, Depends(allowed("loans.view"))]


def _ask(body: Lending, actor: Actor) -> Ask:
    copies = sum(part.copies for part in body.parts)
    return Ask(uuid7(), actor.dealer_id or UUID(int=0), body.title, copies)


async def _lend_fast(body: Lending, actor: Actor, key: Key, runtime: Runtime) -> Answer:
    return await runtime.intake(LEND)(_ask(body, actor), actor, key)


@router.post("", status_code=201, response_model=Loan)
async def lend_by_intake(
    body: Lending, actor: Lender, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    return (await _lend_fast(body, actor, key, runtime)).response()


@router.post("/singly", status_code=201, response_model=Loan)
async def lend_singly(
    body: Lending, actor: Lender, runtime: RuntimeDep, key: IdempotencyKey
) -> Response:
    async def produce() -> Loan:
        (outcome,) = await lend(tx, [_ask(body, actor)])
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome

    async with acting(runtime, actor) as tx:
        return await once(tx, key, 201, produce)


@router.get("", response_model=Page[Loan])
async def list_loans(
    actor: Viewer, runtime: RuntimeDep, page: PageQuery, title: Annotated[str, Query()] = ""
) -> Page[Loan]:
    (after,) = page.key(UUID)
    async with reading(runtime, actor) as reader:
        rows = await reader.fetch(
            """
            SELECT loan_id, title, copies FROM loans
            WHERE ($1::uuid IS NULL OR loan_id > $1) AND ($3 = '' OR title = $3)
            ORDER BY loan_id LIMIT $2
            """,
            after,
            page.fetch,
            title,
        )
    loans = [Loan(**row) for row in rows]
    return Page[Loan].of(loans, page, key=lambda loan: (loan.loan_id,))


@router.get("/{loan_id}", response_model=Loan)
async def show_loan(loan_id: UUID, actor: Viewer, runtime: RuntimeDep) -> Response:
    async with reading(runtime, actor) as reader:
        row = await reader.fetchrow(
            "SELECT loan_id, title, copies FROM loans WHERE loan_id = $1", loan_id
        )
    if row is None:
        raise NotFound
    return with_etag(json_response(Loan(**row)), 7)


@router.post("/{loan_id}/prolong")
async def prolong(loan_id: UUID, actor: Lender, if_match: IfMatch) -> dict[str, str]:
    check_version(7, if_match)
    return {"loan_id": str(loan_id)}


@router.post("/import", max_body_size=1_000, dependencies=[time_limit(0.05)])
async def import_loans(body: Lending, actor: Lender, runtime: RuntimeDep) -> dict[str, Any]:
    async with acting(runtime, actor) as tx:
        await tx.execute("SELECT pg_sleep(20)")
    return {}


@router.get("/slow/reader", dependencies=[Depends(anyone)])
async def read_slowly(runtime: RuntimeDep, seconds: float) -> dict[str, float]:
    await runtime.db.execute("SELECT pg_sleep($1)", seconds)
    return {"seconds": seconds}


@router.get("/opening/hours", dependencies=[Depends(anyone)])
async def opening_hours() -> dict[str, str]:
    return {"from": "9:00"}


@router.get("/broken/shelf", dependencies=[Depends(allowed("loans.view"))])
async def broken() -> None:
    raise KeyError("a secret")


class LibrarySettings(ServiceSettings):
    """Environment of the library, e.g. LIBRARY_PORT."""

    model_config = SettingsConfigDict(env_prefix="LIBRARY_", frozen=True)


HOT = HotRoute("/loans", "loans.lend", Lending, _lend_fast)
SUBSCRIPTIONS = (on(fetch_from_the_shelf, FirmReservation), on(hand_over, ReleaseToWarehouse))
LIBRARY = Service(
    name="inventory",
    settings=LibrarySettings,
    access=ACCESS,
    routers=(router,),
    intakes=(LEND,),
)
HOT_LIBRARY = Service(
    name="inventory",
    settings=LibrarySettings,
    access=ACCESS,
    routers=(router,),
    intakes=(LEND,),
    hot=(HOT,),
    subscriptions=SUBSCRIPTIONS,
)

if __name__ == "__main__":
    run(HOT_LIBRARY)
