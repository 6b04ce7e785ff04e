"""Fields that bodies share, and what is allowed in them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic import StringConstraints as Text

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
Name = Annotated[str, Text(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE)]
OtherName = Annotated[str, Text(max_length=200, strip_whitespace=True, pattern=ONE_LINE)]
Unit = Annotated[str, Text(min_length=1, max_length=16, pattern=ONE_LINE)]
Code = Annotated[str, Text(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Barcode = Annotated[str, Text(pattern=r"^[0-9A-Za-z-]{4,48}$")]
TaxRate = Annotated[int, Field(ge=0, le=10_000, description="Basis points: 1300 is 13 %.")]
Attribute = Annotated[str, Text(max_length=500, pattern=ONE_LINE)]
Attributes = Annotated[dict[Code | Name, Attribute], Field(max_length=100)]
UnitPrice = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
Province = Annotated[str, Text(min_length=1, max_length=32, pattern=ONE_LINE)]
MinQuantity = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Body(BaseModel):
    """A request; what it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


class Tier(StrEnum):
    """省级代理, 地市代理, 县级代理."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
