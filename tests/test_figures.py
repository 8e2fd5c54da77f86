"""Single figures of a report, row by row: on time or not, working time, the nearest rank, trends and statuses."""

from dataclasses import replace

import pytest

from process.case import State, Stay
from process.period import Period, parse
from process.report import contents, difference
from process.report_rows import ComplaintRow
from tests.company import CALENDAR, SHANGHAI
from tests.figures_again import OCTOBER, at, basis, case, measured, value

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
    found = measured("accepted_on_time", basis(ComplaintRow.of(case("C-1", MONDAY, *stays(*steps)))))
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
    found = measured("answered_on_time", basis(ComplaintRow.of(case("C-1", MONDAY, *stays(*steps)))))
    assert (len(found.counted), len(found.among)) == expected, name


def test_duration_is_working_time() -> None:
    closed = stays((State.CLOSED, "2026-10-19 10:00", ""))
    row = ComplaintRow.of(case("C-1", MONDAY, *closed))
    assert value("hours_to_close", basis(row)) == pytest.approx(5 * 7.5 + 1)


@pytest.mark.parametrize(("count", "rank"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18), (21, 19)])
def test_percentile_is_the_nearest_rank(count: int, rank: int) -> None:
    rows = [
        ComplaintRow.of(
            case(f"C-{n:02}", MONDAY, Stay(state=State.CLOSED, since=CALENDAR.add_hours(MONDAY, n)))
        )
        for n in range(1, count + 1)
    ]
    assert value("hours_to_close_p90", basis(*rows)) == pytest.approx(rank)


def test_trend_is_the_figure_of_each_month() -> None:
    rows = [ComplaintRow.of(case(f"C-{n}", at(f"2026-{n:02}-05 09:00"))) for n in range(1, 12)]
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
    rows = [ComplaintRow.of(case(f"C-{n}", MONDAY)) for n in range(count)]
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
    assert OCTOBER.span(SHANGHAI).start == at("2026-10-01 00:00")
    assert OCTOBER.span(SHANGHAI).end == at("2026-11-01 00:00") == OCTOBER.next.span(SHANGHAI).start
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
        contents(OCTOBER, basis(ComplaintRow.of(one), now=at("2026-12-01 09:00")), {})
        for one in (received, handled)
    )
    assert [c for c in difference(before, after) if c.name == "by_handling"] == []
