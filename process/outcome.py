"""What a review came to: decisions and actions, each followed until it is done or confirmed.

Pure. An action has a ladder of three rungs in working time: before it is due and when it is due the owner is
reminded, a working day later the IT service manager hears of it. Source: HANDBOOK 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from classify import due
from classify.minutes import Entry
from classify.people import Organisation, Person
from process.case import Party
from process.worktime import Calendar

TEXT_CHARS_MAX = 1_000
RUNGS = ("remind", "due", "overdue")
MOVES_MAX = 50
"""Of an action's date that are kept."""


class OutcomeState(StrEnum):
    RECORDED = "recorded"
    """A decision that needs nobody."""
    OPEN = "open"
    """An action that is not done."""
    DONE = "done"
    HANDED_OVER = "handed_over"
    """A decision that change management was asked to confirm."""
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    """Change management gave it back, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An action's date given another."""

    at: datetime
    by: Party
    due_at: datetime | None
    """The date before."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A decision or an action."""

    number: str
    """'A-2026-00003'."""
    review: str
    state: OutcomeState
    is_action: bool
    text: str
    owner: Party = field(default_factory=Party)
    """Of an action; of a handed-over decision, change management."""
    due_at: datetime | None = None
    decided_at: datetime
    ended_at: datetime | None = None
    """Done, confirmed or returned."""
    words: str = ""
    """What was said of it then."""
    rung: int = 0
    """Rungs of the ladder that are behind; and when the next one is due."""
    remind_at: datetime | None = None
    moves: tuple[Move, ...] = ()
    version: int = 0
    """Of the record that it was read from; 0 before it was ever stored."""

    @property
    def is_open(self) -> bool:
        return self.state in (OutcomeState.OPEN, OutcomeState.HANDED_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An entry of the minutes with its owner and due date found; or what was wrong with it."""

    entry: Entry
    problem: str = ""
    """'no_owner', 'unknown_owner', 'several_owners', 'no_due' or 'no_text'; a template's word."""
    owner: Person | None = None
    due_at: datetime | None = None


def resolved(entry: Entry, organisation: Organisation, now: datetime, calendar: Calendar) -> Resolved:
    """An entry as it can be kept. Owners are named by address, employee number or name."""
    if not entry.is_action:
        return Resolved(entry=entry)
    owners = _people(entry.owner, organisation)
    due_at, _ = due_in(entry.due, now, calendar)
    problem = next(
        (
            name
            for name, is_wrong in (
                ("no_text", not entry.text),
                ("no_owner", not entry.owner),
                ("unknown_owner", not owners),
                ("several_owners", len(owners) > 1),
                ("no_due", due_at is None),
            )
            if is_wrong
        ),
        "",
    )
    return Resolved(entry=entry, problem=problem, owner=owners[0] if owners else None, due_at=due_at)


def _people(said: str, organisation: Organisation) -> tuple[Person, ...]:
    by_address = organisation.person(said) if "@" in said else None
    if by_address:
        return (by_address,)
    wanted = "".join(said.casefold().split())
    return tuple(
        person
        for person in organisation.everybody
        if wanted and wanted in ("".join(person.name.casefold().split()), person.employee_number.casefold())
    )


def due_in(said: str, now: datetime, calendar: Calendar) -> tuple[datetime | None, str]:
    """The end of office hours on the day that words begin with, and the words behind it; None when no day is, or it has passed."""
    named, rest = due.split(said, now, calendar.timezone)
    if named is None:
        return None, said
    spans = calendar.spans(named.day)
    last = datetime.combine(named.day, named.at or time(23, 59), calendar.timezone).astimezone(UTC)
    due_at = spans[-1][1] if spans and named.at is None else last
    return (due_at if due_at > now else None), rest


def recorded(number: str, review: str, found: Resolved, now: datetime, change: Person) -> Outcome:
    """An entry as a record: an action open, a decision for change management handed over."""
    entry = found.entry
    state = OutcomeState.OPEN if entry.is_action else OutcomeState.RECORDED
    state = OutcomeState.HANDED_OVER if entry.is_change else state
    owner = change if entry.is_change else found.owner
    return Outcome(
        number=number,
        review=review,
        state=state,
        is_action=entry.is_action,
        text=entry.text[:TEXT_CHARS_MAX],
        owner=Party.of(owner) if owner else Party(),
        due_at=found.due_at,
        decided_at=now,
    )


def is_known(entry: Entry, earlier: Iterable[Outcome]) -> bool:
    """Whether minutes that are sent again say what was taken down before."""
    return any(
        one.is_action == entry.is_action and one.text == entry.text[:TEXT_CHARS_MAX] for one in earlier
    )


def ended(outcome: Outcome, state: OutcomeState, at: datetime, words: str) -> Outcome:
    """Done, confirmed or returned; nobody is reminded any more."""
    return replace(outcome, state=state, ended_at=at, words=words[:TEXT_CHARS_MAX], remind_at=None)


def rescheduled(
    outcome: Outcome, due_at: datetime, move: Move, calendar: Calendar, remind_days: int
) -> Outcome:
    """An action with another date, and its ladder from the beginning."""
    moves = (*outcome.moves, replace(move, due_at=outcome.due_at, why=move.why[:TEXT_CHARS_MAX]))[-MOVES_MAX:]
    return on_ladder(replace(outcome, due_at=due_at, moves=moves), 0, calendar, remind_days)


def on_ladder(outcome: Outcome, rung: int, calendar: Calendar, remind_days: int) -> Outcome:
    """The action with so many rungs behind it."""
    if outcome.due_at is None or not outcome.is_action or rung >= len(RUNGS):
        return replace(outcome, rung=rung, remind_at=None)
    at = {
        "remind": _before(outcome.due_at, remind_days, calendar),
        "due": outcome.due_at,
        "overdue": calendar.add_days(outcome.due_at, 1),
    }
    return replace(outcome, rung=rung, remind_at=at[RUNGS[rung]])


def climbed(outcome: Outcome, now: datetime, calendar: Calendar, remind_days: int) -> tuple[Outcome, str]:
    """The action with all rungs behind it that are due, and the highest of them: one mail, however long one was away."""
    last = ""
    while outcome.remind_at is not None and outcome.remind_at <= now:
        last = RUNGS[outcome.rung]
        outcome = on_ladder(outcome, outcome.rung + 1, calendar, remind_days)
    return outcome, last


def _before(due_at: datetime, days: int, calendar: Calendar) -> datetime:
    """The opening of the office so many working days before a day."""
    day = due_at.astimezone(calendar.timezone).date()
    while days > 0:
        day -= timedelta(days=1)
        days -= calendar.is_workday(day)
    spans = calendar.spans(day)
    return spans[0][0] if spans else due_at
