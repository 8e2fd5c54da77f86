"""Every figure of a report against an independent calculation in plain Python, over invented histories."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from process.case import Case, Escalation, Party, State, Stay
from process.figures import FIGURES, Basis
from process.period import Period, parse
from process.report import contents, difference
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
BEGIN, END = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)


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


# --- acceptance, row by row ---------------------------------------------------------------------------

MONDAY = at("2026-10-12 09:00")


def stays(*steps: tuple[State, str, str]) -> tuple[Stay, ...]:
    return tuple(
        Stay(state=state, since=at(since), due_at=at(due) if due else None) for state, since, due in steps
    )


ACCEPTANCE = {
    "in time": (((State.ACCEPTED, "2026-10-12 11:00", "2026-10-13 11:00"),), (1, 1)),
    "late": (((State.ACCEPTED, "2026-10-13 11:00", ""),), (0, 1)),
    "never, and due since": ((), (0, 1)),
    "asked, and accepted while asked": (
        ((State.ASKED, "2026-10-12 10:00", ""), (State.ACCEPTED, "2026-10-20 10:00", "")),
        (1, 1),
    ),
    "asked, answered, accepted in the time left": (
        (
            (State.ASKED, "2026-10-12 10:00", ""),
            (State.RECORDED, "2026-10-20 10:00", "2026-10-20 14:30"),
            (State.ACCEPTED, "2026-10-20 14:00", ""),
        ),
        (1, 1),
    ),
    "asked, answered, accepted too late": (
        (
            (State.ASKED, "2026-10-12 10:00", ""),
            (State.RECORDED, "2026-10-20 10:00", "2026-10-20 14:30"),
            (State.ACCEPTED, "2026-10-20 15:00", ""),
        ),
        (0, 1),
    ),
    "asked too late": (
        ((State.ASKED, "2026-10-13 10:00", ""), (State.ACCEPTED, "2026-10-13 11:00", "")),
        (0, 1),
    ),
    "asked and not answered yet": (((State.ASKED, "2026-10-12 10:00", ""),), (0, 0)),
}


@pytest.mark.parametrize("name", ACCEPTANCE)
def test_acceptance_on_time(name: str) -> None:
    steps, expected = ACCEPTANCE[name]
    found = measured("accepted_on_time", basis(ComplaintRow(case=case("C-1", MONDAY, *stays(*steps)))))
    assert (len(found.counted), len(found.among)) == expected, name


ANSWERS = {
    "in time": (((State.HANDLING, "2026-10-12 10:00", "2026-10-15 10:00"), (State.VERIFYING, "2026-10-14 10:00", "")), (1, 1)),
    "late": (((State.HANDLING, "2026-10-12 10:00", "2026-10-15 10:00"), (State.VERIFYING, "2026-10-16 10:00", "")), (0, 1)),
    "not yet, not due": (((State.HANDLING, "2026-10-30 10:00", "2026-11-05 10:00"),), (0, 0)),
    "not yet, overdue": (((State.HANDLING, "2026-10-12 10:00", "2026-10-15 10:00"),), (0, 1)),
    "returned in time": (((State.HANDLING, "2026-10-12 10:00", "2026-10-15 10:00"), (State.VALID, "2026-10-13 10:00", "")), (0, 0)),
    "returned too late": (((State.HANDLING, "2026-10-12 10:00", "2026-10-15 10:00"), (State.VALID, "2026-10-19 10:00", "")), (0, 1)),
    "twice, the second late": (
        (
            (State.HANDLING, "2026-10-12 10:00", "2026-10-15 10:00"), (State.VERIFYING, "2026-10-14 10:00", ""),
            (State.HANDLING, "2026-10-15 10:00", "2026-10-20 10:00"), (State.VERIFYING, "2026-10-21 10:00", ""),
        ),
        (1, 2),
    ),
    "answered in November though due in it": (
        ((State.HANDLING, "2026-10-30 10:00", "2026-11-04 08:00"), (State.VERIFYING, "2026-11-03 10:00", "")), (0, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_on_time(name: str) -> None:
    steps, expected = ANSWERS[name]
    found = measured("answered_on_time", basis(ComplaintRow(case=case("C-1", MONDAY, *stays(*steps)))))
    assert (len(found.counted), len(found.among)) == expected, name


def test_duration_is_working_time() -> None:
    closed = stays((State.CLOSED, "2026-10-19 10:00", ""))
    row = ComplaintRow(case=case("C-1", MONDAY, *closed))
    assert value("hours_to_close", basis(row)) == pytest.approx(5 * 7.5 + 1)


@pytest.mark.parametrize(("count", "rank"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18), (21, 19)])
def test_percentile_is_the_nearest_rank(count: int, rank: int) -> None:
    rows = [
        ComplaintRow(
            case=case(f"C-{n:02}", MONDAY, Stay(state=State.CLOSED, since=CALENDAR.add_hours(MONDAY, n)))
        )
        for n in range(1, count + 1)
    ]
    assert value("hours_to_close_p90", basis(*rows)) == pytest.approx(rank)


# --- everything at once ---------------------------------------------------------------------------------

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
    return ComplaintRow(
        marks=marks,
        case=case(
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


def inside(when: datetime | None) -> bool:
    return when is not None and BEGIN <= when < END


def independent(given_: Basis) -> dict[str, object]:
    """October's figures, calculated another way: over exported rows, with loops and no code of ours but the calendar."""
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
        one = row.case
        counts["received"] += inside(one.received_at)
        counts["escalations"] += any(inside(e.at) for e in one.escalations)
        came_back = [m for m in row.marks if m.what in ("not_solved", "reopened") and inside(m.at)]
        counts["repeats"] += bool(came_back) or (bool(one.related) and inside(one.received_at))
        counts["measures_verified"] += any(m.what == "verified" and inside(m.at) for m in row.marks)
        closings = [s.since for s in one.stays if s.state == "closed"]
        within = [c for c in closings if inside(c)]
        if within:
            hours.append(CALENDAR.elapsed(one.recorded_at, within[-1]).total_seconds() / 3600)
        due = CALENDAR.add_days(one.recorded_at, CLOSE_DAYS)
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
        for s in one.stays:
            state_then = s.state if s.since < END else state_then
        if one.received_at < END and not (state_then == "closed" and one.stays[0].since < END):
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
            a.decided_at < END and not (a.done_at is not None and a.done_at < END) for a in rows.actions
        ),
        "survey_times": {when for when, _, _ in indices[-1:]},
    }


