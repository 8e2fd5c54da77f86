"""Roundup: its classic tracker on SQLite, read by `roundup-mailgw` over IMAP.

With its defaults it returns a mail that is HTML only ("must be plain text") and adds a `Re:` without In-Reply-To to
any older issue of the same title, whoever wrote that; so both are set. Every writer is registered at their first mail.
"""

import subprocess
from configparser import RawConfigParser
from pathlib import Path

from bench import mailbox
from bench.peers.environment import interpreter
from bench.peers.ours import counted
from bench.peers.scene import Command, Kept, Scene
from tests.servers import HOST, PASSWORD

SETTINGS = {
    # A password nobody knows is made for each new writer; the default 250,000 rounds cost more than all else.
    "main": {"password_pbkdf2_default_rounds": "1000"},
    "tracker": {"email": mailbox.DESK, "web": f"http://{HOST}/tracker/"},
    "mail": {"domain": "corp.example", "host": HOST},
    "mailgw": {
        "convert_htmltotext": "dehtml",
        "subject_prefix_parsing": "loose",
        "subject_suffix_parsing": "none",
        "subject_content_match": "never",
    },
    # Whoever opens an issue gets a copy of it with its number: the acknowledgement.
    "nosy": {"messages_to_author": "new"},
}
FROM_ANYBODY = "db.security.addPermissionToRole('Anonymous', 'Email Access')"
# roundup-mailgw connects to the standard port only; interfaces.py is the tracker's place for changes to Roundup.
OTHER_PORT = 'import imaplib\n\nimaplib.IMAP4.__init__.__defaults__ = ("", {port}, None)\n'


def roundup(scene: Scene) -> Command:
    python, home = interpreter("roundup"), scene.folder / "tracker"
    admin = [python, python.with_name("roundup-admin"), "-i", home]
    subprocess.run([*admin, "install", "classic", "sqlite"], check=True, stdout=subprocess.DEVNULL)
    _configure(home, scene)
    subprocess.run([*admin, "initialise", PASSWORD], check=True, stdout=subprocess.DEVNULL)
    gateway, account = python.with_name("roundup-mailgw"), f"{scene.user}:{PASSWORD}@{HOST}"
    return Command(python=python, arguments=(str(gateway), str(home), "imap", account))


def roundup_kept(scene: Scene) -> Kept:
    database = scene.folder / "tracker" / "db" / "db"
    return counted(database, "SELECT count(*) FROM _msg", "SELECT count(*) FROM _issue")


def _configure(home: Path, scene: Scene) -> None:
    settings = RawConfigParser()
    settings.read(home / "config.ini", "utf-8")
    settings.read_dict(SETTINGS)
    settings["mail"]["port"] = str(scene.smtp_port)
    with (home / "config.ini").open("w", encoding="utf-8") as file:
        settings.write(file)
    with (home / "schema.py").open("a", encoding="utf-8") as schema:
        schema.write(f"\n{FROM_ANYBODY}\n")
    (home / "interfaces.py").write_text(OTHER_PORT.format(port=scene.imap_port), "utf-8")
