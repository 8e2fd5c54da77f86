"""Working time: office hours by weekday, public holidays and make-up working days.

Pure: a `Calendar` and times in, times out. Instants are aware UTC datetimes; office hours are
local times of the calendar's zone, so a change of daylight saving moves the opening, not the count.
Source: HANDBOOK 2 'Clocks'.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAKES_UP = ("CN",)
"""Countries in which weekends are worked for holidays every year."""
SEARCH_DAYS = 400
"""How far a working day is looked for; a calendar without one in this span is a mistake."""

AHEAD_DAYS = 45
"""How far ahead the holidays of a year must be known: the longest clock, with the holidays in it."""

Span = tuple[time, time]


class NoWorkingTime(ValueError):
    """The calendar has no office hours within `SEARCH_DAYS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When the organisation works."""

    timezone: ZoneInfo
    hours: tuple[tuple[Span, ...], ...]
    """Office hours of Monday … Sunday, each a sorted tuple of (opening, closing)."""
    holidays: frozenset[date] = field(default=frozenset())
    workdays: frozenset[date] = field(default=frozenset())
    """Make-up working days (调休): a weekend worked with the hours of a Monday."""
    known_years: frozenset[int] | None = None
    """Years whose public holidays and make-up days are known; None where none are kept."""

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Office hours of a local day as UTC instants; empty when nobody works."""
        return tuple((self._instant(day, start), self._instant(day, end)) for start, end in self._hours(day))

    def is_workday(self, day: date) -> bool:
        return bool(self._hours(day))

    def _hours(self, day: date) -> tuple[Span, ...]:
        """Office hours of a local day, in local time."""
        if day in self.workdays:
            return self.hours[day.weekday()] or self.hours[0]
        return () if day in self.holidays else self.hours[day.weekday()]

    def unknown_years(self, at: datetime) -> tuple[int, ...]:
        """Years without data that a clock which runs now may reach: due dates in them would be wrong."""
        if self.known_years is None:
            return ()
        days = (self._local_day(at), self._local_day(at) + timedelta(days=AHEAD_DAYS))
        return tuple(sorted({day.year for day in days} - self.known_years))

    def is_open(self, at: datetime) -> bool:
        """Whether the office works at this instant."""
        return any(start <= at < end for start, end in self.spans(self._local_day(at)))

    def has_struck(self, at: time, now: datetime) -> bool:
        """Whether it is a working day, and `at` (local time) or later."""
        local = now.astimezone(self.timezone)
        return local.time() >= at and self.is_workday(local.date())

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """The instant at which `hours` of working time have passed since `start`."""
        left = timedelta(hours=hours)
        for opening, closing in self._spans_from(start):
            if left <= closing - opening:
                return opening + left
            left -= closing - opening
        raise NoWorkingTime(f"no working time within {SEARCH_DAYS} days of {start:%Y-%m-%d}")

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same time of day, `days` working days after the first working instant from `start`."""
        first = next(self._spans_from(start), None)
        if first is None:
            raise NoWorkingTime(f"no working time within {SEARCH_DAYS} days of {start:%Y-%m-%d}")
        local = first[0].astimezone(self.timezone)
        day = self._nth_workday_after(local.date(), days)
        return self._within(day, self._instant(day, local.time()))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two instants; zero when `end` is not after `start`."""
        total = timedelta()
        day = self._local_day(start)
        while day <= self._local_day(end):
            for opening, closing in self.spans(day):
                total += max(timedelta(), min(closing, end) - max(opening, start))
            day += timedelta(days=1)
        return total

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self._local_day(start)
        for offset in range(SEARCH_DAYS):
            for opening, closing in self.spans(day + timedelta(days=offset)):
                if closing > start:
                    yield max(opening, start), closing

    def _nth_workday_after(self, day: date, count: int) -> date:
        for _ in range(SEARCH_DAYS):
            if count == 0:
                return day
            day += timedelta(days=1)
            count -= self.is_workday(day)
        raise NoWorkingTime(f"no {count} working days within {SEARCH_DAYS} days")

    def _within(self, day: date, at: datetime) -> datetime:
        """`at`, moved into that day's office hours when it falls outside of them."""
        for opening, closing in self.spans(day):
            if at <= closing:
                return max(at, opening)
        return self.spans(day)[-1][1]

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at.replace(tzinfo=None), self.timezone).astimezone(UTC)

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.timezone).date()


def public_holidays(country: str, years: range) -> tuple[frozenset[date], frozenset[date]]:
    """Holidays and make-up working days of a country (ISO 3166 code) in some years."""
    import holidays  # 0.7 s to import, and not needed by commands that show things

    calendar = holidays.country_holidays(country, years=years)
    makeup = frozenset(day for day in getattr(calendar, "weekend_workdays", ()) if day.year in years)
    return frozenset(calendar) - makeup, makeup


def published(country: str, holidays: frozenset[date], workdays: frozenset[date]) -> frozenset[int]:
    """The years whose holidays are decided, seen by what is known of them.

    QUIRK: China decides on a year in the November before, and the library gives the statutory days of any year
    but no make-up days then; such a year is not known.
    """
    return frozenset(day.year for day in (workdays if country in MAKES_UP else holidays))
