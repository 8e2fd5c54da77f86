"""The commands of the service reports: report month, report year, report correct, report list."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ombud import launch

if TYPE_CHECKING:
    from ombud.office import Office
    from process.period import Period

# Imports stand inside of the commands, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    group.add_command(report)


@click.group()
def report() -> None:
    """Monthly and annual service reports."""


_OUTPUT = click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Only write page and workbook into this folder, as known now; stores and sends nothing.",
)


@report.command()
@_OUTPUT
@click.argument("period", metavar="YYYY-MM")
@click.pass_context
def month(context: click.Context, period: str, output: Path | None) -> None:
    """Draft the report of a month (again) and mail it to the IT service manager."""
    _draft(context, period, output, is_month=True)


@report.command()
@_OUTPUT
@click.argument("period", metavar="YYYY")
@click.pass_context
def year(context: click.Context, period: str, output: Path | None) -> None:
    """Draft the report of a year (again) and mail it to the IT service manager."""
    _draft(context, period, output, is_month=False)


def _draft(context: click.Context, text: str, output: Path | None, *, is_month: bool) -> None:
    from ombud import reporting
    from process.period import parse
    from store.complaints import Stale

    period = parse(text)
    if period is None or (period.month is not None) != is_month:
        click.echo(f"{text} is no {'month such as 2026-10' if is_month else 'year such as 2026'}", err=True)
        sys.exit(launch.EXIT_WRONG)
    office = launch.office(launch.settings(context.obj))
    try:
        if output is not None:
            _write(office, period, output)
            return
        made = reporting.draft(office, period)
        click.echo(f"{made.number}: draft made; it goes out with the next `ombud run` or `ombud once`")
    except Stale:
        click.echo(f"{period.number} was changed meanwhile; try again", err=True)
        sys.exit(launch.EXIT_FAILED)
    except reporting.Frozen:
        click.echo(f"{period.number} is published and frozen; use `ombud report correct`", err=True)
        sys.exit(launch.EXIT_FAILED)


def _write(office: "Office", period: "Period", folder: Path) -> None:
    from ombud import reporting

    folder.mkdir(parents=True, exist_ok=True)
    for name, content in reporting.files(office, period):
        (folder / name).write_bytes(content)
        click.echo(str(folder / name))


@report.command()
@click.argument("number", required=False)
@click.pass_context
def correct(context: click.Context, number: str | None) -> None:
    """Look now for what arrived after a publication: of one report (R-202610), or of all."""
    from ombud import reporting
    from process.report import ReportState
    from store import reports
    from store.database import reading

    office = launch.office(launch.settings(context.obj))
    with reading(office.engine) as conn:
        found = [one for one in reports.listed(conn, ReportState.PUBLISHED) if number in (None, one.number)]
    if number and not found:
        click.echo(f"there is no published report {number}", err=True)
        sys.exit(launch.EXIT_FAILED)
    changed = reporting.correct(office, found)
    for one in found:
        news = "changed; the correction waits for approval" if one.number in changed else "nothing new"
        click.echo(f"{one.number}: {news}")


@report.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def list_reports(context: click.Context, as_json: bool) -> None:
    """List the reports."""
    from ombud import show
    from store import reports

    with launch.reading(launch.settings(context.obj)) as conn:
        records = [show.report_line(one) for one in reports.listed(conn)]
    if as_json:
        show.print_json(records)
    else:
        show.print_table(
            "服务报告 / reports", records, ("number", "state", "made_at", "published_at", "by", "corrections")
        )
