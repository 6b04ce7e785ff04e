"""Bodies of the gateway's own requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from chassis.auth import Role
from gateway.domain import Assignment, Language, login_key

# A password's own limits are rules with better words; these only keep absurd ones out.
Password = Annotated[SecretStr, Field(min_length=1, max_length=4_096)]
Login = Annotated[
    str,
    Field(min_length=2, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f]+$"),
    AfterValidator(login_key),
]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]

Territory = Annotated[
    str,
    Field(
        max_length=129,
        pattern=r"^[^/\x00-\x1f\x7f]{1,64}(/[^/\x00-\x1f\x7f]{1,64})?$",
        examples=["广东省", "广东省/深圳市"],
    ),
]
Email = Annotated[
    str,
    Field(
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$",
        examples=["wang.wei@example.com"],
    ),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LoginRequest(Body):
    """Who you are."""

    login: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(login_key)]
    password: Password


class SetPasswordRequest(Body):
    """Your password, and the one you want."""

    old_password: Password
    new_password: Password


class ResetPasswordRequest(Body):
    """A password for somebody who forgot his."""

    new_password: Password


class AssignmentBody(Body):
    """What somebody may do, and with whose things."""

    roles: frozenset[Role] = Field(max_length=9)
    dealer_id: UUID | None = Field(default=None, description="Of whom he is; only for DLR.")
    warehouse_ids: frozenset[UUID] | None = Field(
        default=None, max_length=200, description="Where he works; null: everywhere."
    )
    territories: frozenset[Territory] | None = Field(
        default=None,
        max_length=200,
        description="Whose dealers a salesperson sees beside his own: `province`, with all of its "
        "cities, or `province/city`.",
    )
    waiver: str | None = Field(
        default=None,
        min_length=5,
        max_length=500,
        description="Why he may hold duties that should stay apart.",
    )

    def assignment(self) -> Assignment:
        return Assignment(
            self.roles,
            self.dealer_id,
            self.warehouse_ids,
            territories=self.territories,
            waiver=self.waiver,
        )


class CreateUserRequest(AssignmentBody):
    """A person who shall be able to log in."""

    login: Login
    name: Name
    password: Password | None = Field(
        default=None, description="Null: he cannot log in until one is set."
    )
    email: Email | None = Field(default=None, description="Null: he gets no e-mail.")
    language: Language = "zh-CN"


class ImportUsersRequest(Body):
    """Many people at once; those whose login exists stay as they are."""

    users: list[CreateUserRequest] = Field(min_length=1, max_length=1_000)


class ChangeUserRequest(Body):
    """What shall be different; what is left out stays as it is."""

    name: Name | None = None
    assignment: AssignmentBody | None = None
    email: Email | Literal[""] | None = Field(default=None, description="Empty: none any more.")
    language: Language | None = None


class RegistrationRequest(Body):
    """Somebody new who wants to become a dealer."""

    login: Login
    password: Password
    name: Name
    invitation: str | None = Field(default=None, max_length=100)
    email: Email | None = Field(default=None, description="Null: no e-mail.")
    language: Language = "zh-CN"


class CreateClientRequest(AssignmentBody):
    """A machine that shall be able to call."""

    name: Name


class SessionResponse(BaseModel):
    """Who is logged in; send `csrf_token` as X-CSRF-Token with whatever changes something."""

    user_id: UUID
    name: str
    roles: list[Role]
    dealer_id: UUID | None
    dealer_name: str | None
    warehouse_ids: list[UUID] | None
    territories: list[str] | None
    csrf_token: str | None = Field(description="Null for machines, which need none.")


class UserResponse(BaseModel):
    """A person, as administrators see him."""

    user_id: UUID
    login: str
    name: str
    roles: list[Role]
    dealer_id: UUID | None
    warehouse_ids: list[UUID] | None
    territories: list[str] | None
    waiver: str | None
    active: bool
    email: str | None
    language: Language
    version: int
    allowed_actions: list[str]


class ImportedUser(BaseModel):
    """What became of one line of an import."""

    login: str
    user_id: UUID | None
    outcome: Literal["created", "exists", "refused"]
    problem: dict[str, Any] | None


class ImportUsersResponse(BaseModel):
    """What became of each line, in the order of the request."""

    users: list[ImportedUser]


class RegistrationMode(BaseModel):
    """Whether newcomers may register by themselves."""

    mode: Literal["invite", "open"]


class RegistrationResponse(BaseModel):
    """A newcomer; he may log in now, and apply to become a dealer."""

    user_id: UUID
    login: str


class InvitationResponse(BaseModel):
    """A code for one registration, shown this once."""

    invitation: str
    expires_at: datetime


class RoleResponse(BaseModel):
    """A role, and the roles that the same person may hold only with a waiver."""

    role: Role
    name_zh: str
    name_en: str
    apart_from: list[Role]


class ClientResponse(BaseModel):
    """A machine, as administrators see it."""

    client_id: UUID
    name: str
    roles: list[Role]
    dealer_id: UUID | None
    warehouse_ids: list[UUID] | None
    territories: list[str] | None
    active: bool
    version: int
    allowed_actions: list[str]


class ClientSecretResponse(ClientResponse):
    """A machine with its secret, which is shown this once."""

    client_secret: str


class TokenResponse(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds.")


class AuditEntry(BaseModel):
    """Who did what, in whose name, and what was before."""

    entry_id: UUID
    at: datetime
    actor: str = Field(description="`user:` and the id of a person or a machine, or `operator`.")
    actor_name: str | None
    on_behalf_of: UUID | None = Field(description="The dealer for whom somebody else did it.")
    action: str
    title_zh: str
    title_en: str
    subject_id: UUID
    link: str | None = Field(description="Where the subject is found, below `/api/v1`.")
    dealer_id: UUID | None = Field(description="Whose it is.")
    dealer: str | None
    documents: list[str] = Field(description="Numbers of documents and codes that it names.")
    before: dict[str, Any] = Field(description="What of the facts was different until then.")
    facts: dict[str, Any]


class ServiceStatus(BaseModel):
    """Whether a service takes work."""

    service: str
    ready: bool
    said: str = Field(description="What it answered when it was asked.")
