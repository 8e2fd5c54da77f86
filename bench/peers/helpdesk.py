"""django-helpdesk: a Django project of its own (`project/`) on SQLite, one queue read by `get_email` over IMAP."""

import json
import os
import subprocess
from pathlib import Path

from bench import mailbox
from bench.peers.environment import interpreter
from bench.peers.ours import counted
from bench.peers.scene import Command, Kept, Scene
from tests.servers import HOST, PASSWORD

PROJECT = Path(__file__).parent / "project"
DATABASE = "helpdesk.db"


def helpdesk(scene: Scene) -> Command:
    python = interpreter("helpdesk")
    environment = {
        "PYTHONPATH": str(PROJECT),
        "DJANGO_SETTINGS_MODULE": "settings",
        "HELPDESK_DATABASE": str(scene.folder / DATABASE),
        "HELPDESK_MEDIA": str(scene.folder / "media"),
        "HELPDESK_SMTP_PORT": str(scene.smtp_port),
    }
    django = [python, "-m", "django"]
    for arguments in (["migrate", "--verbosity", "0"], ["loaddata", "--verbosity", "0", _queue(scene)]):
        subprocess.run([*django, *arguments], check=True, env=os.environ | environment)
    return Command(python=python, arguments=("-m", "django", "get_email", "--quiet"), environment=environment)


def helpdesk_kept(scene: Scene) -> Kept:
    """Every mail becomes a follow-up, the first of a ticket too."""
    mails = "SELECT count(*) FROM helpdesk_followup"
    return counted(scene.folder / DATABASE, mails, "SELECT count(*) FROM helpdesk_ticket")


def _queue(scene: Scene) -> Path:
    """The queue as a fixture."""
    fields = {
        "title": "IT",
        "slug": "it",
        "email_address": mailbox.DESK,
        "allow_email_submission": True,
        "email_box_type": "imap",
        "email_box_host": HOST,
        "email_box_port": scene.imap_port,
        "email_box_user": scene.user,
        "email_box_pass": PASSWORD,
        "email_box_imap_folder": "INBOX",
        "logging_type": "error",
    }
    path = scene.folder / "queue.json"
    path.write_text(json.dumps([{"model": "helpdesk.queue", "fields": fields}]), "utf-8")
    return path
