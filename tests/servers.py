"""Real servers for tests: Dovecot (Debian) and an SMTP sink, on loopback, in a temporary folder."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient

HOST = "127.0.0.1"
PASSWORD = "geheim"
START_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> tuple[Path, Path]:
    """A self-signed certificate for this machine, or for other names, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(cert),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


@dataclass(slots=True)
class Dovecot:
    """A running Dovecot whose users have maildirs below `folder`; any user, one password."""

    folder: Path
    plain: int
    tls: int
    cert: Path
    host: str = HOST
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        if not Path(program).exists():
            raise AssertionError("Dovecot is missing: make test installs it (apt-get install dovecot-imapd)")
        command = [program, "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.plain), 1) as probe:
                if probe.recv(20).startswith(b"* OK"):
                    return
            time.sleep(0.05)
        raise AssertionError(f"Dovecot did not start; see {self.folder / 'log'}")

    def stop(self) -> None:
        """With its conversations: one that is asked all the time would outlive its master."""
        if self._process is not None:
            children = (
                Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
            )
            self._process.terminate()
            self._process.wait(START_S)
            self._process = None
            for child in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)

    def client(self, user: str) -> IMAPClient:
        client = IMAPClient(self.host, port=self.plain, ssl=False)
        client.login(user, PASSWORD)
        return client

    def append(self, user: str, *messages: bytes, folder: str = "INBOX") -> None:
        with self.client(user) as client:
            for message in messages:
                client.append(folder, message)

    def contents(self, user: str, folder: str = "INBOX") -> list[bytes]:
        with self.client(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            uids = client.search()
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def forget_uids(self, user: str) -> None:
        """A new UIDVALIDITY, as after a restore: all mails get new UIDs."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (self.folder / "mail" / user / name).unlink(missing_ok=True)
        (self.folder / "mail" / user / "dovecot-uidvalidity").unlink(missing_ok=True)


@contextlib.contextmanager
def dovecot(capability: str = "", *, has_tls: bool = True, host: str = HOST) -> Iterator[Dovecot]:
    """A Dovecot in a folder of its own: pytest's folders are closed to the user who owns the mail."""
    with tempfile.TemporaryDirectory(prefix="ombud-dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        cert, key = certificate(folder)
        server = Dovecot(folder=folder, plain=free_port(), tls=free_port(), cert=cert, host=host)
        (folder / "mail").mkdir()
        configuration = _configuration(server, key, capability)
        (folder / "dovecot.conf").write_text(configuration + ("" if has_tls else "ssl = no\n"))
        server.start()
        try:
            yield server
        finally:
            server.stop()


CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = {host}
mail_location = maildir:{folder}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
mail_max_userip_connections = 100
"""
WITHOUT_ROOT = """
default_internal_user = {name}
default_login_user = {name}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
}}
"""


def _configuration(server: Dovecot, key: Path, capability: str) -> str:
    user = pwd.getpwuid(os.getuid())
    # As root, mail belongs to an ordinary user: Dovecot refuses to serve root's.
    owner = pwd.getpwnam("nobody") if user.pw_uid == 0 else user
    os.chown(server.folder / "mail", owner.pw_uid, owner.pw_gid)
    written = CONFIGURATION.format(
        folder=server.folder,
        host=server.host,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        cert=server.cert,
        key=key,
        password=PASSWORD,
        plain=server.plain,
        tls=server.tls,
    )
    return (
        written
        + ("" if user.pw_uid == 0 else WITHOUT_ROOT.format(name=user.pw_name))
        + (f"imap_capability = {capability}\n" if capability else "")
    )


@dataclass(slots=True)
class Delivered:
    """A mail that the sink took responsibility for."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    at_s: float = field(default_factory=time.monotonic)


Reply = Callable[[str, str], str | None]
"""Given a verb (MAIL, RCPT, DATA) and its argument, the reply to give, or None for the ordinary one."""


@dataclass(slots=True)
class Sink:
    """An SMTP server that keeps what it gets, and answers as a test wants."""

    port: int = 0
    mails: list[Delivered] = field(default_factory=list)
    reply: Reply = lambda verb, argument: None
    data_bytes_max: int = 0
    """A larger mail is refused at its end; 0 is no limit."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    conversations: set[SMTP] = field(default_factory=set)
    """Under way. What a client that is gone has written is taken, or never will be, once its own is not among them."""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.reply("MAIL", address)
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.reply("RCPT", address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.reply("DATA", "")
        if 0 < self.data_bytes_max < len(envelope.content or b""):
            answer = "552 5.3.4 message is too big"
        if answer is None:
            with self.lock:
                self.mails.append(
                    Delivered(
                        sender=envelope.mail_from or "",
                        recipients=tuple(envelope.rcpt_tos),
                        content=bytes(envelope.content or b""),
                    )
                )
        return answer or "250 OK"

    def to(self, address: str) -> list[Delivered]:
        with self.lock:
            return [mail for mail in self.mails if address in mail.recipients]


class _Conversation(SMTP):
    """Known to the sink while it lasts."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.conversations.discard(self)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Conversation(self.handler, **self.SMTP_kwargs)


@contextlib.contextmanager
def smtp_sink(context: ssl.SSLContext | None = None, *, starttls: bool = False) -> Iterator[Sink]:
    sink = Sink()
    options: dict[str, object] = {"enable_SMTPUTF8": True}
    if context and starttls:
        options["tls_context"] = context
    controller = _Controller(
        sink, hostname=HOST, port=free_port(), ssl_context=None if starttls else context, **options
    )
    sink.port = controller.port
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
