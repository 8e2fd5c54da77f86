"""The commands about the database as a whole: copy-database, backup, reread."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ombud import launch, mailboxes

if TYPE_CHECKING:
    from datetime import datetime

# Imports stand inside of the commands, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    for command in (copy_database, backup, reread, retention):
        group.add_command(command)


@click.command("copy-database")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy_database(source: str, target: str) -> None:
    """Copy all records from one database URL to another, empty one: SQLite to PostgreSQL, or back.

    No service may be at work on them. Counts and the log are verified at the end; a copy that was interrupted says so and
    cannot be worked on. Passwords are better left out of the URLs: PGPASSFILE, or ~/.pgpass.
    """
    from ombud import copy_database as copying

    sys.exit(copying.run(source, target))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, file: Path) -> None:
    """Save the SQLite database in a new FILE while the service works; checked before it has its name."""
    from ombud import backup as saving

    sys.exit(saving.run(launch.database(launch.settings(context.obj)), file))


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day of the backup (by the mail server's clock).",
)
@click.pass_context
def reread(context: click.Context, since: "datetime") -> None:
    """After a restore: take in the mails that were filed away since a day and are in no record any more.

    What is known is recognised and left as it is, so this may be done again.
    """
    from ombud import reread as rereading

    settings = launch.settings(context.obj, needs_secrets=True)
    office = launch.office(settings)
    sys.exit(rereading.run(office, mailboxes.accounts(settings), since.date()))


@click.command()
@click.option("--dry-run", "is_tried", is_flag=True, help="Only say what would go.")
@click.pass_context
def retention(context: click.Context, is_tried: bool) -> None:
    """Let raw mails go that are old enough, as [retention] says; the clock of a running service does so once a day."""
    from ombud import retention as letting_go

    settings = launch.settings(context.obj)
    if is_tried:
        with launch.reading(settings) as conn:
            letting_go.say(conn, settings.retention)
        return
    office = launch.office(settings)
    gone = 0
    while count := letting_go.batch(office):
        gone += count
    click.echo(f"{gone} raw mails have left the database")
