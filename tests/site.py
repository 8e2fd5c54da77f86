"""One installed Ombud on real servers: its configuration, its command line, the mails of its people."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from ingest.mail import Mail
from ingest.parse import parse
from ombud import config, mailboxes, outlets, pipeline, wiring
from ombud.__main__ import main
from ombud.demo.setting import SAMPLE, edited
from tests.servers import HOST, PASSWORD, Dovecot, Sink

EXAMPLE = Path(__file__).parents[1] / "config.toml"
DESK = "it-desk@corp.example"
USER = "lin.xiao@corp.example"
ENGINEER = "jiang.he@corp.example"
SECOND_ENGINEER = "su.wan@corp.example"
MANAGER = "han.song@corp.example"
SERVICE_MANAGER = "gu.heng@corp.example"
GENERAL_MANAGER = "lu.zhiyuan@corp.example"
REPRESENTATIVE = "qiu.min@corp.example"
VIP = "zhou.wangshu@corp.example"


@dataclass(slots=True)
class Site:
    folder: Path
    dovecot: Dovecot
    sink: Sink
    user: str
    store_url: str
    taken: set[str] = field(default_factory=set)
    _count: int = 0

    def __post_init__(self) -> None:
        self.configure()

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def configure(self, **changes: dict[str, object]) -> None:
        (self.folder / "password").write_text(PASSWORD)
        base: dict[str, dict[str, object]] = {
            "store": {"url": self.store_url},
            "mailbox": {
                "host": HOST, "port": self.dovecot.plain, "security": "plain", "user": self.user,
                "password_env": None, "password_file": "password",
            },
            "smtp": {"host": HOST, "port": self.sink.port, "security": "plain", "user": "", "password_env": None},
            # The digest comes by the time of day: tests of it move the clock (tests/desk.py).
            "digest": {"at": "never"},
            "directory": {"people": str(SAMPLE / "people.csv"), "departments": str(SAMPLE / "departments.csv")},
        }  # fmt: skip
        if self.store_url.startswith("postgresql"):
            # Hosts that share a database share the keys: none is made beside it.
            (self.folder / "token.key").write_text("k" * 40)
            base["secrets"] = {"token_keys_file": "token.key"}
        for section, values in changes.items():
            base.setdefault(section, {}).update(values)
        self.config.write_text(edited(EXAMPLE.read_text("utf-8"), base), "utf-8")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "ombud", "--config", str(self.config), *words]

    def process(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command as a process of its own, when it has ended."""
        return subprocess.run(
            self.command(*words),
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **environment},
        )

    def run(self, *words: str, check: int = 0) -> Result:
        """A command within this process, for speed, which has to end with this code."""
        done = CliRunner().invoke(main, ["--config", str(self.config), *words])
        assert done.exit_code == check, f"{words}: {done.exit_code}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, **environment: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / "ombud.log").open("ab")
        with log:
            return subprocess.Popen(
                self.command("run"), stdout=log, stderr=log, env={**os.environ, **environment}
            )

    def json(self, *words: str) -> list[dict[str, Any]]:
        """What a command says, as JSON."""
        done = self.run(*words, "--json")
        # A service that a test runs in this process logs in between.
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def once(self) -> None:
        """`ombud once` within this process, for speed."""
        settings = config.load(self.config)
        office = wiring.office(settings)
        try:
            with capture_logs() as logs:
                is_well = pipeline.once(office, mailboxes.accounts(settings), outlets.smtp(settings))
            assert is_well, logs
        finally:
            office.engine.dispose()

    def write(self, sender: str, subject: str, text: str, **headers: str) -> bytes:
        """A mail put into the desk's mailbox; its bytes."""
        self._count += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, DESK, subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{self._count}.{self.user}@corp.example>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text, cte="base64")
        content = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        self.dovecot.append(self.user, content)
        return content

    def got(self, address: str, notice: str) -> list[Mail]:
        """Mails of a kind that an address got, oldest first."""
        mails = [parse(delivered.content) for delivered in self.sink.to(address)]
        return [mail for mail in mails if mail.header("x-ombud-notice") == notice]

    def answer(self, address: str, notice: str, text: str) -> None:
        """A plain reply to the last mail of a kind that an address got."""
        mail = self.got(address, notice)[-1]
        references = " ".join(f"<{one}>" for one in (*mail.references, mail.message_id))
        self.write(
            address, f"Re: {mail.subject}", text, In_Reply_To=f"<{mail.message_id}>", References=references
        )

    def number(self) -> str:
        """Of the only complaint."""
        (line,) = self.json("complaints")
        return str(line["number"])


def tag_of(subject: str) -> str:
    """The token's tag in a subject."""
    match = re.search(r"\[[^\]]+\]", subject)
    assert match, subject
    return match[0]
