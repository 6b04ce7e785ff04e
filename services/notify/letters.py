"""A mail as it goes out: plain text and simple HTML, in the language of its reader."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from uuid import uuid5

from chassis.texts import render
from services.notify.domain import Mail
from services.notify.texts import MAIL_CLOSING, MAIL_GREETING, MESSAGES

PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family: sans-serif; line-height: 1.5">
<p>{greeting}</p>
<p>{text}</p>
<p style="color: #666; font-size: smaller">{closing}</p>
</body>
</html>
"""


def letter(mail: Mail, sender: str, domain: str) -> EmailMessage:
    """The same mail gives the same Message-ID, whoever sends it and how often."""
    title, text, greeting, closing = _words(mail)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.email
    message["Subject"] = title
    message["Date"] = format_datetime(mail.happened_at)
    message["Message-ID"] = f"<{uuid5(mail.event_id, f'{mail.template} {mail.user_id}')}@{domain}>"
    message["Content-Language"] = mail.language
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer it
    message.set_content(f"{greeting}\n\n{text}\n\n-- \n{closing}\n")
    page = PAGE.format(
        language=mail.language,
        title=escape(title),
        greeting=escape(greeting),
        text=escape(text),
        closing=escape(closing),
    )
    message.add_alternative(page, subtype="html")
    return message


def _words(mail: Mail) -> tuple[str, str, str, str]:
    """Title, text, greeting and closing."""
    title, text = MESSAGES[mail.template]
    parts = (
        render(title, mail.facts),
        render(text, mail.facts),
        render(MAIL_GREETING, {"name": mail.name}),
        MAIL_CLOSING,
    )
    a, b, c, d = (part.en if mail.language == "en" else part.zh for part in parts)
    return a, b, c, d
