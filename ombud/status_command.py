"""The command that shows how the service stands: status."""

import click

from ombud import launch

# Imports stand inside of the command, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The command put under `ombud`."""
    group.add_command(status)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.option("--watch", "watched", is_flag=True, help="Again every two seconds, until Ctrl-C.")
@click.pass_context
def status(context: click.Context, as_json: bool, watched: bool) -> None:
    """Show queue, outbox, open complaints, mailboxes, last digest and the head of the log."""
    from ombud import status as showing

    settings = launch.settings(context.obj)
    showing.run(launch.database(settings), settings.observe, watched=watched, as_json=as_json)
