"""Who asks, how a service knows, and what he may do."""

from chassis.auth.routes import Allowed, UndeclaredRoute, allowed, anyone, authenticated
from chassis.auth.rules import (
    STAFF,
    Access,
    Actor,
    Forbidden,
    Resource,
    Role,
    Rule,
    Unauthenticated,
    allowed_actions,
    authorize,
    in_scope,
    may,
    roles,
)
from chassis.auth.tokens import Verifier, mint

__all__ = [
    "STAFF",
    "Access",
    "Actor",
    "Allowed",
    "Forbidden",
    "Resource",
    "Role",
    "Rule",
    "Unauthenticated",
    "UndeclaredRoute",
    "Verifier",
    "allowed",
    "allowed_actions",
    "anyone",
    "authenticated",
    "authorize",
    "in_scope",
    "may",
    "mint",
    "roles",
]
