"""Bodies about addresses and contacts of a dealer."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic import StringConstraints as Text

from services.dealers.domain.places import AddressKind
from services.dealers.schemas.fields import ONE_LINE, Body, Person, Phone, Place

Street = Annotated[str, Text(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE)]
Email = Annotated[
    str, Text(max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s.]+$")
]


class AddressRequest(Body):
    """An address; orders that have it already keep what they were given."""

    receiver: Person
    phone: Phone
    province: Place
    city: Place
    street: Street
    usual: bool = Field(default=False, description="Taken where nobody says another one.")


class NewAddressRequest(AddressRequest):
    kind: AddressKind


class AddressResponse(BaseModel):
    address_id: UUID
    kind: AddressKind
    receiver: str
    phone: str
    province: str
    city: str
    street: str
    usual: bool
    version: int


class ContactRequest(Body):
    """Somebody at the dealer's, and what he is there for."""

    name: Person
    duty: Annotated[str, Text(max_length=50, strip_whitespace=True, pattern=ONE_LINE)] = ""
    phone: Phone
    email: Email | None = None


class ContactResponse(BaseModel):
    contact_id: UUID
    name: str
    duty: str
    phone: str
    email: str | None
    version: int
