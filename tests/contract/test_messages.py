"""Every message has a unique versioned type, a documented meaning, and a topic its owner writes."""

import json
import re
from pathlib import Path

import pytest

from contracts.generate import messages
from contracts.message import Command, OrderReply, State
from contracts.topics import PARTITIONS, TOPICS, partition_of

MESSAGES = messages()
EXAMPLES = sorted(Path("contracts/examples").glob("*/*.json"))
BY_TYPE = {message.type: message for message in MESSAGES}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_type_names_its_owner_its_fact_and_its_version(message):
    owner = message.__module__.split(".")[1]
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", message.__name__).lower()

    assert re.fullmatch(rf"{owner}\.{kebab}\.v[1-9]\d*", message.type)
    assert message.__doc__
    assert message.keyed_by in message.model_fields


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_commands_go_to_their_owner_and_facts_come_from_theirs(message):
    owner = message.__module__.split(".")[1]
    topic = TOPICS[message.topic]

    if issubclass(message, Command):
        assert (message.topic, topic.consumers) == (f"{owner}.commands", (owner,))
    else:
        assert owner in topic.producers
        assert issubclass(message, OrderReply) == (message.topic == "orders.replies")
        assert issubclass(message, State) == message.topic.endswith(".state")


def test_types_are_unique():
    assert len(BY_TYPE) == len(MESSAGES)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_carries_something_but_the_dead_letters(topic):
    carried = [message for message in MESSAGES if message.topic == topic]

    assert bool(carried) != topic.endswith(".dlq")


def test_only_states_are_compacted():
    compacted = {name for name, topic in TOPICS.items() if topic.cleanup == "compact"}

    assert compacted == {name for name in TOPICS if name.endswith(".state")}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_every_message_has_examples(message):
    names = {path.stem for path in EXAMPLES if path.parent.name == message.type}

    assert {"minimal", "full"} <= names


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_a_golden_example_is_read_today(path):
    message = BY_TYPE[path.parent.name].model_validate_json(path.read_text("utf-8"))

    assert 0 <= partition_of(message.key) < PARTITIONS


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_a_reader_ignores_what_he_does_not_know(path):
    document = json.loads(path.read_text("utf-8")) | {"added_later": {"by": "a newer writer"}}

    BY_TYPE[path.parent.name].model_validate(document)
