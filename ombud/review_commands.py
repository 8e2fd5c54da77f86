"""The commands of the annual service review: review plan, move, cancel, show."""

import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from ombud import launch

if TYPE_CHECKING:
    from ombud.office import Office
    from process.review import Meeting, Review

# Imports stand inside of the commands, as in `ombud/__main__.py`.

LOCAL = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
_YEAR = click.option("--year", type=click.IntRange(2000, 2100), help="Looked back on; default: by the date.")
_HOURS = click.option("--hours", type=click.FloatRange(0.25, 24), default=2.0, show_default=True)
_DATE = click.argument("date", type=LOCAL, metavar="DATETIME")
_PLACE = click.option("--place", default="", help="Room, or how to join.")


def add_to(group: click.Group) -> None:
    """The commands put under `ombud`."""
    group.add_command(review)


@click.group()
def review() -> None:
    """The annual service review: invitations, minutes, actions."""


@review.command()
@_YEAR
@_HOURS
@_PLACE
@_DATE
@click.pass_context
def plan(context: click.Context, /, **when: Any) -> None:
    """Invite to a review on DATETIME (local, such as 2026-12-15T14:00)."""
    from ombud import reviewing

    _do(context, lambda office: reviewing.plan(office, *_meeting(office, **when)))


@review.command()
@_YEAR
@_HOURS
@_PLACE
@_DATE
@click.pass_context
def move(context: click.Context, /, **when: Any) -> None:
    """Hold a planned review at another time (or place); everybody is asked anew."""
    from ombud import reviewing

    _do(context, lambda office: reviewing.move(office, *_meeting(office, **when)))


def _meeting(
    office: "Office", *, date: datetime, year: int | None, hours: float, place: str
) -> "tuple[int, Meeting]":
    """The year looked back on, and the meeting as the options say it."""
    from ombud import reviewing
    from process.review import Meeting

    meeting = Meeting(starts_at=reviewing.instant(office, date), hours=hours, place=place)
    return year or reviewing.year_of(date), meeting


@review.command()
@click.option("--reason", default="", help="Told to those who were invited.")
@click.argument("year", type=click.IntRange(2000, 2100))
@click.pass_context
def cancel(context: click.Context, year: int, reason: str) -> None:
    """Call the review of a YEAR off."""
    from ombud import reviewing

    _do(context, lambda office: reviewing.cancel(office, year, reason))


def _do(context: click.Context, act: "Callable[[Office], Review]") -> None:
    from ombud import reviewing

    office = launch.office(launch.settings(context.obj))
    try:
        made = act(office)
    except reviewing.NotPlanned as trouble:
        click.echo(str(trouble), err=True)
        sys.exit(launch.EXIT_FAILED)
    click.echo(f"{made.number}: {made.state.value}, {len(made.participants)} mails go out with the next run")


@review.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def show(context: click.Context, as_json: bool) -> None:
    """List the reviews: who comes, and every decision and action with its state."""
    from ombud import show as showing
    from store import reviews

    with launch.reading(launch.settings(context.obj)) as conn:
        found = [(one, reviews.outcomes(conn, one.number)) for one in reviews.listed(conn)]
    if as_json:
        showing.print_json([showing.review_line(one, outcomes) for one, outcomes in found])
        return
    for one, outcomes in found:
        lines = [showing.participant_line(participant) for participant in one.participants]
        showing.print_table(f"{one.number} {one.state.value}", lines, ("name", "attendance", "words"))
        outcome_lines = [showing.outcome_line(outcome) for outcome in outcomes]
        showing.print_table(
            "决议与行动 / outcomes", outcome_lines, ("number", "state", "text", "owner", "due")
        )
