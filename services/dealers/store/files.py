"""Files: in a local folder, or wherever the URL of the settings says (s3://, gs://, az://).

The plain calls of obstore in a thread, not its own coroutines: those call back from foreign threads
when the process ends.
"""

from __future__ import annotations

import asyncio
from functools import cache
from hashlib import sha256
from uuid import UUID

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from chassis.errors import NotFound


async def keep_file(url: str, application_id: UUID, content: bytes) -> str:
    """Keep a file of an application under the hash of its content, which it returns."""
    digest = sha256(content).hexdigest()
    await asyncio.to_thread(obstore.put, _store(url), _path(application_id, digest), content)
    return digest


async def fetch_file(url: str, application_id: UUID, digest: str) -> bytes:
    """Raises NotFound."""

    def fetch() -> bytes:
        return obstore.get(_store(url), _path(application_id, digest)).bytes().to_bytes()

    try:
        return await asyncio.to_thread(fetch)
    except FileNotFoundError as gone:
        raise NotFound from gone


def _path(application_id: UUID, digest: str) -> str:
    return f"applications/{application_id}/{digest}"


@cache
def _store(url: str) -> ObjectStore:
    if url.startswith("file://"):
        return LocalStore.from_url(url, mkdir=True)
    return from_url(url)
