"""The figures of a service report: each counted by one pure function from the rows, with the records behind it.

What happened counts in the period in which it happened; whether a step was on time is known, and counts, when
it was taken or when it fell due, whichever came first. So a period that is over changes only by what
arrives late. `docs/reports.md` says every definition in words; the templates' words say them to the readers.
Source: HANDBOOK 5.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from process.case import State
from process.period import Span
from process.report_rows import ComplaintRow, Rows
from process.worktime import Calendar

SATISFIED_FROM = 4
"""On the five-step scale, 5 is very satisfied."""
VERY_DISSATISFIED = 1
PERCENTILE = 0.9
JUDGED = ("judged_valid", "judged_invalid")
VERIFIED = ("verified", "failed")
CAME_BACK = ("not_solved", "reopened")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure of one span."""

    value: float | None
    """A count, a share of 1, or working hours; None when there was nothing to measure."""
    counted: tuple[str, ...] = ()
    """Numbers of the records that count, and…"""
    among: tuple[str, ...] = ()
    """…of those that they are a share of; empty for a count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What figures are counted from."""

    rows: Rows
    calendar: Calendar
    close_days: int
    """Working days within which a complaint ought to be closed."""
    now: datetime


def parted(basis: Basis, spans: Iterable[Span]) -> tuple[Basis, ...]:
    """The basis of each span: without the complaints that ended before it or came after it, nearly all in a year's month."""
    lives = [(row, min(row.received_at, row.recorded_at), row.ended_at) for row in basis.rows.complaints]
    alive = (
        tuple(row for row, since, until in lives if since < span.end and not (until and until < span.start))
        for span in spans
    )
    return tuple(replace(basis, rows=replace(basis.rows, complaints=rows)) for rows in alive)


Count = Callable[[Basis, Span], Measured]


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure: its name in the templates' words, its part of the report, its unit, how it is counted."""

    name: str
    section: str
    unit: str
    """'count', 'share', 'hours' or 'index'."""
    is_at_most: bool
    """Whether a target is an upper bound."""
    count: Count


def _listed(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(numbers)))


def _count(numbers: Iterable[str]) -> Measured:
    counted = _listed(numbers)
    return Measured(value=len(counted), counted=counted)


def _share(outcomes: Iterable[tuple[str, bool]]) -> Measured:
    """The share of the outcomes that are good; a record with several counts as often."""
    found = sorted(outcomes)
    good = tuple(number for number, is_good in found if is_good)
    return Measured(
        value=len(good) / len(found) if found else None,
        counted=good,
        among=tuple(number for number, _ in found),
    )


def received(basis: Basis, span: Span) -> Measured:
    """Complaints received in the period, by when their mail came."""
    return _count(row.number for row in basis.rows.complaints if span.holds(row.received_at))


def valid(basis: Basis, span: Span) -> Measured:
    """Among the complaints judged in the period, those whose last judgement in it was 'valid'."""
    judged = ((row.number, row.last(JUDGED, span)) for row in basis.rows.complaints)
    return _share((number, what == "judged_valid") for number, what in judged if what)


def accepted_on_time(basis: Basis, span: Span) -> Measured:
    """Accepted before the due date; time in which the complainant was asked does not count."""
    return _on_time(basis, span, _acceptance)


def answered_on_time(basis: Basis, span: Span) -> Measured:
    """Of the dispatches to a department, those answered with measures before the due date."""
    return _on_time(basis, span, _answers)


def closed_on_time(basis: Basis, span: Span) -> Measured:
    """Closed for the first time within the configured working days since it was recorded."""

    def closing(row: ComplaintRow) -> Iterable[tuple[datetime | None, datetime]]:
        closed_at = row.closed_first_at
        # Counting working days is what takes the time: only for what can fall into the span.
        if row.recorded_at < span.end and (closed_at is None or closed_at >= span.start):
            yield closed_at, basis.calendar.add_days(row.recorded_at, basis.close_days)

    return _on_time(basis, span, closing)


