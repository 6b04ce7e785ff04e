"""What several bodies are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic import StringConstraints as Text

from services.dealers.domain import credit_codes

AMOUNT_MAX = 10**15


class Body(BaseModel):
    """A request; what it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")


def _credit_code(code: str) -> str:
    if fault := credit_codes.fault(code):
        raise ValueError(fault)
    return code


Name = Annotated[str, Text(min_length=2, max_length=100, strip_whitespace=True)]
Place = Annotated[str, Text(min_length=2, max_length=32, strip_whitespace=True)]
Person = Annotated[str, Text(min_length=1, max_length=50, strip_whitespace=True)]
Phone = Annotated[str, Text(pattern=r"^\+?[0-9][0-9 -]{5,19}$")]
Word = Annotated[str, Text(min_length=1, max_length=50, strip_whitespace=True)]
Reason = Annotated[str, Text(min_length=1, max_length=500, strip_whitespace=True)]
Limit = Annotated[int, Field(ge=0, le=AMOUNT_MAX, description="Fen.")]
CreditCode = Annotated[
    str,
    Text(strip_whitespace=True, to_upper=True, max_length=18),
    AfterValidator(_credit_code),
    Field(description="Unified social credit code 统一社会信用代码 (GB 32100-2015)."),
]


class ReasonRequest(Body):
    """Why; the other side reads it."""

    reason: Reason
