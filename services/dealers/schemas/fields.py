"""What several bodies are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic import StringConstraints as Text

from services.dealers.domain import credit_codes

AMOUNT_MAX = 10**15
ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00]*$"


class Body(BaseModel):
    """A request; what it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


def _credit_code(code: str) -> str:
    if fault := credit_codes.fault(code):
        raise ValueError(fault)
    return code


Name = Annotated[str, Text(min_length=2, max_length=100, strip_whitespace=True, pattern=ONE_LINE)]
OtherName = Annotated[str, Text(max_length=100, strip_whitespace=True, pattern=ONE_LINE)]
Place = Annotated[str, Text(min_length=2, max_length=32, strip_whitespace=True, pattern=ONE_LINE)]
Person = Annotated[str, Text(min_length=1, max_length=50, strip_whitespace=True, pattern=ONE_LINE)]
Phone = Annotated[str, Text(pattern=r"^\+?[0-9][0-9 -]{5,19}$")]
Word = Annotated[str, Text(min_length=1, max_length=50, strip_whitespace=True, pattern=ONE_LINE)]
Reason = Annotated[str, Text(min_length=1, max_length=500, strip_whitespace=True, pattern=LINES)]
Limit = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description="Fen.")]
Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
CreditCode = Annotated[
    str,
    Text(strip_whitespace=True, to_upper=True, max_length=18),
    AfterValidator(_credit_code),
    Field(description="Unified social credit code 统一社会信用代码 (GB 32100-2015)."),
]


class ReasonRequest(Body):
    """Why; the other side reads it."""

    reason: Reason
