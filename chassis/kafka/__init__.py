"""Kafka in and out; the only package that knows aiokafka."""

from chassis.kafka.consumption import Consumption
from chassis.kafka.history import history
from chassis.kafka.pace import Pace
from chassis.kafka.publisher import KafkaPublisher

__all__ = ["Consumption", "KafkaPublisher", "Pace", "history"]
