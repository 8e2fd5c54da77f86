"""The clock that is moved by hand, where it stops, and three weeks of the demo on it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.parse import parse
from ombud.demo import year
from ombud.demo.moved import MovedClock, stops
from process.worktime import public_holidays
from tests.company import CALENDAR, SHANGHAI
from tests.test_ladder import at

NOTICE = "x-ombud-notice"


def test_it_stands_still_and_never_goes_back() -> None:
    clock = MovedClock(at("2026-11-24 10:00"))
    assert clock() == clock() == at("2026-11-24 10:00")
    clock.move_to(at("2026-11-24 10:01"))
    assert clock() == at("2026-11-24 10:01")
    with pytest.raises(ValueError, match="is before"):
        clock.move_to(at("2026-11-24 10:00"))


def test_it_stops_in_working_time_only() -> None:
    holidays, workdays = public_holidays("CN", range(2026, 2027))
    calendar = replace(CALENDAR, holidays=holidays, workdays=workdays)
    found = list(stops(calendar, at("2026-09-30 15:00"), at("2026-10-10 12:00"), timedelta(hours=2)))
    local = [f"{one.astimezone(SHANGHAI):%m-%d %H:%M}" for one in found]
    assert local == [
        "09-30 15:30", "09-30 17:30",
        "10-08 09:00", "10-08 11:00", "10-08 13:30", "10-08 15:30", "10-08 17:30",
        "10-09 09:00", "10-09 11:00", "10-09 13:30", "10-09 15:30", "10-09 17:30",
        "10-10 09:00", "10-10 11:00",
    ]  # fmt: skip


def test_three_weeks_of_neglect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody accepts for seven working days; each rung comes once, a digest on each working day."""

    class In2026(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "In2026":
            return cls(2026, 11, 24, tzinfo=UTC)

    monkeypatch.setattr("ombud.demo.year.datetime", In2026)
    assert year.show(tmp_path / "demo", days=22) == 0
    mails = [parse(path.read_bytes()) for path in sorted((tmp_path / "demo" / "mails").glob("*.eml"))]
    counts = Counter(mail.header(NOTICE) for mail in mails)
    assert counts["task_accept"] == 2, "two engineers"
    assert counts["reminder"] == 2 + 2 + 1, "reminded, warned, and the IT service manager told"
    assert counts["closure"] == 1
    # 4 January is worked for the holiday before; the last day is the 22nd.
    assert counts["digest"] == 2 * 15
    reminders = [
        mail.date.astimezone(SHANGHAI) for mail in mails if mail.header(NOTICE) == "reminder" and mail.date
    ]
    assert [f"{one:%m-%d %H:%M}" for one in reminders] == ["01-12 11:00"] * 2 + ["01-12 15:30"] * 2 + [
        "01-13 15:30"
    ]
