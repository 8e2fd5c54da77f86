"""An IMAP server (pymap) and an SMTP server (aiosmtpd) in one process on free loopback ports.

Mail for a known account is put into its INBOX, as a mail server of the organisation would; mail for
anybody else comes back as a delivery report (RFC 3464). Started as a child process by `Servers`;
everything is in memory and gone when it ends. Never listens beyond 127.0.0.1.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import make_msgid

HOST = "127.0.0.1"
PASSWORD = "demo"  # noqa: S105 -- of invented people, on loopback, in memory
START_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the two servers listen."""

    imap: int
    smtp: int


@contextlib.contextmanager
def running(accounts: tuple[str, ...]) -> Iterator[Ports]:
    """The servers as a child process, with an account for each address, until the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "ombud.demo.servers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(accounts) + "\n")
        child.stdin.flush()
        ports = json.loads(child.stdout.readline())
        yield Ports(imap=ports["imap"], smtp=ports["smtp"])
    finally:
        child.terminate()
        child.wait(START_TIMEOUT_S)
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()


class Delivery:
    """aiosmtpd's handler: accepted mail goes into the INBOX of each recipient."""

    def __init__(self, identities: dict[str, object]) -> None:
        self._identities = identities

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        content, sender = envelope.content, envelope.mail_from  # type: ignore[attr-defined]
        unknown = []
        for recipient in envelope.rcpt_tos:  # type: ignore[attr-defined]
            if recipient.casefold() in self._identities:
                await self._append(recipient.casefold(), b"Return-Path: <%b>\r\n" % sender.encode() + content)
            else:
                unknown.append(recipient)
        if unknown and sender.casefold() in self._identities:
            await self._append(sender.casefold(), delivery_report(sender, unknown, content))
        return "250 OK"

    async def _append(self, account: str, content: bytes) -> None:
        from pymap.parsing.message import AppendMessage

        identity = self._identities[account]
        async with identity.new_session() as session:  # type: ignore[attr-defined]
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(content, datetime.now(UTC), frozenset()), recent=True)


def delivery_report(sender: str, failed: list[str], original: bytes) -> bytes:
    """A bounce as Postfix writes it, with the headers of the mail that failed."""
    status = "".join(
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
        for address in failed
    )
    head = original.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n")
    report = EmailMessage()
    report["Return-Path"] = "<>"
    report["From"] = "Mail Delivery System <MAILER-DAEMON@mail.corp.example>"
    report["To"] = sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Message-ID"] = make_msgid(domain="mail.corp.example")
    report["Date"] = datetime.now(UTC)
    report["Auto-Submitted"] = "auto-replied"
    boundary = "report-boundary"
    text = f"This is the mail system at host mail.corp.example.\n\n<{failed[0]}>: user unknown\n"
    parts = (("text/plain; charset=utf-8", text),
             ("message/delivery-status", f"Reporting-MTA: dns; mail.corp.example\n\n{status}"),
             ("text/rfc822-headers; charset=utf-8", f"{head}\n"))  # fmt: skip
    body = "".join(f"--{boundary}\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    header = report.as_bytes().partition(b"\n\n")[0].decode()
    kind = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    whole = f"{header}\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}--{boundary}--\n"
    return whole.replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _arguments(port: int) -> Namespace:
    from pymap.backend.dict import DictBackend
    from pymap.imap import IMAPService

    parser = ArgumentParser()
    parser.set_defaults(debug=False, passlib_cfg=None)
    DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    IMAPService.add_arguments(parser)
    return parser.parse_args(["--host", HOST, "--port", str(port), "--no-tls", "dict"])


async def _serve(accounts: list[str]) -> None:
    from aiosmtpd.smtp import SMTP
    from pymap.backend.dict import DictBackend, Identity
    from pymap.imap import IMAPService
    from pymap.user import Passwords, UserMetadata

    ports = Ports(imap=_free_port(), smtp=_free_port())
    backend, config = await DictBackend.init(_arguments(ports.imap))
    config.apply_context()
    password = await Passwords(config).hash_password(PASSWORD)
    identities: dict[str, object] = {}
    for account in accounts:
        identity = Identity(account, backend.login, None, frozenset())
        await identity.set(UserMetadata(config, account, password=password))
        identities[account.casefold()] = identity
    loop = asyncio.get_running_loop()
    handler = Delivery(identities)
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True), HOST, ports.smtp)
    async with contextlib.AsyncExitStack() as stack:
        await backend.start(stack)
        await IMAPService(backend, config).start(stack)
        print(json.dumps({"imap": ports.imap, "smtp": ports.smtp}), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    asyncio.run(_serve(json.loads(sys.stdin.readline())))
