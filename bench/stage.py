"""Where the measuring takes place: Dovecot with a filled mailbox, an SMTP sink, an Ombud configured for both."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ombud.demo.setting import EXAMPLE, SAMPLE, edited
from tests.servers import HOST, PASSWORD, Dovecot, free_port

UNLIMITED = 1_000_000
POLL_S = 0.05
START_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run of a program: its time, and the most private memory that it and its children held."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def fill(server: Dovecot, user: str, messages: Iterable[bytes]) -> int:
    """Puts messages into a user's mailbox as a delivery agent does (maildir); how many."""
    box = server.folder / "mail" / user
    owner = (server.folder / "mail").stat()
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True, exist_ok=True)
    count = 0
    for count, message in enumerate(messages, 1):
        path = box / "new" / f"{1_700_000_000 + count}.{count}.bench"
        path.write_bytes(message)
    for path in (box, *box.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    return count


@contextmanager
def smtp_sink(host: str = HOST, folder: Path | None = None) -> Iterator[int]:
    """Postfix's smtp-sink, which takes everything, and keeps each mail in a file where a folder is given; its port."""
    program = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
    port = free_port()
    if folder is not None:
        shutil.chown(folder, "nobody")
    kept = ["-d", f"{folder}/mail."] if folder else []
    command = [program, "-u", "nobody", *kept, f"{host}:{port}", "200"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(START_S)


Changes = dict[str, dict[str, object]]
"""By section and key of config.toml."""


def configured(folder: Path, ports: tuple[int, int], user: str, more: Changes | None = None) -> Path:
    """A configuration without budgets, so that nothing waits; its path. `ports` are those of IMAP and SMTP."""
    (folder / "password").write_text(PASSWORD)
    (folder / "token.keys").write_text("k" * 64)
    server = {"host": HOST, "security": "plain"}
    path = folder / "config.toml"
    changes: Changes = {
        "store": {"url": f"sqlite:///{folder / 'ombud.db'}"},
        "secrets": {"token_keys_file": "token.keys"},
        "mailbox": {
            **server,
            "port": ports[0],
            "user": user,
            "password_env": None,
            "password_file": "password",
        },
        "smtp": {**server, "port": ports[1], "user": "", "password_env": None},
        "directory": {"people": str(SAMPLE / "people.csv"), "departments": str(SAMPLE / "departments.csv")},
        "limits": {"replies_per_day": UNLIMITED, "outgoing_per_hour": UNLIMITED},
        "digest": {"at": "never"},
        "report": {"month_day": 0, "year_day": 0},
        "log": {"level": "warning"},
    }
    for section, values in (more or {}).items():
        changes.setdefault(section, {}).update(values)
    path.write_text(edited(EXAMPLE.read_text("utf-8"), changes), "utf-8")
    return path


@contextmanager
def service(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`ombud run` of a configuration, stopped at the end as an administrator stops it."""
    command = [sys.executable, "-m", "ombud", "--config", str(config), "run"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(START_S)


def run(
    command: list[str], python: Path = Path(sys.executable), environment: Mapping[str, str] | None = None
) -> Ran:
    """Runs a program to its end, where wanted with another interpreter. Raises CalledProcessError."""
    began, before = time.perf_counter(), os.times()
    process = subprocess.Popen(
        [python, *command], stdout=subprocess.DEVNULL, env=os.environ | (environment or {})
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, private_bytes(process.pid))
        time.sleep(POLL_S)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Ran(wall_s=wall, cpu_s=cpu, peak_bytes=peak)


def private_bytes(pid: int) -> int:
    """Memory that belongs to a process and its children alone (Linux)."""
    total = 0
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total = sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private")) * 1024
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return total
    return total + sum(private_bytes(int(child)) for child in children)
