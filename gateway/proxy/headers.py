"""Headers that pass: what is not named here stays outside, so nobody can speak as the gateway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chassis.errors import DomainError

HEADERS_MAX = 100
HEADER_BYTES_MAX = 32 << 10

Headers = Mapping[bytes, bytes]
RawHeaders = Iterable[tuple[bytes, bytes]]

INWARD = {
    name.lower().encode(): name
    for name in (
        "Accept",
        "Accept-Language",
        "Content-Type",
        "Content-Encoding",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "Prefer",
        "Range",
        "User-Agent",
        "Webhook-Id",
        "Webhook-Timestamp",
        "Webhook-Signature",
    )
}
"""Of a request, by the name as it comes in; not Authorization, Cookie, Forwarded, or X-*."""

_ONCE = frozenset(
    {b"authorization", b"cookie", b"content-type", b"idempotency-key", b"if-match", b"x-csrf-token"}
)
"""Two of them could be read differently by two parsers."""

_NOT_OUTWARD = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"server",
        b"date",
        b"set-cookie",
        b"x-trace-id",
    }
)
"""Of an answer: hop by hop (RFC 9110 §7.6.1), or the gateway's own to say."""

_SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_NOT_KEPT = (b"cache-control", b"no-store")


class HeadersTooLarge(DomainError):
    """The headers are too large.

    zh: 请求头过大。
    """

    status = 431


class HeaderRepeated(DomainError):
    """A header that must stand once stands several times.

    zh: 请求头重复。
    """

    status = 400


def read(raw: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name. Raises HeadersTooLarge, HeaderRepeated."""
    headers = dict(raw)
    if len(raw) > HEADERS_MAX or sum(map(len, headers)) + sum(map(len, headers.values())) > (
        HEADER_BYTES_MAX
    ):
        raise HeadersTooLarge
    if len(headers) < len(raw):
        names = [name for name, _ in raw]
        if twice := [name.decode() for name in _ONCE if names.count(name) > 1]:
            raise HeaderRepeated(headers=sorted(twice))
    return headers


def inward(headers: Headers) -> dict[str, str]:
    """What a service is told of the caller's headers."""
    return {
        INWARD[name]: value.decode("latin-1") for name, value in headers.items() if name in INWARD
    }


def outward(raw: RawHeaders) -> list[tuple[bytes, bytes]]:
    """What the caller is told of a service's headers."""
    passed = [(name.lower(), value) for name, value in raw if name.lower() not in _NOT_OUTWARD]
    if not any(name == b"cache-control" for name, _ in passed):
        passed.append(_NOT_KEPT)
    return passed


def security(*, secure: bool) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer of the gateway carries."""
    return (*_SECURITY, _HSTS) if secure else _SECURITY
