"""The commands of the satisfaction survey: survey plan, send, status, close, report.

They do what the clock and the mails do too, at once. Exit codes as in `ombud/launch.py`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ombud import launch

if TYPE_CHECKING:
    from datetime import datetime

    from ombud.office import Office
    from ombud.post import Post
    from process.survey import State, Survey

# Imports stand inside of the commands, as in `ombud/__main__.py`.


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    group.add_command(survey)


@click.group()
def survey() -> None:
    """The yearly satisfaction survey; NUMBER is such as Q-2026, default the latest."""


_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M"])
_NUMBER = click.argument("number", required=False)


@survey.command()
@click.option("--opens", type=_DAY, help="Day (09:00) or time, local; default: the next office hour.")
@click.option("--closes", type=_DAY, help="Day (18:00) or time, local; default: after survey.open_days.")
@click.option("--sample/--all", "is_sampled", default=None, help="A sample by department, or everybody.")
@click.option("--seed", default="", help="Draw again as with this seed.")
@click.pass_context
def plan(
    context: click.Context,
    opens: "datetime | None",
    closes: "datetime | None",
    is_sampled: bool | None,
    seed: str,
) -> None:
    """Plan this year's survey and ask the IT service manager for a go-ahead."""
    from ombud import survey_plan

    office = _office(context)
    calendar = office.rules.calendar
    opens_at = _local(office, opens, 9) or calendar.add_hours(office.clock(), 0)
    wish = survey_plan.Wish(
        opens_at=opens_at, closes_at=_local(office, closes, 18), is_sampled=is_sampled, seed=seed
    )
    try:
        made = survey_plan.plan(office, wish)
    except survey_plan.NotPlanned as trouble:
        _fail(str(trouble))
    click.echo(f"{made.number}: {made.invited} of {made.population} people, waits for the go-ahead")


@survey.command()
@_NUMBER
@click.pass_context
def send(context: click.Context, number: str | None) -> None:
    """Open an approved survey now and write the forms that may go out in this hour."""
    from ombud import survey_job
    from process.survey import State

    office = _office(context)
    with _found(office, number, State.APPROVED, State.RUNNING) as (post, one):
        running = survey_job.open_now(post, one) if one.state is State.APPROVED else one
        written = 0
        while batch := survey_job.send(post, running):
            written += batch
        click.echo(f"{one.number}: {written} mails written; they go out with `ombud run` or `ombud once`")


@survey.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@_NUMBER
@click.pass_context
def status(context: click.Context, number: str | None, as_json: bool) -> None:
    """Say how far the surveys are."""
    from ombud import show, survey_sources
    from store import surveys

    with launch.reading(launch.settings(context.obj)) as conn:
        found = [one for one in surveys.listed(conn) if number in (None, one.number)]
        records = [show.survey_line(survey_sources.progress(conn, one)) for one in found]
    if number and not records:
        _fail(f"there is no survey {number}")
    if as_json:
        show.print_json(records)
        return
    columns = ("number", "state", "closes_at", "invited", "sent", "answered", "response", "complaints")
    show.print_table("满意度调查 / surveys", records, columns)


@survey.command()
@_NUMBER
@click.pass_context
def close(context: click.Context, number: str | None) -> None:
    """Close a running survey now; the draft of its report goes to the IT service manager."""
    from ombud import survey_job
    from process.survey import State

    office = _office(context)
    with _found(office, number, State.RUNNING) as (post, one):
        drafted = survey_job.draft(post, survey_job.close_now(post, one))
        click.echo(f"{drafted.number}: closed, the draft of the report is in the outbox")


@survey.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder for page and workbook; default: the present one.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@_NUMBER
@click.pass_context
def report(context: click.Context, number: str | None, output: Path, language: str) -> None:
    """Write the analysis report of a closed survey as page and workbook; sends nothing."""
    from ombud import survey_mail
    from process.survey import OVER

    office = _office(context)
    with _found(office, number, *OVER) as (post, one):
        output.mkdir(parents=True, exist_ok=True)
        for name, content in survey_mail.files(post, one, language):
            (output / name).write_bytes(content)
            click.echo(str(output / name))


def _office(context: click.Context) -> "Office":
    return launch.office(launch.settings(context.obj))


@contextmanager
def _found(office: "Office", number: str | None, *states: "State") -> Iterator[tuple["Post", "Survey"]]:
    """The survey named, else the latest, in one of some states; within a transaction."""
    from ombud.post import Post
    from store import surveys
    from store.database import deciding

    with deciding(office.engine) as conn:
        known = [one for one in surveys.listed(conn) if number in (None, one.number)]
        if not known:
            _fail(
                f"there is no survey {number}"
                if number
                else "there is no survey; make one: ombud survey plan"
            )
        one = known[-1]
        if one.state not in states:
            wanted = ", ".join(state.value for state in states)
            _fail(f"{one.number} is {one.state.value}; this needs one that is {wanted}")
        yield Post(conn=conn, office=office, now=office.clock()), one


def _local(office: "Office", day: "datetime | None", hour: int) -> "datetime | None":
    """A local time of the command line as an instant; a day without a time begins at `hour`."""
    from datetime import UTC

    if day is None:
        return None
    at = day.replace(hour=hour) if (day.hour, day.minute) == (0, 0) else day
    return at.replace(tzinfo=office.rules.calendar.timezone).astimezone(UTC)


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(launch.EXIT_FAILED)
