"""What this test asks of a container engine with Compose."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAND_INS = {
    "python": "python:3.13-slim-bookworm",
    "postgres": "postgres:18",
    "kafka": "apache/kafka:4.3.1",
}
"""Target in deploy/airgap/Dockerfile, by which image is stood in for."""


class EngineFailed(Exception):
    """The engine refused; its last words are in the message."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project of Compose, with settings of its own."""

    name: str
    environment: Mapping[str, str]

    def run(self, *words: str, within: float = 1_800) -> str:
        """`docker compose …`; what it printed. Raises EngineFailed."""
        return docker(
            "compose", "--project-name", self.name, *words, more=self.environment, within=within
        )


def docker(*words: str, more: Mapping[str, str] | None = None, within: float = 1_800) -> str:
    """Raises EngineFailed."""
    done = subprocess.run(
        ["docker", *words],
        cwd=ROOT,
        env={**os.environ, **(more or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=within,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise EngineFailed(f"docker {' '.join(words)}\n{said}")
    return done.stdout


def ensure_bases() -> list[str]:
    """Images that are neither here nor to be pulled, and were built from packages instead.

    Raises EngineFailed.
    """
    return [
        image for target, image in STAND_INS.items() if not _has(image) and _built(target, image)
    ]


def _has(image: str) -> bool:
    for words in (("image", "inspect"), ("pull", "--quiet")):
        try:
            docker(*words, image)
        except EngineFailed:
            continue
        return True
    return False


def _built(target: str, image: str) -> bool:
    docker("build", "--file", "deploy/airgap/Dockerfile", "--target", target, "--tag", image, ".")
    return True
