"""Messages: what was announced is what was published, and nobody hides one."""

from __future__ import annotations

from deploy.ctl.invariants.question import Invariant, Question

PER_SERVICE: tuple[tuple[str, str, str], ...] = (
    (
        "R6",
        "The relay of {service} has published all that was announced.",
        """
        SELECT 'slot ' || slot AS subject,
               CASE WHEN outbox_unpublished(slot) THEN 'holds what was not published' END AS fault
        FROM generate_series(0, 3) AS slot
        """,
    ),
    (
        "R6",
        "No message to {service} is parked.",
        """
        SELECT coalesce(encode(key, 'hex'), 'none is') AS subject, error AS fault
        FROM (SELECT 1) AS once
        LEFT JOIN parked_keys ON true
        """,
    ),
)
"""Id, sentence and SQL of what is asked of every service's database."""

SERVICES = (
    "dealers",
    "catalog",
    "orders",
    "inventory",
    "billing",
    "notify",
    "reports",
    "gateway",
)

MESSAGES: tuple[Question, ...] = tuple(
    Invariant(id_, sentence.format(service=service), service, sql)
    for service in SERVICES
    for id_, sentence, sql in PER_SERVICE
)
