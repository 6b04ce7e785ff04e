"""The worker's post office: takes mails that are due to the SMTP server.

At least once: a mail is taken in one transaction, sent outside of any, and settled in another.
Whoever dies in between leaves it to the next one, who sends it with the same Message-ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from chassis.db import transaction
from chassis.log import log
from chassis.runtime import Runtime
from services.notify import commands
from services.notify.domain import REASON_LENGTH_MAX, Mail, Outcome, Verdict
from services.notify.letters import letter
from services.notify.settings import Settings

FAULTS = (SMTPException, OSError, ValueError)
"""Of a connection; ValueError: the server speaks something else than SMTP."""
PERMANENT = 500
BUSY_PART = 0.5
"""No new mail is begun after this part of the lease."""


async def send_mail(runtime: Runtime) -> None:
    """For ever; any number of processes may. Ends at once where mail is switched off."""
    settings: Settings = runtime.settings
    async with transaction(runtime.db) as tx:
        await commands.switch_mail(tx, on=settings.mail_host is not None)
    while settings.mail_host:
        if not await send_due(runtime, datetime.now(UTC)):
            await asyncio.sleep(settings.mail_poll_seconds)


async def send_due(runtime: Runtime, now: datetime) -> int:
    """Take the mails that are due, send them, and settle what became of them; none at night."""
    settings: Settings = runtime.settings
    if settings.is_quiet(now):
        return 0
    lease = timedelta(seconds=settings.mail_lease_seconds)
    async with transaction(runtime.db) as tx:
        mails = await commands.take_mails(tx, now, lease, settings.mail_batch)
    if not mails:
        return 0
    outcomes = await post(settings, mails)
    async with transaction(runtime.db) as tx:
        await commands.settle_mails(tx, outcomes, now, settings.mail_patience)
    runtime.committed.set()
    _tell(outcomes)
    return len(mails)


async def post(settings: Settings, mails: Sequence[Mail]) -> list[Outcome]:
    """Give mails to the server over one connection; says of each what became of it."""
    wanted = [mail for mail in mails if mail.wanted]
    unwanted = [Outcome(mail, Verdict.UNWANTED) for mail in mails if not mail.wanted]
    if not wanted:
        return unwanted
    client = _client(settings)
    try:
        await client.connect()
    except FAULTS as fault:
        return unwanted + [Outcome(mail, Verdict.FAILED, _reason(fault)) for mail in wanted]
    try:
        outcomes = await _post_all(client, settings, wanted)
        if client.is_connected:
            with suppress(*FAULTS):
                await client.quit()
    finally:
        client.close()
    return unwanted + outcomes


async def _post_all(client: SMTP, settings: Settings, mails: Sequence[Mail]) -> list[Outcome]:
    loop = asyncio.get_running_loop()
    end = loop.time() + settings.mail_lease_seconds * BUSY_PART
    outcomes: list[Outcome] = []
    for mail in mails:
        if client.is_connected and loop.time() < end:
            outcomes.append(await _post(client, settings, mail))
        else:
            outcomes.append(Outcome(mail, Verdict.UNTRIED))
    return outcomes


async def _post(client: SMTP, settings: Settings, mail: Mail) -> Outcome:
    address = settings.mail_address
    message = letter(mail, settings.mail_sender, address.rpartition("@")[2])
    try:
        await client.send_message(message, sender=address, recipients=[cast("str", mail.email)])
    except SMTPRecipientsRefused as refused:
        return _refused(mail, refused.recipients[0])
    except SMTPDataError as refused:
        return _refused(mail, refused)
    except SMTPResponseException as fault:  # of the sender or the session: ours to mend
        return Outcome(mail, Verdict.FAILED, _reason(fault))
    except FAULTS as fault:
        client.close()
        return Outcome(mail, Verdict.FAILED, _reason(fault))
    return Outcome(mail, Verdict.SENT)


def _refused(mail: Mail, answer: SMTPResponseException) -> Outcome:
    """RFC 5321 §4.2.1: 4yz may succeed later, 5yz will not."""
    verdict = Verdict.REFUSED if answer.code >= PERMANENT else Verdict.FAILED
    return Outcome(mail, verdict, _reason(answer))


def _reason(fault: Exception) -> str:
    """What a person can read, on one line."""
    if isinstance(fault, SMTPResponseException):
        said = f"{fault.code} {fault.message}"
    else:
        said = str(fault) or type(fault).__name__
    printable = "".join(one if one.isprintable() else " " for one in said)
    return " ".join(printable.split())[:REASON_LENGTH_MAX]


def _client(settings: Settings) -> SMTP:
    password = settings.mail_password
    return SMTP(
        hostname=settings.mail_host,
        port=settings.mail_port,
        timeout=settings.mail_timeout_seconds,
        use_tls=settings.mail_tls == "tls",
        start_tls=settings.mail_tls == "starttls",
        username=settings.mail_username,
        password=password.get_secret_value() if password else None,
        cert_bundle=str(settings.mail_ca_path) if settings.mail_ca_path else None,
    )


def _tell(outcomes: Sequence[Outcome]) -> None:
    counts = {verdict.value.lower(): 0 for verdict in Verdict}
    for outcome in outcomes:
        counts[outcome.verdict.value.lower()] += 1
    failed = next((one.reason for one in outcomes if one.reason), None)
    (log.warning if failed else log.info)("mails_posted", error=failed, **counts)