Steps = Callable[[ComplaintRow], Iterable[tuple[datetime | None, datetime]]]
"""When each step of a kind was taken (None: not yet), and when it was due."""


def _on_time(basis: Basis, span: Span, steps: Steps) -> Measured:
    outcomes = []
    for row in basis.rows.complaints:
        for taken_at, due_at in steps(row):
            known_at = min(taken_at, due_at) if taken_at else due_at
            if span.holds(known_at) and known_at <= basis.now:
                outcomes.append((row.number, taken_at is not None and taken_at <= due_at))
    return _share(outcomes)


def _acceptance(row: ComplaintRow) -> Iterable[tuple[datetime | None, datetime]]:
    """The last wait for acceptance, unless an earlier one was already late; accepted while asked is in time."""
    for stay, ended_at, next_state in row.steps:
        if stay.state not in (State.RECORDED, State.ASKED):
            return
        is_taken = next_state not in (State.RECORDED, State.ASKED)
        if stay.due_at is None:
            if is_taken and ended_at is not None:
                yield ended_at, ended_at
            continue
        is_late = ended_at is None or ended_at > stay.due_at
        if is_late or is_taken:
            yield ended_at, stay.due_at
            return


def _answers(row: ComplaintRow) -> Iterable[tuple[datetime | None, datetime]]:
    """Each stay with a department that was answered, or that lasted beyond its due date."""
    for stay, ended_at, next_state in row.steps:
        if stay.state is State.HANDLING and stay.due_at is not None:
            is_answered = next_state is State.VERIFYING
            is_taken_back = ended_at is not None and not is_answered and ended_at <= stay.due_at
            if not is_taken_back:
                yield (ended_at if is_answered else None), stay.due_at


def hours_to_close(basis: Basis, span: Span) -> Measured:
    """Mean working hours from recording to the last closing in the period, of those closed in it."""
    return _duration(basis, span, lambda hours: sum(hours) / len(hours))


def hours_to_close_p90(basis: Basis, span: Span) -> Measured:
    """The 90th percentile of the same (nearest rank): nine of ten were closed within this."""
    return _duration(basis, span, lambda hours: hours[ceil(PERCENTILE * len(hours)) - 1])


def _duration(basis: Basis, span: Span, of: Callable[[list[float]], float]) -> Measured:
    found: dict[str, float] = {}
    for row in basis.rows.complaints:
        closed_at = max((at for at in row.closings if span.holds(at)), default=None)
        if closed_at is not None:
            worked = basis.calendar.elapsed(row.recorded_at, closed_at)
            found[row.number] = worked / timedelta(hours=1)
    return Measured(value=of(sorted(found.values())) if found else None, counted=_listed(found))


def repeats(basis: Basis, span: Span) -> Measured:
    """Repeat complaints: received in the period on an earlier matter, or come back as not solved in it."""
    return _count(
        row.number
        for row in basis.rows.complaints
        if (row.is_related and span.holds(row.received_at)) or row.last(CAME_BACK, span)
    )


def escalations(basis: Basis, span: Span) -> Measured:
    """Complaints escalated in the period."""
    rows = basis.rows.complaints
    return _count(row.number for row in rows if any(span.holds(at) for at in row.escalated_at))


def verified_first_time(basis: Basis, span: Span) -> Measured:
    """Of the complaints whose measures were first judged in the period, those judged effective."""
    first = (
        (row.number, next((m for m in row.marks if m.what in VERIFIED), None))
        for row in basis.rows.complaints
    )
    return _share((number, mark.what == "verified") for number, mark in first if mark and span.holds(mark.at))


def open_at_end(basis: Basis, span: Span) -> Measured:
    """Complaints received before the period's end that were not closed at its end."""
    return _count(
        row.number
        for row in basis.rows.complaints
        if row.received_at < span.end and not row.is_closed_at(span.end)
    )


