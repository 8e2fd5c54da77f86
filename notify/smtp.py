"""The SMTP edge: final bytes handed to the organisation's mail server, over a kept connection.

Every outcome is a value: `Sent`, `Deferred` (try again: 4xx, no connection, anything unknown) or
`Refused` (5xx). TLS and the certificate are checked; a server that does not offer STARTTLS where it is
configured gets nothing. Sources: RFC 5321, RFC 3207, RFC 6531, RFC 1870.

Some recipients of a mail may be refused while the others get it: `Refused.recipients` names those who
did not, and the mail is not tried again. When some are put off (4xx) while others are accepted, nothing
is sent and the whole is deferred (RSET), so nobody gets it twice. A connection that is lost, or a 421,
after the last line of the mail is deferred: if the server had taken it, it is sent twice with one Message-ID.
"""

import smtplib
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Literal

from process.outgoing import Deferred, Outcome, Outgoing, Refused, Sent

IDLE_S_MAX = 60.0
"""A connection that was not used for so long is made anew; servers hang up after some minutes."""
PROBE_AFTER_S = 1.0
"""A connection that was not used for so long is asked whether it still stands before a mail is trusted to it."""
REASON_CHARS_MAX = 300
LOGIN_WANTED = frozenset({530, 534, 535, 538})
"""RFC 4954 6: the server wants another login of us. The mail is good and waits for the administrator."""
UNWRITABLE = (553, b"5.1.3 not an address that can be written to this server; it was not asked")


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
            outcome = _transaction(client, self._account.envelope_sender, outgoing)
            self._used_at = monotonic()
            return outcome
        except SmtpUnreachable as trouble:
            return Deferred(reason=_bounded(str(trouble)), is_unreachable=True)
        except (smtplib.SMTPException, OSError) as trouble:
            self._drop()
            return Deferred(reason=_bounded(f"{type(trouble).__name__}: {trouble}"), is_unreachable=True)

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and not self._stands(self._client):
            self._hang_up()
        if self._client is None:
            self._client = connect(self._account)
            self._used_at = monotonic()
        return self._client

    def _stands(self, client: smtplib.SMTP) -> bool:
        idle_s = monotonic() - self._used_at
        if client.sock is None or idle_s > IDLE_S_MAX:
            return False
        if idle_s < PROBE_AFTER_S:
            return True
        try:
            return client.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

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
        client.ehlo_or_helo_if_needed()
        if account.security == "starttls":
            # Raises when it is not offered: mail never goes out in the clear instead.
            client.starttls(context=_context(account))
            client.ehlo_or_helo_if_needed()
        if account.user:
            _log_in(client, account)
    except (smtplib.SMTPException, OSError, ValueError) as trouble:
        if client is not None:
            client.close()
        raise SmtpUnreachable(_why(trouble)) from trouble
    return client


def _log_in(client: smtplib.SMTP, account: SmtpAccount) -> None:
    if account.user.isascii() and account.password.isascii():
        client.login(account.user, account.password)
        return
    # smtplib writes ASCII only; SASL PLAIN is UTF-8 (RFC 4616).
    words = b64encode(f"\0{account.user}\0{account.password}".encode()).decode("ascii")
    code, reply = client.docmd("AUTH", f"PLAIN {words}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


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
    if (problem := _unsendable(client, sender, outgoing)) is not None:
        return problem
    code, reply = client.mail(sender, _options(client, sender, outgoing))
    if code != 250:
        return _ended(client, code, reply)
    refused: list[str] = []
    last = (250, b"")
    for recipient in outgoing.recipients:
        code, reply = client.rcpt(recipient) if _is_writable(client, recipient) else UNWRITABLE
        if code in (250, 251):
            continue
        if not _is_final(code):
            return _ended(client, code, reply)
        refused.append(recipient)
        last = (code, reply)
    if len(refused) == len(outgoing.recipients):
        return _ended(client, *last)
    code, reply = _data(client, outgoing.content)
    if code != 250:
        return _ended(client, code, reply)
    if refused:
        return Refused(reason=_words(*last), recipients=tuple(refused))
    return Sent(reply=_words(code, reply))


def _data(client: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """The reply to the mail, or to DATA itself when the server does not want to see the mail."""
    try:
        return client.data(content)
    except smtplib.SMTPDataError as refused:
        reply = refused.smtp_error
        return refused.smtp_code, reply if isinstance(reply, bytes) else reply.encode()


def _unsendable(client: smtplib.SMTP, sender: str, outgoing: Outgoing) -> Refused | None:
    """What the server would never take: too large (RFC 1870), or a sender that it cannot write."""
    limit = client.esmtp_features.get("size", "").strip()
    if limit.isdecimal() and 0 < int(limit) < len(outgoing.content):
        return Refused(reason=f"the mail has {len(outgoing.content)} bytes, the server takes {limit}")
    if sender and not _is_writable(client, sender):
        return Refused(reason=f"the envelope sender {sender} cannot be written: {_words(*UNWRITABLE)}")
    return None


def _is_writable(client: smtplib.SMTP, address: str) -> bool:
    """False for what is no address, and for one that is not ASCII where SMTPUTF8 is not offered (RFC 6531).

    QUIRK: smtplib makes an address of anything, "a@x, b@y" becomes a@x: such mail would go astray in silence.
    """
    if not address or smtplib.quoteaddr(address) != f"<{address}>":
        return False
    return address.isascii() or client.has_extn("smtputf8")


def _options(client: smtplib.SMTP, sender: str, outgoing: Outgoing) -> list[str]:
    is_ascii = all(address.isascii() for address in (sender, *outgoing.recipients))
    if not is_ascii and client.has_extn("smtputf8"):
        client.command_encoding = "utf-8"
        return ["SMTPUTF8", "BODY=8BITMIME"]
    return [f"SIZE={len(outgoing.content)}"] if client.has_extn("size") else []


def _ended(client: smtplib.SMTP, code: int, reply: bytes) -> Outcome:
    """A transaction that came to nothing; the connection stays good unless the server said goodbye."""
    if code == 421 or not 400 <= code < 600:
        # Goodbye, or a reply that no one understands: the caller drops the connection.
        raise smtplib.SMTPServerDisconnected(_words(code, reply))
    try:
        client.rset()
    except (smtplib.SMTPException, OSError):
        # Some servers hang up behind a refusal; it is a refusal all the same.
        client.close()
    reason = _words(code, reply)
    return Refused(reason=reason) if _is_final(code) else Deferred(reason=reason)


def _is_final(code: int) -> bool:
    return 500 <= code < 600 and code not in LOGIN_WANTED


def _words(code: int, reply: bytes) -> str:
    return _bounded(f"{code} {reply.decode('utf-8', 'replace')}")


def _bounded(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:REASON_CHARS_MAX]
