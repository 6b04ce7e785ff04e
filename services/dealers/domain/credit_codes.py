"""The unified social credit code 统一社会信用代码 of a company (GB 32100-2015)."""

from __future__ import annotations

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capitals without I, O, S, V and Z; the value of a sign is its place."""
LENGTH = 18
_WEIGHTS = tuple(pow(3, place, len(SIGNS)) for place in range(LENGTH - 1))


def check_sign(stem: str) -> str:
    """The last sign, computed from the 17 before it."""
    total = sum(weight * SIGNS.index(sign) for weight, sign in zip(_WEIGHTS, stem, strict=True))
    return SIGNS[-total % len(SIGNS)]


def fault(code: str) -> str | None:
    """What is wrong with a code, in words; None when it is right."""
    if len(code) != LENGTH:
        return f"统一社会信用代码应为 {LENGTH} 位 (a credit code has {LENGTH} characters)"
    if strange := sorted(set(code) - set(SIGNS)):
        return f"统一社会信用代码不含 {' '.join(strange)} (characters that no credit code has)"
    if check_sign(code[:-1]) != code[-1]:
        return "统一社会信用代码校验位错误 (the check digit is wrong: compare it with the licence)"
    return None
