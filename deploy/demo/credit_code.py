"""Unified social credit codes 统一社会信用代码 (GB 32100-2015) with both check digits right."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANIZATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ENTERPRISE = "91"
"""Registered as an enterprise with the market regulator."""


def credit_code(division: str, number: int) -> str:
    """The code of the firm with this serial number, below a million, in a division (GB/T 2260)."""
    body = f"MAD{number:05}" if number < 100_000 else f"MA{number}"
    stem = f"{ENTERPRISE}{division}{body}{_organization_check(body)}"
    return stem + _check(stem)


def _organization_check(body: str) -> str:
    """Check digit of the organization code inside (GB 11714)."""
    total = sum(
        weight * ORGANIZATION_ALPHABET.index(sign)
        for weight, sign in zip(ORGANIZATION_WEIGHTS, body, strict=True)
    )
    rest = (11 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def _check(stem: str) -> str:
    total = sum(weight * ALPHABET.index(sign) for weight, sign in zip(WEIGHTS, stem, strict=True))
    return ALPHABET[(31 - total % 31) % 31]
