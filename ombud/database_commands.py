"""The commands about the database as a whole: copy-database, backup, reread."""

import sys

import click

# Imports stand inside of the commands, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    for command in (copy_database,):
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
