"""Machines prove who they are, and get a token for an hour (RFC 6749 §4.4)."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import anyone
from chassis.db import transaction
from chassis.errors import DomainError, InvalidRequest
from chassis.http import RuntimeDep, json_response
from gateway.commands import sessions as commands
from gateway.identity import hash_of
from gateway.parts import PartsDep
from gateway.schemas import TokenResponse
from gateway.store import clients

router = APIRouter(prefix="/oauth", tags=["oauth"])

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                    },
                }
            }
        },
    }
}


class ClientCredentialsWrong(DomainError):
    """Client id or secret is wrong.

    zh: 客户端编号或密钥错误。
    """

    status = 401


class ClientCredentials(NamedTuple):
    """Who a machine says it is, and the proof."""

    client_id: str
    secret: str


async def _credentials(request: Request) -> ClientCredentials:
    """From the form, or from HTTP Basic (RFC 6749 §2.3.1). Raises InvalidRequest."""
    try:
        pairs = parse_qsl((await request.body()).decode(), max_num_fields=8)
        form = dict(pairs)
        if len(form) < len(pairs):
            raise ValueError(pairs)
        scheme, _, basic = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            client_id, _, secret = b64decode(basic, validate=True).decode().partition(":")
            form |= {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}
    except ValueError:
        raise InvalidRequest(("", "Not a form, or a field stands twice.")) from None
    if form.get("grant_type") != "client_credentials":
        raise InvalidRequest(("/grant_type", "Only `client_credentials` is known."))
    return ClientCredentials(form.get("client_id", ""), form.get("client_secret", ""))


Credentials = Annotated[ClientCredentials, Depends(_credentials)]


@router.post(
    "/token", response_model=TokenResponse, dependencies=[Depends(anyone)], openapi_extra=FORM
)
async def grant_token(credentials: Credentials, runtime: RuntimeDep, parts: PartsDep) -> Response:
    """Give a machine an access token; it ends by itself."""
    client_id = await clients.client_by_secret(
        runtime.db, credentials.client_id, hash_of(credentials.secret)
    )
    if client_id is None:
        raise ClientCredentialsWrong(error="invalid_client")
    seconds = parts.settings.access_token_seconds
    expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
    async with transaction(runtime.db) as tx:
        token = await commands.grant_token(tx, client_id=client_id, expires_at=expires_at)
    answer = TokenResponse(access_token=token, token_type="Bearer", expires_in=seconds)
    return json_response(answer)
