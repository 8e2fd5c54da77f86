"""`PEERS=1 make bench`: Roundup on the same mails as Ombud, in an environment of its own from PyPI.

Roundup reads them as its mail gateway does, from a mail spool file, and answers each new writer and issue over SMTP.
Not the same work: nothing is judged, and no form, trail or second person is written to.
"""

import argparse
import mailbox as spools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bench import mailbox, stage

CACHE = Path.home() / ".cache" / "ombud-peers"
ROUNDUP = "roundup==2.6.0"
SETTINGS = {
    "#domain = NO DEFAULT": "domain = corp.example",
    "#host = NO DEFAULT": "host = 127.0.0.1",
    "#web = NO DEFAULT": "web = http://127.0.0.1/tracker/",
    "port = 25": "port = {port}",
}
EMAIL_ACCESS = "#db.security.addPermissionToRole('Anonymous', 'Email Access')"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=300)
    wanted = parser.parse_args()
    programs = installed()
    with stage.smtp_sink() as port, tempfile.TemporaryDirectory() as name:
        home = tracker(programs, Path(name) / "tracker", port)
        spool = spooled(Path(name) / "spool", wanted.mails)
        began = time.perf_counter()
        subprocess.run([programs / "roundup-mailgw", home, "mailbox", spool], check=True)
        seconds = time.perf_counter() - began
        listed = subprocess.run(
            [programs / "roundup-admin", "-i", home, "list", "issue"], check=True, capture_output=True
        )
    issues = len(listed.stdout.splitlines())
    Console().print(
        f"Roundup: {wanted.mails / seconds:.0f} mails/s ({issues} issues of {wanted.mails} mails)"
    )


def installed() -> Path:
    """Roundup's programs, installed when they are not there yet."""
    folder = CACHE / "roundup"
    if not (folder / "bin" / "roundup-mailgw").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", ROUNDUP], check=True)
    return folder / "bin"


def tracker(programs: Path, home: Path, port: int) -> Path:
    """A classic tracker on SQLite that takes mail from everybody; its folder."""
    admin = [programs / "roundup-admin", "-i", home]
    subprocess.run([*admin, "install", "classic", "sqlite"], check=True, stdout=subprocess.DEVNULL)
    config, schema = home / "config.ini", home / "schema.py"
    text = config.read_text("utf-8")
    for old, new in SETTINGS.items():
        text = text.replace(old, new.format(port=port))
    config.write_text(text, "utf-8")
    schema.write_text(schema.read_text("utf-8").replace(EMAIL_ACCESS, EMAIL_ACCESS[1:]), "utf-8")
    subprocess.run([*admin, "initialise", "secret"], check=True, stdout=subprocess.DEVNULL)
    return home


def spooled(path: Path, count: int) -> Path:
    """The mails as a spool file."""
    spool = spools.mbox(path)
    for message in mailbox.messages(count):
        spool.add(message.replace(b"\r\n", b"\n"))
    spool.close()
    return path


if __name__ == "__main__":
    main()
