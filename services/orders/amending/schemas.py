"""HTTP bodies of amendments."""

from __future__ import annotations

from pydantic import Field

from services.orders.schemas import LINES_MAX, Body, Sku


class AmendedLineRequest(Body):
    """A line of the order by its number, or without one a new line."""

    line_no: int | None = Field(default=None, ge=1, le=LINES_MAX)
    sku: Sku
    quantity: int = Field(
        ge=0, le=1_000_000, description="Base units from now on; 0 takes the line away."
    )


class AmendRequest(Body):
    """Lines that are not named stay as they are, at the prices that they have (E-05)."""

    lines: list[AmendedLineRequest] = Field(min_length=1, max_length=LINES_MAX)
    expected_version: int = Field(ge=1, description="Of the order that the caller saw.")
    reason: str = Field(min_length=1, max_length=500)
