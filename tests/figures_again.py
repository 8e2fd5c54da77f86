"""The figures of a report calculated a second time, in plain Python, and invented histories to do it over."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import fmean

from hypothesis import strategies as st

from process.case import Case, Escalation, Party, State, Stay
from process.figures import FIGURES, Basis
from process.period import Period
from process.report_rows import (
    ActionRow,
    CallbackRow,
    ComplaintRow,
    Mark,
    Rows,
    SurveyRow,
    WorkOrderRow,
)
from tests.company import CALENDAR, SHANGHAI

OCTOBER = Period(year=2026, month=10)
NOW = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
CLOSE_DAYS = 10


def at(text: str) -> datetime:
    """Local time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def case(number: str, recorded_at: datetime, *stays: Stay, **more: object) -> Case:
    first = Stay(state=State.RECORDED, since=recorded_at, due_at=CALENDAR.add_hours(recorded_at, 4))
    values: dict[str, object] = {
        "received_at": recorded_at, "recorded_at": recorded_at, "stays": (first, *stays),
        "state": State.RECORDED, "language": "zh", "complainant": Party(key="x", department="催收系统开发部"),
        "subject": "", "text": "", "fingerprint": "",
    }  # fmt: skip
    return Case(number=number, **(values | more))  # type: ignore[arg-type]


def basis(*rows: ComplaintRow, now: datetime = NOW, **more: object) -> Basis:
    return Basis(
        rows=Rows(complaints=rows, **more),  # type: ignore[arg-type]
        calendar=CALENDAR,
        close_days=CLOSE_DAYS,
        now=now,
    )


def value(name: str, given_: Basis, period: Period = OCTOBER) -> object:
    return measured(name, given_, period).value


def measured(name: str, given_: Basis, period: Period = OCTOBER):  # type: ignore[no-untyped-def]
    (definition,) = (one for one in FIGURES if one.name == name)
    return definition.count(given_, period.span(SHANGHAI))


AFTER = st.integers(min_value=0, max_value=60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
STATES = st.sampled_from(list(State))


@st.composite
def histories(draw: st.DrawFn) -> ComplaintRow:
    number = f"C-2026-{draw(st.integers(min_value=1, max_value=99_999)):05}"
    start = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 100 * 24 * 60)))
    moved, when = [], start
    for state, span, due in draw(st.lists(st.tuples(STATES, AFTER, st.none() | AFTER), max_size=6)):
        when += span
        moved.append(Stay(state=state, since=when, due_at=None if due is None else when + due))
    acts = sorted(draw(st.lists(AFTER, max_size=5)))
    kinds = st.sampled_from(
        ["judged_valid", "judged_invalid", "verified", "failed", "not_solved", "reopened", "rated"]
    )
    marks = tuple(
        Mark(at=start + span, what=draw(kinds), text=draw(st.sampled_from("12345"))) for span in acts
    )
    escalated = draw(st.lists(AFTER, max_size=2))
    return ComplaintRow.of(
        case(
            number,
            start,
            *moved,
            related=draw(st.sampled_from([(), ("C-2026-00001",)])),
            category=draw(st.sampled_from(["", "quality", "attitude"])),
            escalations=tuple(
                Escalation(once=str(n), to=Party(), at=start + span, reason="vip")
                for n, span in enumerate(escalated)
            ),
        ),
        marks,
    )


@st.composite
def everything(draw: st.DrawFn) -> Basis:
    rows = draw(st.lists(histories(), max_size=12, unique_by=lambda row: row.number))
    day = st.integers(0, 120).map(lambda days: datetime(2026, 8, 1, tzinfo=UTC) + timedelta(days=days))
    orders = [
        WorkOrderRow(number=f"W{n}", closed_at=when, category=kind)
        for n, (when, kind) in enumerate(draw(st.lists(st.tuples(day, st.sampled_from("ab")), max_size=8)))
    ]
    calls = [
        CallbackRow(
            work_order=f"W{n}", drawn_at=when, result=result, is_reached=result is not None or n % 3 == 0
        )
        for n, (when, result) in enumerate(
            draw(st.lists(st.tuples(day, st.none() | st.integers(1, 5)), max_size=8))
        )
    ]
    actions = [
        ActionRow(number=f"A-2026-{n:05}", decided_at=when, done_at=None if span is None else when + span)
        for n, (when, span) in enumerate(draw(st.lists(st.tuples(day, st.none() | AFTER), max_size=4)))
    ]
    surveys = [
        SurveyRow(number=f"S-{n}", closed_at=when, index=index)
        for n, (when, index) in enumerate(
            draw(st.lists(st.tuples(day, st.none() | st.floats(0, 100)), max_size=3))
        )
    ]
    return basis(
        *rows,
        work_orders=tuple(orders),
        callbacks=tuple(calls),
        actions=tuple(actions),
        surveys=tuple(surveys),
    )