def percentile(hours: list[float]) -> float | None:
    """The smallest value that at least nine tenths of the values do not exceed."""
    fitting = [h for h in hours if sum(other <= h for other in hours) >= 0.9 * len(hours) - 1e-9]
    return min(fitting) if fitting else None


@settings(max_examples=25, deadline=None)
@given(everything())
def test_figures_equal_an_independent_calculation(given_: Basis) -> None:
    found = {f.name: f.value for f in contents(OCTOBER, given_, {}).figures}
    expected = independent(given_)
    closed = expected.pop("survey_times")
    index = found.pop("survey_index")
    assert (index is None) == (not closed)
    for name, wanted in expected.items():
        assert found[name] == (pytest.approx(wanted) if wanted is not None else None), name


@settings(max_examples=8, deadline=None)
@given(everything())
def test_every_value_is_made_of_the_records_behind_it(given_: Basis) -> None:
    """Whoever has the sheet can count again."""
    for figure in contents(OCTOBER, given_, {}).figures:
        (definition,) = (one for one in FIGURES if one.name == figure.name)
        if definition.unit == "count":
            assert figure.value == len(figure.counted), figure.name
            assert len(set(figure.counted)) == len(figure.counted), figure.name
        if definition.unit == "share":
            assert figure.value == (len(figure.counted) / len(figure.among) if figure.among else None)
            assert not Counter(figure.counted) - Counter(figure.among), figure.name


@settings(max_examples=8, deadline=None)
@given(everything())
def test_breakdowns_add_up(given_: Basis) -> None:
    made = contents(OCTOBER, given_, {})
    sums = {one.name: sum(part.count for part in one.parts) for one in made.breakdowns}
    by_name = {figure.name: figure for figure in made.figures}
    for name in ("by_category", "by_department"):
        assert sums.get(name, 0) == by_name["received"].value, name
    first = [[s.since for s in row.case.stays if s.state == "handling"][:1] for row in given_.rows.complaints]
    assert sums.get("by_handling", 0) == sum(inside(when) for found in first for when in found)
    assert sums.get("orders_by_category", 0) == by_name["work_orders"].value
    assert sums.get("callback_results", 0) == len(by_name["callback_satisfied"].among)


