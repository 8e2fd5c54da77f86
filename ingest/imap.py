"""A connection to an IMAP server: made, encrypted, logged in; and what can go wrong with it, as two exceptions.

Sources: RFC 3501, RFC 2971 (ID), RFC 4616 (SASL PLAIN).
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

PROGRAM = {"name": "ombud"}
"""Who we say that we are (RFC 2971)."""
TROUBLE = (IMAPClientError, OSError, ssl.SSLError, ValueError, LookupError, AssertionError)


class MailboxUnreachable(Exception):
    """The mailbox cannot be used just now; the text says why."""


class MailboxRefused(MailboxUnreachable):
    """The server refuses us (login, certificate): trying again alone will not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount:
    """A mailbox that is watched."""

    name: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: Literal["tls", "starttls", "plain"] = "tls"
    folder: str = "INBOX"
    file_to: str = ""
    """Folder into which stored mails are moved; '' leaves them."""
    ca_file: Path | None = None
    timeout_s: float = 60
    look_s: float = 0.25
    """Between two looks during IDLE at a Dovecot, which tells of mail half a second late; 0 waits to be told."""


@contextmanager
def surfacing() -> Iterator[None]:
    """Whatever server, network and protocol can cause is raised as MailboxUnreachable."""
    try:
        yield
    except TROUBLE as trouble:
        raise MailboxUnreachable(why(trouble)) from trouble


def connected(account: ImapAccount) -> IMAPClient:
    """A logged-in client. Raises MailboxUnreachable, MailboxRefused."""
    client: IMAPClient | None = None
    try:
        tls = account.security == "tls"
        context = _context(account) if account.security != "plain" else None
        client = IMAPClient(
            account.host,
            port=account.port,
            ssl=tls,
            ssl_context=context if tls else None,
            timeout=account.timeout_s,
        )
        # imaplib writes a command in pieces: with Nagle's algorithm each would wait for the server's late ACK.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Aware times: imapclient would give naive local ones otherwise.
        client.normalise_times = False
        if account.security == "starttls":
            # Raises when it is not offered: the password never goes out in the clear instead.
            client.starttls(context)
        _log_in(client, account)
    except (LoginError, ssl.SSLCertVerificationError) as refused:
        shut(client)
        kind = MailboxUnreachable if _is_passing(refused) else MailboxRefused
        raise kind(why(refused)) from refused
    except TROUBLE as trouble:
        shut(client)
        raise MailboxUnreachable(why(trouble)) from trouble
    return client


def introduced(client: IMAPClient) -> bool:
    """Says who we are; whether the server is a Dovecot. Raises IMAPClientError.

    QUIRK: NetEase (163, 126) lets nobody select a folder who did not say who they are.
    """
    said = client.id_(PROGRAM) if client.has_capability("ID") else ()
    return any(b"Dovecot" in (fields or ()) for fields in said)


def _log_in(client: IMAPClient, account: ImapAccount) -> None:
    if account.user.isascii() and account.password.isascii():
        client.login(account.user, account.password)
    else:
        # imaplib's LOGIN is ASCII only; SASL PLAIN is UTF-8 (RFC 4616).
        client.plain_login(account.user, account.password)


def _is_passing(refused: Exception) -> bool:
    """QUIRK: imapclient makes a LoginError of a lost connection too; and RFC 5530 3 UNAVAILABLE is no verdict."""
    return isinstance(refused.__context__, IMAPClientAbortError) or "[UNAVAILABLE]" in str(refused)


def shut(client: IMAPClient | None) -> None:
    if client is not None:
        try:
            client.shutdown()
        except TROUBLE:
            return


def _context(account: ImapAccount) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)


def why(trouble: BaseException) -> str:
    return f"{type(trouble).__name__}: {trouble}"
