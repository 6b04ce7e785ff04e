"""Statements of account 对账单 and accounts as they were."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from chassis.auth import Actor, allowed
from chassis.clock import BUSINESS_TIME
from chassis.errors import InvalidRequest
from chassis.http import RuntimeDep
from chassis.scope import reading
from services.billing.domain.books import Kind
from services.billing.domain.documents import business_day
from services.billing.domain.statements import DAYS_MAX, Period
from services.billing.queries import statements as queries
from services.billing.schemas.statements import AccountAsOfResponse, StatementResponse

router = APIRouter(prefix="/accounts", tags=["billing"])
Viewer = Annotated[Actor, Depends(allowed("accounts.view"))]
Reconciler = Annotated[Actor, Depends(allowed("statements.view"))]

HEADINGS = {
    "zh": ("日期", "类型", "单据号", "订单号", "变动", "余额"),
    "en": ("Date", "Kind", "Document", "Order", "Change", "Balance"),
}
KINDS_ZH = {
    Kind.RECEIPT: "收款",
    Kind.ALLOCATION: "分配",
    Kind.RETURN: "退回预存款",
    Kind.REVERSAL: "收款冲销",
    Kind.INVOICE: "发票",
    Kind.REFUND: "退款",
    Kind.CREDIT_NOTE: "红字发票",
}
EDGES = {"zh": ("期初余额", "期末余额"), "en": ("Opening balance", "Closing balance")}
YEAR_MIN = 2000
"""Nothing was posted before; some earlier moments cannot even be told in UTC."""
EXCEL_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


def _period(
    first: Annotated[date, Query(alias="from", description="First business day.")],
    last: Annotated[date, Query(alias="to", description="Last business day, included.")],
) -> Period:
    """Raises InvalidRequest for days out of order, to come, or too many."""
    if last < first:
        raise InvalidRequest(("?to", "It lies before the first day."))
    if last > business_day(datetime.now(UTC)):
        raise InvalidRequest(("?to", "That day has not come yet."))
    if (last - first).days >= DAYS_MAX:
        raise InvalidRequest(("?to", f"At most {DAYS_MAX} days."))
    if first.year < YEAR_MIN:
        raise InvalidRequest(("?from", "Too long ago."))
    return Period(first, last)


PeriodQuery = Annotated[Period, Depends(_period)]


@router.get("/{dealer_id}/as-of", response_model=AccountAsOfResponse)
async def get_account_as_of(
    dealer_id: UUID,
    actor: Viewer,
    runtime: RuntimeDep,
    at: Annotated[AwareDatetime, Query(description="A past moment, with its offset.")],
) -> AccountAsOfResponse:
    """What a dealer might owe, owed, and had paid in advance at a past moment."""
    if at.year < YEAR_MIN:
        raise InvalidRequest(("?at", "Too long ago."))
    if at > datetime.now(UTC):
        raise InvalidRequest(("?at", "That moment has not come yet."))
    async with reading(runtime, actor) as reader:
        return await queries.account_as_of(reader, dealer_id, at)


@router.get("/{dealer_id}/statement", response_model=StatementResponse)
async def get_statement(
    dealer_id: UUID, actor: Reconciler, runtime: RuntimeDep, period: PeriodQuery
) -> StatementResponse:
    """Opening balance, movements and closing balance of a period, and what is owed by age."""
    async with reading(runtime, actor) as reader:
        return await queries.statement(reader, dealer_id, period)


@router.get(
    "/{dealer_id}/statement.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def get_statement_csv(
    dealer_id: UUID,
    actor: Reconciler,
    runtime: RuntimeDep,
    period: PeriodQuery,
    language: Annotated[str, Query(pattern="^(zh|en)$", description="`zh` or `en`.")] = "zh",
) -> Response:
    """The statement as a file for spreadsheets; amounts in yuan."""
    async with reading(runtime, actor) as reader:
        statement = await queries.statement(reader, dealer_id, period)
    name = f"statement-{statement.dealer_code}-{period.first}-{period.last}.csv"
    return Response(
        _csv(statement, language),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _csv(statement: StatementResponse, language: str) -> str:
    text = io.StringIO(EXCEL_MARK)
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    opening, closing = EDGES[language]
    table.writerow(HEADINGS[language])
    table.writerow((statement.first_day, opening, "", "", "", _yuan(statement.opening_minor)))
    table.writerows(
        (
            line.at.astimezone(BUSINESS_TIME).date(),
            KINDS_ZH[line.kind] if language == "zh" else line.kind,
            line.document_number or "",
            line.order_number or "",
            _yuan(line.change_minor),
            _yuan(line.balance_minor),
        )
        for line in statement.lines
    )
    table.writerow((statement.last_day, closing, "", "", "", _yuan(statement.closing_minor)))
    return text.getvalue()


def _yuan(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02}"