def independent(given_: Basis, begin: datetime, end: datetime) -> dict[str, object]:
    """A period's figures, calculated another way: over exported rows, with loops and no code of ours but the calendar."""

    def inside(when: datetime | None) -> bool:
        return when is not None and begin <= when < end

    rows = given_.rows
    counts: Counter[str] = Counter()
    hours = []
    open_at_end = 0
    late_or_not: dict[str, list[bool]] = {
        "closed_on_time": [],
        "valid": [],
        "verified_first_time": [],
        "closure_satisfied": [],
    }
    for row in rows.complaints:
        counts["received"] += inside(row.received_at)
        counts["escalations"] += any(map(inside, row.escalated_at))
        came_back = [m for m in row.marks if m.what in ("not_solved", "reopened") and inside(m.at)]
        counts["repeats"] += bool(came_back) or (row.is_related and inside(row.received_at))
        counts["measures_verified"] += any(m.what == "verified" and inside(m.at) for m in row.marks)
        closings = [s.since for s in row.stays if s.state == "closed"]
        within = [c for c in closings if inside(c)]
        if within:
            hours.append(CALENDAR.elapsed(row.recorded_at, within[-1]).total_seconds() / 3600)
        due = CALENDAR.add_days(row.recorded_at, CLOSE_DAYS)
        known = due if not closings or closings[0] > due else closings[0]
        if inside(known):
            late_or_not["closed_on_time"].append(bool(closings) and closings[0] <= due)
        judged = [m.what for m in row.marks if m.what.startswith("judged") and inside(m.at)]
        if judged:
            late_or_not["valid"].append(judged[-1] == "judged_valid")
        checked = [m for m in row.marks if m.what in ("verified", "failed")]
        if checked and inside(checked[0].at):
            late_or_not["verified_first_time"].append(checked[0].what == "verified")
        rated = [m.text for m in row.marks if m.what == "rated" and inside(m.at)]
        if rated:
            late_or_not["closure_satisfied"].append(rated[-1] in "45")
        state_then = "recorded"
        for s in row.stays:
            state_then = s.state if s.since < end else state_then
        if row.received_at < end and not (state_then == "closed" and row.stays[0].since < end):
            open_at_end += 1
    drawn = [c for c in rows.callbacks if inside(c.drawn_at)]
    answered = [c for c in drawn if c.result is not None]
    indices = sorted(
        (s.closed_at, n, s.index)
        for n, s in enumerate(rows.surveys)
        if inside(s.closed_at) and s.index is not None
    )
    return {
        **{name: counts[name] for name in ("received", "escalations", "repeats", "measures_verified")},
        **{name: fmean(flags) if flags else None for name, flags in late_or_not.items()},
        "hours_to_close": fmean(hours) if hours else None,
        "hours_to_close_p90": percentile(hours),
        "open_at_end": open_at_end,
        "work_orders": sum(inside(w.closed_at) for w in rows.work_orders),
        "callback_coverage": fmean(c.is_reached for c in drawn) if drawn else None,
        "callback_satisfied": fmean(c.result in (4, 5) for c in answered) if answered else None,
        "callback_very_dissatisfied": sum(c.result == 1 for c in drawn),
        "actions_open": sum(
            a.decided_at < end and not (a.done_at is not None and a.done_at < end) for a in rows.actions
        ),
        "survey_times": {when for when, _, _ in indices[-1:]},
    }


def percentile(hours: list[float]) -> float | None:
    """The smallest value that at least nine tenths of the values do not exceed."""
    fitting = [h for h in hours if sum(other <= h for other in hours) >= 0.9 * len(hours) - 1e-9]
    return min(fitting) if fitting else None
