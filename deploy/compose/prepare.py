"""Once before the services start: secrets, databases, roles, schemas, topics, and their settings.

Each service gets a volume for itself, which it finds mounted at `/qudao`, with `settings.env` and
the keys that it needs; it sees no other's. All of it may be done again at every start.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from chassis import log
from deploy.local import keys
from deploy.local.preparation import prepare_databases, prepare_topics
from deploy.local.suite import APPLICATIONS, PORTS, Suite, settings

MOUNTED = Path("/qudao")
"""Where a service finds its volume."""


def main() -> None:
    log.configure("prepare", level="info")
    suite = Suite(
        var=Path(os.environ["QUDAO_VAR"]),
        ports=PORTS,
        postgres_dsn=os.environ["QUDAO_POSTGRES_DSN"],
        kafka_bootstrap=os.environ["QUDAO_KAFKA_BOOTSTRAP"],
        host="{name}",
    )
    keys.ensure(suite.keys.folder)
    asyncio.run(_prepare(suite))
    for name in APPLICATIONS:
        _hand_over(suite.var / name, settings(suite, name) | _inside(name) | _given(name))


async def _prepare(suite: Suite) -> None:
    await prepare_databases(suite, _say)
    await prepare_topics(suite, _say)


def _given(name: str) -> dict[str, str]:
    """Settings that the person who starts the suite has chosen, e.g. GATEWAY_SESSION_HOURS."""
    return {key: value for key, value in os.environ.items() if key.startswith(f"{name.upper()}_")}


def _inside(name: str) -> dict[str, str]:
    """Inside of a container everybody on its network may call."""
    own = {f"{name.upper()}_HOST": "0.0.0.0"}
    if name == "dealers":
        own["DEALERS_FILES_URL"] = "file:///qudao-files"
    return own


def _hand_over(folder: Path, values: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for key, value in values.items():
        if key.endswith("_PATH"):
            values[key] = str(MOUNTED / _write(folder / Path(value).name, Path(value).read_text()))
    lines = (f"export {key}={shlex.quote(value)}\n" for key, value in values.items())
    _write(folder / "settings.env", "".join(lines))


def _write(path: Path, content: str) -> str:
    """Whole or not at all, and readable for this user alone; the name of the file."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(content)
    Path(draft).replace(path)
    return path.name


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
