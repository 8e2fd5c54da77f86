"""Working time around noon, nights, weekends, holidays and make-up days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from process.worktime import Calendar, NoWorkingTime, public_holidays, published
from tests.company import CALENDAR, SHANGHAI


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-24 09:00", 1, "2026-11-24 10:00"),
        ("2026-11-24 11:30", 1, "2026-11-24 14:00"),
        ("2026-11-24 12:15", 1, "2026-11-24 14:30"),
        ("2026-11-24 17:30", 4, "2026-11-25 14:00"),
        ("2026-11-27 17:00", 2, "2026-11-30 10:00"),
        ("2026-11-28 03:00", 4, "2026-11-30 14:30"),
    ],
)
def test_add_hours(start: str, hours: float, end: str) -> None:
    assert CALENDAR.add_hours(at(start), hours) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-24 10:00", 1, "2026-11-25 10:00"),
        ("2026-11-27 17:00", 1, "2026-11-30 17:00"),
        ("2026-11-27 23:00", 1, "2026-12-01 09:00"),
        ("2026-11-24 12:30", 3, "2026-11-27 13:30"),
    ],
)
def test_add_days(start: str, days: int, end: str) -> None:
    assert CALENDAR.add_days(at(start), days) == at(end)


def test_elapsed_is_the_counterpart_of_add_hours() -> None:
    start = at("2026-11-24 11:30")
    assert CALENDAR.elapsed(start, CALENDAR.add_hours(start, 20)) == timedelta(hours=20)
    assert CALENDAR.elapsed(start, start - timedelta(days=1)) == timedelta()


def test_national_day_2026_and_its_make_up_days() -> None:
    holidays, workdays = public_holidays("CN", range(2026, 2027))
    calendar = replace(CALENDAR, holidays=holidays, workdays=workdays)
    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 10, 10)), "a Saturday worked for the holiday"
    assert calendar.add_days(at("2026-09-30 10:00"), 1) == at("2026-10-08 10:00")


def test_a_calendar_without_hours_is_a_clear_mistake() -> None:
    with pytest.raises(NoWorkingTime):
        Calendar(timezone=SHANGHAI, hours=((),) * 7).add_hours(at("2026-11-24 10:00"), 1)


KNOWN = replace(CALENDAR, known_years=frozenset({2025, 2026}))


@pytest.mark.parametrize(
    ("now", "unknown"),
    [
        ("2026-01-01 00:00", ()),
        ("2026-11-16 12:00", ()),
        ("2026-11-24 12:00", (2027,)),
        ("2027-01-01 00:00", (2027,)),
        ("2028-12-20 09:00", (2028, 2029)),
    ],
)
def test_a_year_without_data_is_known_before_a_clock_reaches_it(now: str, unknown: tuple[int, ...]) -> None:
    assert KNOWN.unknown_years(at(now)) == unknown
    assert CALENDAR.unknown_years(at(now)) == (), "no public holidays are kept at all"


def test_a_year_of_china_is_known_by_its_make_up_days() -> None:
    holidays, workdays = public_holidays("CN", range(2025, 2041))
    known = published("CN", holidays, workdays)
    assert {2025, 2026} <= known
    assert 2040 not in known
    assert any(day.year == 2040 for day in holidays), "the statutory days alone are given silently"
    assert 2040 in published("CN", holidays, workdays | {date(2040, 2, 12)}), "added in config.toml"
    assert published("DE", *public_holidays("DE", range(2039, 2041))) == {2039, 2040}
