"""Ombud and the naive loop, as `bench.speed` runs them."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from bench import speed
from bench.peers.scene import Command, Kept, Scene


def ombud(scene: Scene) -> Command:
    return _command("ombud", scene)


def ombud_kept(scene: Scene) -> Kept:
    return counted(scene.folder / "ombud.db", "SELECT count(*) FROM mail", "SELECT count(*) FROM complaint")


def naive(scene: Scene) -> Command:
    return _command("naive", scene)


def naive_kept(scene: Scene) -> Kept:
    opened = "SELECT count(*) FROM mail WHERE complaint != ''"
    return counted(scene.folder / "naive.db", "SELECT count(*) FROM mail", opened)


def counted(database: Path, mails: str, opened: str) -> Kept:
    """What two questions to a program's SQLite file give."""
    with closing(sqlite3.connect(database)) as db:
        return Kept(mails=db.execute(mails).fetchone()[0], opened=db.execute(opened).fetchone()[0])


def _command(program: str, scene: Scene) -> Command:
    ports = (scene.imap_port, scene.smtp_port)
    arguments = speed.command(program, scene.folder, ports, scene.user)
    return Command(python=Path(sys.executable), arguments=tuple(arguments))
