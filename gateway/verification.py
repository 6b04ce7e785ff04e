"""`python -m gateway verify-audit-log`: whether anybody changed the past."""

from __future__ import annotations

from chassis.db import connect
from chassis.log import log
from chassis.runtime import Runtime
from gateway import queries
from gateway.audit import breaks, head_of
from gateway.settings import Settings


async def verify_audit_log(settings: Settings) -> None:
    """Walk the chain of the audit log from where it begins; ends with an error where it breaks."""
    async with await connect(str(settings.postgres_dsn)) as db:
        last = await queries.audit_base(db)
        head = await queries.audit_head(db)
        while piece := await queries.audit_chain(db, after=last.position):
            if broken := breaks(last, piece):
                raise SystemExit(f"The audit log was changed at or before entry {broken[0]}.")
            last = head_of(piece[-1])
    if last.position < head.position or (last.position == head.position and last != head):
        raise SystemExit(f"The audit log ends at entry {last.position}, not at {head.position}.")
    log.info("audit_log_verified", entries=last.position, digest=last.digest.hex())


async def anchor_audit_log(runtime: Runtime) -> int:
    """Write the newest link to the log of the process, which is kept apart from the database."""
    head = await queries.audit_head(runtime.db)
    log.info("audit_log_anchored", position=head.position, digest=head.digest.hex())
    return 0
