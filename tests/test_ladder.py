"""When a step is due, and the rungs of its ladder, around nights, weekends and holidays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from process.case import State
from process.ladder import due_from, hours_left, resumed_due, rungs
from process.rules import Rules
from process.worktime import Calendar, public_holidays
from tests.company import CALENDAR, OFFICE_HOURS, RULES, SHANGHAI

HOLIDAYS, WORKDAYS = public_holidays("CN", range(2026, 2027))
CHINA = Rules(calendar=replace(CALENDAR, holidays=HOLIDAYS, workdays=WORKDAYS))


def at(words: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("state", "since", "due"),
    [
        # National Day 2026: 1 to 7 October off, 20 September and 10 October worked.
        (State.RECORDED, "2026-09-30 17:00", "2026-10-08 12:00"),
        (State.RECORDED, "2026-09-20 09:00", "2026-09-20 14:30"),
        (State.ACCEPTED, "2026-09-30 10:00", "2026-10-08 10:00"),
        (State.HANDLING, "2026-09-29 10:00", "2026-10-09 10:00"),
        (State.HANDLING, "2026-10-08 10:00", "2026-10-12 10:00"),
        (State.VERIFYING, "2026-10-09 17:00", "2026-10-10 17:00"),
        # Spring Festival 2026: 15 to 23 February off, 14 and 28 February worked.
        (State.RECORDED, "2026-02-14 16:00", "2026-02-24 11:00"),
        (State.HANDLING, "2026-02-13 11:00", "2026-02-25 11:00"),
        (State.CONFIRMING, "2026-02-27 11:00", "2026-03-05 11:00"),
        # A leap day, midnight, a minute before closing.
        (State.ACCEPTED, "2028-02-28 10:00", "2028-02-29 10:00"),
        (State.RECORDED, "2026-11-24 00:00", "2026-11-24 14:30"),
        (State.RECORDED, "2026-11-24 17:59", "2026-11-25 14:29"),
    ],
)
def test_due_from(state: State, since: str, due: str) -> None:
    assert due_from(at(since), state, CHINA) == at(due)


@pytest.mark.parametrize("state", [State.ASKED, State.CLOSED])
def test_due_from_a_state_in_which_nobody_is_late(state: State) -> None:
    assert due_from(at("2026-11-24 10:00"), state, RULES) is None


@pytest.mark.parametrize(
    ("zone", "start", "hours", "end"),
    [
        # The clocks go forward on 29 March and back on 25 October 2026, on Sundays.
        ("Europe/Berlin", "2026-03-27 17:00", 2, "2026-03-30 10:00"),
        ("Europe/Berlin", "2026-10-23 17:00", 2, "2026-10-26 10:00"),
        ("America/New_York", "2026-10-30 17:00", 2, "2026-11-02 10:00"),
    ],
)
def test_working_hours_over_a_change_of_daylight_saving(
    zone: str, start: str, hours: float, end: str
) -> None:
    local = ZoneInfo(zone)
    calendar = Calendar(timezone=local, hours=(OFFICE_HOURS,) * 5 + ((), ()))
    assert calendar.add_hours(at(start, local), hours) == at(end, local)


def test_office_hours_through_a_night_of_daylight_saving_count_real_hours() -> None:
    """An office that works from midnight to eight on the Sunday on which an hour is missing works seven."""
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar(timezone=berlin, hours=((),) * 6 + (((time(0), time(8)),),))
    worked = calendar.elapsed(at("2026-03-29 00:00", berlin), at("2026-03-29 12:00", berlin))
    assert worked.total_seconds() == 7 * 3600


@pytest.mark.parametrize(
    ("state", "since", "due", "expected"),
    [
        (
            State.RECORDED, "2026-11-24 09:00", "2026-11-24 14:30",
            ["remind 2026-11-24 11:00 owner", "warn 2026-11-24 14:30 owner", "escalate 2026-11-25 15:00 next"],
        ),
        (
            State.HANDLING, "2026-11-24 10:00", "2026-11-27 10:00",
            ["remind 2026-11-26 15:00 owner", "warn 2026-11-27 10:00 owner", "escalate 2026-11-27 10:00 next"],
        ),
        (
            State.CONFIRMING, "2026-11-24 10:00", "2026-12-01 10:00",
            ["remind_user 2026-11-27 10:00 user", "no_answer 2026-12-01 10:00 desk"],
        ),
        (
            State.ASKED, "2026-11-27 10:00", None,
            ["remind_user 2026-12-02 10:00 user", "no_answer 2026-12-04 10:00 desk"],
        ),
        (State.CLOSED, "2026-11-24 10:00", None, []),
    ],
)  # fmt: skip
def test_rungs(state: State, since: str, due: str | None, expected: list[str]) -> None:
    ladder = rungs(state, at(since), at(due) if due else None, RULES)
    shown = [f"{r.name} {r.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {r.to.value}" for r in ladder]
    assert shown == expected


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSED])
def test_every_open_state_has_a_ladder_that_rises(state: State) -> None:
    since = at("2026-11-24 10:00")
    ladder = rungs(state, since, due_from(since, state, RULES), RULES)
    times = [rung.at for rung in ladder]
    assert times
    assert times == sorted(times)
    assert times[0] > since


def test_a_pause_gives_back_what_was_left() -> None:
    due = at("2026-11-25 12:00")
    left = hours_left(at("2026-11-25 10:00"), due, RULES)
    assert left == 2
    assert resumed_due(at("2026-12-01 11:00"), left, RULES) == at("2026-12-01 14:30")


def test_a_pause_begun_too_late_leaves_an_hour() -> None:
    left = hours_left(at("2026-11-26 10:00"), at("2026-11-25 12:00"), RULES)
    assert resumed_due(at("2026-12-01 11:00"), left, RULES) == at("2026-12-01 12:00")


def test_a_make_up_day_is_worked_though_it_is_a_weekend() -> None:
    assert date(2026, 10, 10) in CHINA.calendar.workdays
    assert date(2026, 10, 10).weekday() == 5


def test_a_pause_over_spring_festival_and_its_make_up_day() -> None:
    """Asked on the Friday before, due on the Saturday that is worked, answered in the holidays."""
    left = hours_left(at("2026-02-13 16:00"), at("2026-02-14 12:00"), CHINA)
    assert left == 5
    assert resumed_due(at("2026-02-20 10:00"), left, CHINA) == at("2026-02-24 15:30")


def test_a_ladder_is_climbed_on_a_make_up_saturday() -> None:
    ladder = rungs(State.VERIFYING, at("2026-10-09 17:00"), at("2026-10-10 17:00"), CHINA)
    shown = [f"{rung.name} {rung.at.astimezone(SHANGHAI):%m-%d %H:%M}" for rung in ladder]
    assert shown == ["remind 10-10 11:45", "warn 10-10 17:00", "escalate 10-12 17:30"]


@pytest.mark.parametrize(
    ("zone", "start", "due"),
    [
        ("Europe/Berlin", "2026-03-27 10:00", "2026-03-30 10:00"),
        ("Europe/Berlin", "2026-10-23 10:00", "2026-10-26 10:00"),
        ("America/New_York", "2026-03-06 16:00", "2026-03-09 16:00"),
        ("Asia/Kathmandu", "2026-11-24 10:00", "2026-11-25 10:00"),
    ],
)
def test_a_day_later_is_the_same_local_time_over_a_change_of_the_clocks(
    zone: str, start: str, due: str
) -> None:
    local = ZoneInfo(zone)
    rules = Rules(calendar=Calendar(timezone=local, hours=(OFFICE_HOURS,) * 5 + ((), ())))
    assert due_from(at(start, local), State.ACCEPTED, rules) == at(due, local)
