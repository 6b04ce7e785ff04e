"""Deliver batches to handlers: deduplicate, cut into waves, handle; one transaction for all.

A fault of the surroundings stalls the batch: it is delivered again until it succeeds. A fault of a
message's own parks its key, with this and all its later messages, in order; the other keys go on.
"""

from chassis.consumer.causes import delivery_of, envelope_of
from chassis.consumer.dispatch import Dispatch
from chassis.consumer.subscriptions import Subscription, on
from chassis.db import TRANSIENT
from chassis.envelope import Delivery, Envelope

__all__ = [
    "TRANSIENT",
    "Delivery",
    "Dispatch",
    "Envelope",
    "Subscription",
    "delivery_of",
    "envelope_of",
    "on",
]
