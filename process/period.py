"""The periods that are reported on: a month or a year, and the instants between which it lies.

Source: HANDBOOK 5.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TREND_MONTHS = 12
_NUMBER = re.compile(r"(?:R-)?(20[0-9]{2})(?:-?(0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` up to, but not including, `end`; aware UTC."""

    start: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A calendar month, or a calendar year when `month` is None."""

    year: int
    month: int | None = None

    @property
    def number(self) -> str:
        """The report's matter: 'R-202610' or 'R-2026'."""
        return f"R-{self.year}" if self.month is None else f"R-{self.year}{self.month:02}"

    @property
    def first_day(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def next(self) -> "Period":
        if self.month is None:
            return Period(year=self.year + 1)
        return _moved(self, 1)

    def span(self, timezone: ZoneInfo) -> Span:
        """The period in local time, as instants."""
        return Span(start=_midnight(self.first_day, timezone), end=_midnight(self.next.first_day, timezone))

    def trend(self) -> tuple["Period", ...]:
        """The twelve months up to and with the period's last one, oldest first."""
        last = Period(year=self.year, month=self.month or 12)
        return tuple(_moved(last, -back) for back in reversed(range(TREND_MONTHS)))


def parse(text: str) -> Period | None:
    """The period of '2026-10', '202610', '2026' or a report's number; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    return Period(year=int(found[1]), month=int(found[2]) if found[2] else None) if found else None


def ended_before(day: date, months: int, years: int) -> tuple[Period, ...]:
    """The last so many months and years that were over on a day, in the order in which they ended, a month before its year."""
    this = Period(year=day.year, month=day.month)
    found = (
        *(_moved(this, -back) for back in range(1, months + 1)),
        *(Period(year=day.year - back) for back in range(1, years + 1)),
    )
    return tuple(sorted(found, key=lambda period: (period.next.first_day, period.month is None)))


def _moved(period: Period, months: int) -> Period:
    years, month = divmod((period.month or 1) - 1 + months, 12)
    return Period(year=period.year + years, month=month + 1)


def _midnight(day: date, timezone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone).astimezone(UTC)
