"""Words in two languages, Chinese first; `{x}` is filled with a fact of that name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ABSENT = "—"


@dataclass(frozen=True, slots=True)
class Text:
    zh: str
    en: str

    def in_(self, language: str) -> str:
        """`zh` or `en`."""
        return self.en if language == "en" else self.zh


def render(text: Text, facts: Mapping[str, object]) -> Text:
    """Put the facts into both languages; `total_minor` fills `{total}`, as an amount of money."""
    words = _Words((name.removesuffix("_minor"), _word(name, fact)) for name, fact in facts.items())
    return Text(text.zh.format_map(words), text.en.format_map(words))


class _Words(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ABSENT


def _word(name: str, fact: object) -> str:
    if fact is None:
        return ABSENT
    if name.endswith("_minor") and isinstance(fact, int):
        return f"¥{fact // 100:,}.{fact % 100:02}"
    return str(fact)
