"""The commands that prove, hand over, erase and look again: verify-log, dossier, erase, replay."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ombud import launch

if TYPE_CHECKING:
    from datetime import datetime

# Imports stand inside of the commands, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    for command in (verify_log, dossier, erase, replay):
        group.add_command(command)


@click.command("verify-log")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.option(
    "--anchor", "marks", multiple=True, metavar="HASH@DATE", help="As a digest gave it; may be repeated."
)
@click.pass_context
def verify_log(context: click.Context, as_json: bool, marks: tuple[str, ...]) -> None:
    """Check that nothing in the trail was changed, taken out, put in or moved."""
    from ombud import verify_log as verifying

    with launch.reading(launch.settings(context.obj)) as conn:
        try:
            exit_code = verifying.run(conn, marks, as_json=as_json)
        except ValueError as trouble:
            click.echo(str(trouble), err=True)
            sys.exit(launch.EXIT_WRONG)
    sys.exit(exit_code)


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="A new folder, or a file named .zip; default: NUMBER.zip here.",
)
@click.argument("number")
@click.pass_context
def dossier(context: click.Context, number: str, output: Path | None) -> None:
    """Hand a complaint over: form, trail, mails, attachments, with check sums, in one folder or zip."""
    from ombud import dossier as making

    settings = launch.settings(context.obj)
    with launch.reading(settings) as conn:
        sys.exit(making.run(conn, number, output, settings))


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also while complaints of theirs are open.")
@click.option("--also", multiple=True, metavar="WORDS", help="Further words that name the person.")
@click.argument("person")
@click.pass_context
def erase(context: click.Context, person: str, yes: bool, force: bool, also: tuple[str, ...]) -> None:
    """Make a PERSON (address or employee number) unrecognisable in all that is stored, for good."""
    from ombud import erase as erasing

    settings = launch.settings(context.obj)
    wish = erasing.Wish(person=person, also=also, is_forced=force, is_agreed=yes)
    sys.exit(erasing.run(launch.database(settings), wish, settings))


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day, local time.")
@click.option(
    "--config",
    "new",
    type=click.Path(path_type=Path),
    help="A new configuration to be tried; default: the present one.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def replay(context: click.Context, since: "datetime", new: Path | None, as_json: bool) -> None:
    """Say which past mails would be decided otherwise now; sends and writes nothing."""
    from ombud import replay as replaying

    settings = launch.settings(context.obj)
    tried = launch.settings(new) if new else settings
    sys.exit(replaying.run(launch.database(settings), settings, tried, since.date(), as_json=as_json))
