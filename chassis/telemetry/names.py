"""Every name that telemetry sends out; OpenTelemetry's own where it has one (semconv 1.44).

The `messaging.*` conventions are still in development: they change here and nowhere else.
"""

from __future__ import annotations

TRACER = "qudao"

# Resource: the process
SERVICE = "service.name"
INSTANCE = "service.instance.id"
CELL = "qudao.cell"

# Spans
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
URL_PATH = "url.path"
ERROR_TYPE = "error.type"
ACTOR = "qudao.actor"
OUTCOME = "qudao.outcome"
MESSAGING_SYSTEM = "messaging.system"
MESSAGING_OPERATION = "messaging.operation.name"
MESSAGING_GROUP = "messaging.consumer.group.name"
MESSAGING_BATCH_SIZE = "messaging.batch.message_count"
MESSAGE_ID = "messaging.message.id"
MESSAGE_TYPE = "qudao.message.type"
ORDER_ID = "qudao.order_id"
SUBJECT = "qudao.subject"
SAGA_STEP = "qudao.saga.step"

ATTRIBUTES = frozenset(
    {
        SERVICE,
        INSTANCE,
        CELL,
        HTTP_METHOD,
        HTTP_ROUTE,
        HTTP_STATUS,
        URL_PATH,
        ERROR_TYPE,
        ACTOR,
        OUTCOME,
        MESSAGING_SYSTEM,
        MESSAGING_OPERATION,
        MESSAGING_GROUP,
        MESSAGING_BATCH_SIZE,
        MESSAGE_ID,
        MESSAGE_TYPE,
        ORDER_ID,
        SUBJECT,
        SAGA_STEP,
    }
)

# Metrics, with their units
HTTP_DURATION = "http.server.request.duration"  # s
BATCH_DURATION = "messaging.process.duration"  # s, of one batch of a consumer
BATCH_SIZE = "qudao.consumer.batch.size"  # messages
LAG = "qudao.consumer.lag"  # s between an event and its handling
DUPLICATES = "qudao.inbox.duplicates"  # messages that were handled before
PUBLISHED = "messaging.client.sent.messages"  # messages of the relay
OUTBOX_AGE = "qudao.outbox.oldest.age"  # s that the oldest unpublished message waits
PARKED = "qudao.parked.keys"  # keys whose messages wait behind one that failed
SAGA_AGE = "qudao.saga.oldest.age"  # s that the oldest saga waits at a step
INTAKE_SIZE = "qudao.intake.batch.size"  # requests that shared a transaction
INTAKE_REJECTED = "qudao.intake.rejected"  # requests that found the queue full

METRICS = frozenset(
    {
        HTTP_DURATION,
        BATCH_DURATION,
        BATCH_SIZE,
        LAG,
        DUPLICATES,
        PUBLISHED,
        OUTBOX_AGE,
        PARKED,
        SAGA_AGE,
        INTAKE_SIZE,
        INTAKE_REJECTED,
    }
)