def work_orders(basis: Basis, span: Span) -> Measured:
    """Work orders closed in the period."""
    return _count(row.number for row in basis.rows.work_orders if span.holds(row.closed_at))


def callback_coverage(basis: Basis, span: Span) -> Measured:
    """Of the call-backs drawn in the period, those whose person was reached."""
    drawn = (row for row in basis.rows.callbacks if span.holds(row.drawn_at))
    return _share((row.work_order, row.is_reached) for row in drawn)


def callback_satisfied(basis: Basis, span: Span) -> Measured:
    """Of the call-backs drawn in the period that have a result, those satisfied or very satisfied."""
    drawn = (row for row in basis.rows.callbacks if span.holds(row.drawn_at))
    return _share((row.work_order, row.result >= SATISFIED_FROM) for row in drawn if row.result is not None)


def callback_very_dissatisfied(basis: Basis, span: Span) -> Measured:
    """Call-backs drawn in the period whose result is 'very dissatisfied'; each opened a complaint."""
    drawn = (row for row in basis.rows.callbacks if span.holds(row.drawn_at))
    return _count(row.work_order for row in drawn if row.result == VERY_DISSATISFIED)


def closure_satisfied(basis: Basis, span: Span) -> Measured:
    """Of the closures rated in the period, those rated satisfied or very satisfied (the last rating counts)."""
    rated = ((row.number, row.last_rating(span)) for row in basis.rows.complaints)
    return _share((number, rating >= SATISFIED_FROM) for number, rating in rated if rating)


def survey_index(basis: Basis, span: Span) -> Measured:
    """The index (0 to 100) of the last satisfaction survey closed in the period."""
    closed = [row for row in basis.rows.surveys if span.holds(row.closed_at) and row.index is not None]
    last = max(closed, key=lambda row: row.closed_at, default=None)
    return Measured(value=last.index if last else None, counted=(last.number,) if last else ())


def measures_verified(basis: Basis, span: Span) -> Measured:
    """Improvements: complaints whose measures were found effective in the period."""
    return _count(row.number for row in basis.rows.complaints if row.last(("verified",), span))


def actions_open(basis: Basis, span: Span) -> Measured:
    """Actions of the service review decided before the period's end and not done at it."""
    return _count(
        row.number
        for row in basis.rows.actions
        if row.decided_at < span.end and (row.done_at is None or row.done_at >= span.end)
    )


FIGURES = (
    Definition("received", "complaints", "count", True, received),
    Definition("valid", "complaints", "share", True, valid),
    Definition("accepted_on_time", "complaints", "share", False, accepted_on_time),
    Definition("answered_on_time", "complaints", "share", False, answered_on_time),
    Definition("closed_on_time", "complaints", "share", False, closed_on_time),
    Definition("hours_to_close", "complaints", "hours", True, hours_to_close),
    Definition("hours_to_close_p90", "complaints", "hours", True, hours_to_close_p90),
    Definition("repeats", "complaints", "count", True, repeats),
    Definition("escalations", "complaints", "count", True, escalations),
    Definition("verified_first_time", "complaints", "share", False, verified_first_time),
    Definition("open_at_end", "complaints", "count", True, open_at_end),
    Definition("work_orders", "work_orders", "count", True, work_orders),
    Definition("callback_coverage", "callbacks", "share", False, callback_coverage),
    Definition("callback_satisfied", "callbacks", "share", False, callback_satisfied),
    Definition("callback_very_dissatisfied", "callbacks", "count", True, callback_very_dissatisfied),
    Definition("closure_satisfied", "satisfaction", "share", False, closure_satisfied),
    Definition("survey_index", "satisfaction", "index", False, survey_index),
    Definition("measures_verified", "improvements", "count", False, measures_verified),
    Definition("actions_open", "improvements", "count", True, actions_open),
)
"""In the order of the report; a figure's place in it is the number by which a reply names it."""
NAMES = tuple(definition.name for definition in FIGURES)
