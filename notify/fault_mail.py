"""A fault told by mail, through another SMTP server than the one that everything else goes out through.

It is composed when it is handed over, of our own words and a reason without addresses; nothing of it is kept. Source:
RFC 3834 5 (Auto-Submitted).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from ulid import ULID

from notify import mime
from notify.smtp import Smtp, SmtpAccount
from process.outgoing import Outgoing, Refused, Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """A second server, and who is written to through it."""

    account: SmtpAccount
    to: tuple[str, ...]


def post(mailer: Mailer, text: str) -> str:
    """'' when the server took it for at least one of them, else why not."""
    with Smtp(mailer.account) as smtp:
        outcome = smtp.send(_composed(mailer, text))
    if isinstance(outcome, Sent):
        return ""
    # Some were refused it: that is no reason to tell the others twice.
    return "" if isinstance(outcome, Refused) and outcome.recipients else outcome.reason


def _composed(mailer: Mailer, text: str) -> Outgoing:
    sender = mailer.account.envelope_sender
    message_id = f"ombud.fault.{ULID()}@{sender.rpartition('@')[2]}"
    subject = mime.clean(text, mime.SUBJECT_CHARS_MAX)
    headers = [
        mime.addresses("From", [mime.mailbox("Ombud", sender)]),
        mime.addresses("To", list(mailer.to)),
        mime.header("Subject", subject),
        f"Date: {format_datetime(datetime.now(UTC))}",
        f"Message-ID: <{message_id}>",
        "Auto-Submitted: auto-generated",
    ]
    return Outgoing(
        message_id=message_id,
        matter="",
        template="fault",
        recipient_key="",
        recipients=mailer.to,
        subject=subject,
        content=mime.message(headers, mime.plain(text + "\n")),
    )
