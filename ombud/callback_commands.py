"""The commands of work orders and call-backs: import-work-orders, callbacks list, callbacks redraw."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ombud import launch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ombud.import_orders import File
    from ombud.office import Office
    from process.workorder import Report, WorkOrder

# Imports stand inside of the commands, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    group.add_command(import_work_orders)
    group.add_command(callbacks)


@click.command("import-work-orders")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True))
@click.pass_context
def import_work_orders(context: click.Context, as_json: bool, file: Path) -> None:
    """Take in the ITSM tool's export (CSV or XLSX); the same file twice changes nothing.

    Exit code 1 when a row was left out, or the file could not be read to its end.
    """
    from ombud import show_callbacks
    from ombud.import_orders import FILE_BYTES_MAX, File

    office = launch.office(launch.settings(context.obj))
    with file.open("rb") as opened:
        content = opened.read(FILE_BYTES_MAX + 1)
    report = _taken_in(office, File(name=file.name, content=content))
    show_callbacks.print_report(report, as_json=as_json)
    sys.exit(0 if report.is_well else launch.EXIT_FAILED)


def _taken_in(office: "Office", file: "File") -> "Report":
    """The file in batches of a transaction each: a stop in the middle is mended by importing it again."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from ingest import table
    from ombud import import_orders
    from process.workorder import Counts
    from store import workorders
    from store.database import deciding

    def put(orders: "Sequence[WorkOrder]") -> Counts:
        with deciding(office.engine) as conn:
            return workorders.put(conn, orders, office.clock())

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(file.name, total=table.line_count(file.content))
        report = import_orders.take_in(file, office, put, lambda rows: bar.update(task, completed=rows))
    with deciding(office.engine) as conn:
        workorders.note_import(conn, import_orders.noted(file, report, office.clock(), None))
    return report


@click.group()
def callbacks() -> None:
    """The call-backs of closed work orders."""


@callbacks.command("list")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), default="2000-01-01", help="First day of draws.")
@click.option("--all", "with_uncalled", is_flag=True, help="Also the orders that are not called back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def list_callbacks(context: click.Context, since: "datetime", with_uncalled: bool, as_json: bool) -> None:
    """List the call-backs with their results."""
    from ombud import show_callbacks

    with launch.reading(launch.settings(context.obj)) as conn:
        show_callbacks.print_list(conn, since.date(), with_uncalled=with_uncalled, as_json=as_json)


@callbacks.command()
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@click.pass_context
def redraw(context: click.Context, as_json: bool, day: "datetime") -> None:
    """Draw the call-backs of DATE again from the stored seed, and say why each order is in or out.

    Changes nothing. Exit code 1 when there was no draw, or it comes out otherwise than it was stored.
    """
    from ombud import show_callbacks

    with launch.reading(launch.settings(context.obj)) as conn:
        is_same = show_callbacks.print_redraw(conn, day.date(), as_json=as_json)
    sys.exit(0 if is_same else launch.EXIT_FAILED)
