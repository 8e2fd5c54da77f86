"""What every command starts with: configuration, database, office; or what is wrong, and an exit code.

Exit codes: 0 done, 1 something failed (said on stderr), 2 wrong use or configuration, 3 another service works on
this SQLite file. Imports stand inside, so that `ombud --help` and `show` start without a mail parser. Connections are
closed when the command ends.
"""

import gc
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ombud.config import Settings
    from ombud.crew import Signals
    from ombud.mailroom import Mailroom
    from ombud.office import Office

EXIT_FAILED = 1
EXIT_WRONG = 2
STOP_S = 30.0
"""A stop ends the process after this time at the latest, though a server has not answered (systemd waits 90 s)."""
EXIT_OCCUPIED = 3


def settings(path: Path, *, needs_secrets: bool = False) -> "Settings":
    """The configuration, or every fault of it and exit code 2."""
    from ombud import config, logs

    try:
        found = config.load(path, needs_secrets=needs_secrets)
    except config.ConfigFaults as faults:
        click.echo(str(faults), err=True)
        sys.exit(EXIT_WRONG)
    logs.configure(found.log.format, found.log.level)
    for warning in found.warnings:
        click.echo(f"warning: {warning}", err=True)
    return found


def office(found: "Settings") -> "Office":
    """The office of a configuration, its database migrated; exit code 1 when that cannot be used."""
    from ombud import wiring
    from store.database import DatabaseUnusable

    try:
        made = wiring.office(found)
    except DatabaseUnusable as trouble:
        click.echo(f"database: {trouble}", err=True)
        sys.exit(EXIT_FAILED)
    click.get_current_context().call_on_close(made.engine.dispose)
    return made


@contextmanager
def working_alone(found: "Settings") -> "Iterator[Mailroom]":
    """The mailroom of a service: on a SQLite file there is but one; exit code 3 for the second."""
    from ombud import mailroom
    from store import occupancy
    from store.database import DatabaseUnusable

    try:
        with occupancy.sole(found.store.url):
            opened = mailroom.opened(found)
            try:
                yield opened
            finally:
                # Closed before the next service may have the file.
                opened.engine.dispose()
    except occupancy.Occupied as other:
        click.echo(f"{other}; stop it first, or let it do the work", err=True)
        sys.exit(EXIT_OCCUPIED)
    except DatabaseUnusable as trouble:
        click.echo(f"database: {trouble}", err=True)
        sys.exit(EXIT_FAILED)


@contextmanager
def growing() -> Iterator[None]:
    """Nothing that a start imports and makes becomes garbage: it is not looked through again and again meanwhile, nor
    ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def stop(signals: "Signals") -> None:
    """The service ends after the mails in hand, or after `STOP_S`: a kill loses nothing, at no line."""
    signals.end()
    ender = threading.Timer(STOP_S, _end_now)
    ender.daemon = True
    ender.start()


def _end_now() -> None:
    """Threads that wait for a server cannot be told to leave off."""
    click.echo(f"stopped after {STOP_S:.0f} s, though a server has not answered", err=True)
    os._exit(0)


def database(found: "Settings") -> "Engine":
    """The database as it is: not migrated for a look, and no secret is needed; exit code 1 without one."""
    from store.database import DatabaseUnusable, open_database
    from store.schema import check

    try:
        if "not made yet" in check(found.store.url):
            raise DatabaseUnusable("there are no tables yet; `ombud run` or `ombud once` makes them")
        engine = open_database(found.store.url)
    except DatabaseUnusable as trouble:
        click.echo(f"database: {trouble}", err=True)
        sys.exit(EXIT_FAILED)
    click.get_current_context().call_on_close(engine.dispose)
    return engine


def reading(found: "Settings") -> "AbstractContextManager[Connection]":
    """A snapshot of the database."""
    from store.database import reading as snapshot

    return snapshot(database(found))
