"""`ombud demo --year`, a month of it and its survey: people who answer, records and a report that come of it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from ingest.parse import parse
from ombud.demo import answers, crowd, shelf, whole_year
from ombud.demo.moved import MovedClock
from process.period import Period
from process.report_view import view
from process.survey import State
from process.survey_answers import Answer
from store import received, report_rows, reports, survey_answers, surveys
from store.database import reading


def played(folder: Path, first: date, last: date) -> whole_year.Play:
    clock = MovedClock(datetime(2026, 1, 1, tzinfo=UTC))
    office = replace(whole_year._office(folder), clock=clock, digest_at=None)
    play = whole_year.Play(office, clock, 2026)
    for day in play.days:
        if first <= day <= last:
            play.day(day)
    return play


def _has_workbook(conn: Connection, answer: Answer) -> bool:
    mail = received.get(conn, answer.mail_id)
    return mail is not None and bool(parse(mail.content).attachments)


def test_two_hundred_people_are_in_scope(tmp_path: Path) -> None:
    office = whole_year._office(tmp_path)
    departments = [p.department for p in office.organisation.people]
    assert sum(departments.count(name) for name in crowd.DEPARTMENTS) >= 190
    assert len({p.key for p in office.organisation.people}) == len(office.organisation.people)
    office.engine.dispose()


def test_a_month_ends_with_its_report_on_the_shelf(tmp_path: Path) -> None:
    # The third working day of February is when the report is drafted.
    play = played(tmp_path, date(2026, 1, 1), date(2026, 2, 4))
    january = Period(year=2026, month=1)
    with reading(play.office.engine) as conn:
        rows = report_rows.since(conn, january.span(play.office.rules.calendar.timezone).start)
        report = reports.get(conn, january.number)
    assert len(rows.work_orders) >= 20 * whole_year.ORDERS[0]
    assert any(row.result for row in rows.callbacks)
    assert any(len(row.stays) > 1 for row in rows.complaints)
    assert report is not None
    assert report.is_published
    shelf.fill(play.office, play.kept_mails, tmp_path / "reports", (january,))
    index = (tmp_path / "reports" / "index.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', index)
    assert {"R-202601.html", "R-202601.xlsx"} <= set(links)
    assert all((tmp_path / "reports" / link).stat().st_size > 0 for link in links)
    closed = next(line.value for line in view(report).lines if line.name == "work_orders")
    assert f">{closed}</td>" in index
    play.office.engine.dispose()


def test_the_survey_is_answered_by_about_seven_in_ten(tmp_path: Path) -> None:
    first = date(2026, *whole_year.SURVEY_OPENS)
    play = played(tmp_path, first, first + timedelta(days=1))
    with reading(play.office.engine) as conn:
        survey = surveys.get(conn, "Q-2026")
    assert survey is not None
    assert survey.state is State.RUNNING
    with reading(play.office.engine) as conn:
        answered = sum(row.kind == "survey-answer" for row in received.listed(conn))
        said = {
            text for answer in survey_answers.of_survey(conn, "Q-2026") for _, text in answer.reading.remarks
        }
        sent_back = [
            answer for answer in survey_answers.of_survey(conn, "Q-2026") if _has_workbook(conn, answer)
        ]
    assert answered == pytest.approx(0.7 * survey.invited, rel=0.15)
    assert said
    assert said <= set(answers.REMARKS)
    assert len(sent_back) == pytest.approx(answers.WORKBOOK_SHARE * answered, rel=0.5)
    assert {len(answer.reading.marks) for answer in sent_back} == {len(survey.form.rated)}
    play.office.engine.dispose()
