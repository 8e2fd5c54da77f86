"""The SMTP edge: final bytes handed to the organisation's mail server, over a kept connection.

Every outcome is a value: `Sent`, `Deferred` (try again: 4xx, no connection, anything unknown) or
`Refused` (5xx). TLS and the certificate are checked; a server that does not offer STARTTLS where it is
configured gets nothing. Sources: RFC 5321, RFC 3207, RFC 6531, RFC 1870.

Some recipients of a mail may be refused while the others get it: `Refused.recipients` names those who
did not, and the mail is not tried again. When some are put off (4xx) while others are accepted, nothing
is sent and the whole is deferred (RSET), so nobody gets it twice.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Literal

from process.outgoing import Deferred, Outcome, Outgoing, Refused, Sent

IDLE_S_MAX = 60.0
"""A connection that was not used for so long is made anew; servers hang up after some minutes."""
REASON_CHARS_MAX = 300


class SmtpUnreachable(Exception):
    """No usable connection; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount:
    """A server that mail goes out through."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: Path | None = None
    timeout_s: float = 60
    envelope_sender: str = ""


class Smtp:
    """A connection that is made when it is needed and kept while it is good."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account
        self._client: smtplib.SMTP | None = None
        self._used_at = 0.0

    def __enter__(self) -> "Smtp":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, outgoing: Outgoing) -> Outcome:
        """What became of one try. Raises nothing that a server or network can cause."""
        try:
            client = self._connected()
            self._used_at = monotonic()
            return _transaction(client, self._account.envelope_sender, outgoing)
        except SmtpUnreachable as trouble:
            return Deferred(reason=_bounded(str(trouble)))
        except (smtplib.SMTPException, OSError) as trouble:
            self._drop()
            return Deferred(reason=_bounded(f"{type(trouble).__name__}: {trouble}"))

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and monotonic() - self._used_at > IDLE_S_MAX:
            self._hang_up()
        if self._client is None:
            self._client = connect(self._account)
        return self._client

    def _hang_up(self) -> None:
        if self._client is not None:
            try:
                self._client.quit()
            except (smtplib.SMTPException, OSError):
                self._client.close()
            self._client = None

    def _drop(self) -> None:
        """After trouble nobody knows what state the conversation is in."""
        if self._client is not None:
            self._client.close()
            self._client = None


def connect(account: SmtpAccount) -> smtplib.SMTP:
    """A greeted, encrypted (unless 'plain') and logged-in connection. Raises SmtpUnreachable."""
    client: smtplib.SMTP | None = None
    try:
        if account.security == "tls":
            context = _context(account)
            client = smtplib.SMTP_SSL(account.host, account.port, timeout=account.timeout_s, context=context)
        else:
            client = smtplib.SMTP(account.host, account.port, timeout=account.timeout_s)
        client.ehlo()
        if account.security == "starttls":
            # Raises when it is not offered: mail never goes out in the clear instead.
            client.starttls(context=_context(account))
            client.ehlo()
        if account.user:
            client.login(account.user, account.password)
    except (smtplib.SMTPException, OSError, ValueError) as trouble:
        if client is not None:
            client.close()
        raise SmtpUnreachable(_why(trouble)) from trouble
    return client


def _context(account: SmtpAccount) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)


def _why(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPAuthenticationError):
        return f"login refused ({trouble.smtp_code})"
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        return f"the server does not offer what is configured: {trouble}"
    return f"{type(trouble).__name__}: {trouble}"


def check(account: SmtpAccount) -> str:
    """What was found, in words, without sending. Raises SmtpUnreachable."""
    client = connect(account)
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()
    return f"{account.host}:{account.port} greeted us"


def _transaction(client: smtplib.SMTP, sender: str, outgoing: Outgoing) -> Outcome:
    """MAIL, RCPT, DATA (RFC 5321 3.3)."""
    if (problem := _unsendable(client, outgoing)) is not None:
        return problem
    code, reply = client.mail(sender, _options(client, outgoing))
    if code != 250:
        return _ended(client, code, reply)
    refused: list[str] = []
    last = (250, b"")
    for recipient in outgoing.recipients:
        code, reply = client.rcpt(recipient)
        if 400 <= code < 500:
            return _ended(client, code, reply)
        if code not in (250, 251):
            refused.append(recipient)
            last = (code, reply)
    if len(refused) == len(outgoing.recipients):
        return _ended(client, *last)
    code, reply = client.data(outgoing.content)
    if code != 250:
        return _ended(client, code, reply)
    if refused:
        return Refused(reason=_words(*last), recipients=tuple(refused))
    return Sent(reply=_words(code, reply))


def _unsendable(client: smtplib.SMTP, outgoing: Outgoing) -> Refused | None:
    """What the server would never take: too large (RFC 1870), or an address that it cannot write."""
    limit = client.esmtp_features.get("size", "").strip()
    if limit.isdecimal() and 0 < int(limit) < len(outgoing.content):
        return Refused(reason=f"the mail has {len(outgoing.content)} bytes, the server takes {limit}")
    if _needs_utf8(outgoing) and not client.has_extn("smtputf8"):
        return Refused(reason="an address is not ASCII and the server does not offer SMTPUTF8 (RFC 6531)")
    return None


def _needs_utf8(outgoing: Outgoing) -> bool:
    return not all(address.isascii() for address in outgoing.recipients)


def _options(client: smtplib.SMTP, outgoing: Outgoing) -> list[str]:
    if _needs_utf8(outgoing):
        client.command_encoding = "utf-8"
        return ["SMTPUTF8", "BODY=8BITMIME"]
    return [f"SIZE={len(outgoing.content)}"] if client.has_extn("size") else []


def _ended(client: smtplib.SMTP, code: int, reply: bytes) -> Outcome:
    """A transaction that came to nothing; the connection stays good unless the server said goodbye."""
    if code == 421:
        raise smtplib.SMTPServerDisconnected(_words(code, reply))
    client.rset()
    reason = _words(code, reply)
    return Refused(reason=reason) if 500 <= code < 600 else Deferred(reason=reason)


def _words(code: int, reply: bytes) -> str:
    return _bounded(f"{code} {reply.decode('utf-8', 'replace')}")


def _bounded(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:REASON_CHARS_MAX]
