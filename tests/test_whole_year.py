"""`ombud demo --year`, its first days: the same year for everybody, people who answer, records that come of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ombud.demo import crowd, whole_year
from ombud.demo.moved import MovedClock
from process.period import Period
from process.survey import State
from store import callbacks, complaints, inbox, report_rows, surveys
from store.database import reading


def played(folder: Path, days: int, first: date = date(2026, 1, 1)) -> whole_year.Play:
    clock = MovedClock(datetime(2026, 1, 1, tzinfo=UTC))
    office = replace(whole_year._office(folder), clock=clock, digest_at=None)
    play = whole_year.Play(office, clock, 2026)
    for day in [day for day in play.days if day >= first][:days]:
        play.day(day)
    return play


def test_two_hundred_people_are_in_scope(tmp_path: Path) -> None:
    office = whole_year._office(tmp_path)
    departments = [p.department for p in office.organisation.people]
    assert sum(departments.count(name) for name in crowd.DEPARTMENTS) >= 190
    assert len({p.key for p in office.organisation.people}) == len(office.organisation.people)
    office.engine.dispose()


def test_the_first_days_leave_records_of_every_kind(tmp_path: Path) -> None:
    play = played(tmp_path, 6)
    with reading(play.office.engine) as conn:
        rows = report_rows.since(conn, Period(year=2026).span(play.office.rules.calendar.timezone).start)
        cases = complaints.listed(conn, only_open=False)
        called = callbacks.considered(conn, date(2026, 1, 1), date(2026, 12, 31))
    assert len(rows.work_orders) >= 6 * whole_year.ORDERS[0]
    assert called
    assert all(row.is_reached or row.result is None for row in rows.callbacks)
    assert any(row.result for row in rows.callbacks)
    assert any(case.accepted for case in cases)
    play.office.engine.dispose()


def test_the_survey_is_answered_by_about_seven_in_ten(tmp_path: Path) -> None:
    play = played(tmp_path, 3, date(2026, *whole_year.SURVEY_OPENS))
    with reading(play.office.engine) as conn:
        survey = surveys.get(conn, "Q-2026")
    assert survey is not None
    assert survey.state is State.RUNNING
    with reading(play.office.engine) as conn:
        answered = sum(row.kind == "survey-answer" for row in inbox.listed(conn))
    assert answered == pytest.approx(0.7 * survey.invited, rel=0.15)
    play.office.engine.dispose()