@settings(max_examples=8, deadline=None)
@given(everything(), histories())
def test_the_future_does_not_change_a_month_that_is_over(given_: Basis, other: ComplaintRow) -> None:
    """A complaint that came, and did all it did, after the month leaves no trace in it."""
    late = at("2026-11-20 09:00") - other.case.recorded_at + timedelta(days=1)
    moved = replace(
        other,
        case=replace(
            other.case,
            number="C-2026-99999x",
            received_at=other.case.received_at + late,
            recorded_at=other.case.recorded_at + late,
            stays=tuple(
                replace(s, since=s.since + late, due_at=s.due_at and s.due_at + late)
                for s in other.case.stays
            ),
            escalations=tuple(replace(e, at=e.at + late) for e in other.case.escalations),
        ),
        marks=tuple(replace(m, at=m.at + late) for m in other.marks),
    )
    later = replace(given_, rows=replace(given_.rows, complaints=(*given_.rows.complaints, moved)))
    later = replace(later, now=NOW + timedelta(days=200))
    given_ = replace(given_, now=later.now)
    assert difference(contents(OCTOBER, given_, {}), contents(OCTOBER, later, {})) == ()


def test_trend_is_the_figure_of_each_month() -> None:
    rows = [ComplaintRow(case=case(f"C-{n}", at(f"2026-{n:02}-05 09:00"))) for n in range(1, 12)]
    received = contents(OCTOBER, basis(*rows), {}).figures[0]
    assert received.trend == (0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    year = contents(Period(year=2026), basis(*rows), {}).figures[0]
    assert (year.value, year.trend) == (11, (1,) * 11 + (0,))


@pytest.mark.parametrize(
    ("name", "target", "count", "status"),
    [
        ("received", 3, 3, "met"),
        ("received", 2, 3, "missed"),
        ("received", None, 3, "no_target"),
        ("valid", 0.9, 3, "no_data"),
        ("accepted_on_time", 0.5, 3, "missed"),
    ],
)
def test_status_against_the_target(name: str, target: float | None, count: int, status: str) -> None:
    rows = [ComplaintRow(case=case(f"C-{n}", MONDAY)) for n in range(count)]
    targets = {} if target is None else {name: target}
    figure = next(f for f in contents(OCTOBER, basis(*rows), targets).figures if f.name == name)
    assert figure.status == status


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2026-10", "R-202610"),
        ("202610", "R-202610"),
        ("R-202610", "R-202610"),
        ("2026", "R-2026"),
        ("R-2026", "R-2026"),
        ("2026-13", None),
        ("2026-1", None),
        ("26-10", None),
        ("2026-10; drop", None),
        ("", None),
    ],
)
def test_periods_are_read(text: str, number: str | None) -> None:
    period = parse(text)
    assert (period.number if period else None) == number


def test_spans_are_local_and_meet() -> None:
    assert OCTOBER.span(SHANGHAI).start == BEGIN
    assert OCTOBER.span(SHANGHAI).end == END == OCTOBER.next.span(SHANGHAI).start
    assert Period(year=2026, month=12).next == Period(year=2027, month=1)
    assert Period(year=2026).span(SHANGHAI).end == at("2027-01-01 00:00")
    assert [p.number for p in Period(year=2026, month=2).trend()][:2] == ["R-202503", "R-202504"]


def test_a_dispatch_after_the_month_changes_nothing_in_it() -> None:
    received = case("C-1", at("2026-10-30 17:00"))
    handled = replace(
        received,
        department="催收系统开发部",
        stays=(*received.stays, *stays((State.HANDLING, "2026-11-05 10:00", "2026-11-09 10:00"))),
    )
    before, after = (
        contents(OCTOBER, basis(ComplaintRow(case=one), now=at("2026-12-01 09:00")), {})
        for one in (received, handled)
    )
    assert [c for c in difference(before, after) if c.name == "by_handling"] == []
