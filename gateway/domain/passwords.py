"""Which passwords are good enough."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from chassis.errors import DomainError

PASSWORD_LENGTH_MIN = 8
PASSWORD_BYTES_MAX = 1_024
COMMON_PASSWORDS = frozenset(
    (
        "00000000",
        "11111111",
        "12341234",
        "12345678",
        "123456789",
        "1234567890",
        "123123123",
        "147258369",
        "66666666",
        "88888888",
        "87654321",
        "987654321",
        "a1234567",
        "a12345678",
        "aa123456",
        "aa12345678",
        "abc12345",
        "abc123456",
        "abcd1234",
        "abcdefgh",
        "admin123",
        "admin1234",
        "administrator",
        "asdfghjkl",
        "baseball",
        "changeme",
        "dearbook",
        "football",
        "iloveyou",
        "letmein123",
        "p@ssw0rd",
        "p@ssword",
        "passw0rd",
        "password",
        "password1",
        "password12",
        "password123",
        "princess",
        "q1w2e3r4",
        "qazwsxedc",
        "qq123456",
        "qwer1234",
        "qwerty12",
        "qwerty123",
        "qwertyui",
        "qwertyuiop",
        "starwars",
        "sunshine",
        "superman",
        "trustno1",
        "welcome1",
        "whatever",
        "woaini123",
        "woaini1314",
        "woaini520",
        "xiaoming",
        "zaq12wsx",
        "zxcvbnm123",
    )
)
"""What is guessed first; a password is compared in lower case."""


class PasswordTooShort(DomainError):
    """The password is too short.

    zh: 密码太短，至少 8 个字符。

    Take at least 8 characters.
    """

    status: ClassVar[int] = 422


class PasswordTooLong(DomainError):
    """The password is too long.

    zh: 密码太长，最多 1024 字节。

    Take at most 1,024 bytes.
    """

    status: ClassVar[int] = 422


class PasswordTooCommon(DomainError):
    """The password is among those that are guessed first.

    zh: 密码太容易被猜到。
    请换一个不常见、且与登录名不同的密码。

    Take one that is not on everybody's list, and not your login.
    """

    status: ClassVar[int] = 422


def password_text(text: str) -> str:
    """A password as it is hashed: keyboards differ in how they compose the same letters."""
    return unicodedata.normalize("NFC", text)


def check_password(password: str, login: str) -> DomainError | None:
    """Refuse what is guessed first (NIST SP 800-63B: length and a list, no composition rules)."""
    plain = password.casefold()
    beside_login = plain.replace(login, "") if login else plain
    if len(password.encode()) > PASSWORD_BYTES_MAX:
        return PasswordTooLong()
    if len(password) < PASSWORD_LENGTH_MIN:
        return PasswordTooShort()
    if plain in COMMON_PASSWORDS or len(set(plain)) < 3 or len(beside_login) < 4:
        return PasswordTooCommon()
    return None
