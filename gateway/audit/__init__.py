"""The audit log: who did what, through any service, and in whose name."""

from gateway.audit.chain import (
    BEGINNING,
    Dated,
    Entry,
    Head,
    Link,
    breaks,
    head_of,
    links,
    text_of,
)
from gateway.audit.events import (
    AUDITED_EVENTS,
    AUDITED_STATES,
    Known,
    by_a_person,
    entry_of,
    subject_of,
)
from gateway.audit.references import References, references

__all__ = [
    "AUDITED_EVENTS",
    "AUDITED_STATES",
    "BEGINNING",
    "Dated",
    "Entry",
    "Head",
    "Known",
    "Link",
    "References",
    "breaks",
    "by_a_person",
    "entry_of",
    "head_of",
    "links",
    "references",
    "subject_of",
    "text_of",
]
