"""`python -m gateway create-admin`: the first administrator, who makes all others known.

Login, name and password come from GATEWAY_ADMIN_LOGIN, GATEWAY_ADMIN_NAME and
GATEWAY_ADMIN_PASSWORD; what is missing is asked for, or read from standard input line by line.
An administrator of this login gets the new password.
"""

from __future__ import annotations

import getpass
import sys

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.auth import Role
from chassis.db import connect, transaction
from chassis.errors import DomainError
from chassis.ids import uuid7
from chassis.log import log
from gateway.commands import users as commands
from gateway.domain import Assignment, NewUser, check_password, login_key
from gateway.passwords import Passwords
from gateway.settings import Settings
from gateway.store import users as store

OPERATOR = "operator"


class Administrator(BaseSettings):
    """Who shall be the first administrator, e.g. GATEWAY_ADMIN_LOGIN."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_ADMIN_", frozen=True)

    login: str | None = None
    name: str | None = None
    password: SecretStr | None = None


async def create_administrator(settings: Settings) -> None:
    """Make the first administrator known, or give him a new password."""
    given = Administrator()
    login = login_key(given.login or _asked("Login: "))
    password = given.password.get_secret_value() if given.password else _secret("Password: ")
    if refusal := check_password(password, login):
        raise SystemExit(f"{refusal.title} {refusal.facts or ''}".strip())
    hashed = await Passwords().hash(password)
    async with await connect(str(settings.postgres_dsn)) as db, transaction(db) as tx:
        known = (await store.users_by_login(tx, [login])).get(login)
        if known is not None:
            await commands.set_passwords(tx, {known.user_id: hashed}, by=OPERATOR)
        else:
            ask = NewUser(
                uuid7(), login, given.name or login, Assignment(frozenset({Role.ADM})), hashed
            )
            [outcome] = await commands.create_users(tx, [ask], by=OPERATOR)
            if isinstance(outcome, DomainError):
                raise SystemExit(outcome.title)
    log.info("administrator_ready", login=login, created=known is None)


def _asked(prompt: str) -> str:
    """A line from the terminal, or from what stands in for it."""
    return input(prompt if sys.stdin.isatty() else "")


def _secret(prompt: str) -> str:
    """The same, unseen."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else input("")
