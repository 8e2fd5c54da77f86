"""The table 'what you get back' of docs/review.md, where no other test of the review goes through it; and its commands."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ombud import config, reporting, wiring
from ombud.__main__ import main
from process.outcome import OutcomeState
from process.period import Period
from process.report import ReportState, drafted
from store import reports
from tests import review_meeting
from tests.company import COLLECTION, LOANS, REPRESENTATIVE, SECRETARY, SERVICE_MANAGER, VIP
from tests.desk import Desk
from tests.review_meeting import attendance, minuted, outcomes, planned
from tests.test_review import answered_by_calendar

ROOT = Path(__file__).parents[1]


@pytest.fixture
def office(desk: Desk) -> Desk:
    return review_meeting.prepared(desk)


def test_a_delegate_answers_for_who_is_invited(office: Desk) -> None:
    rules = replace(office.office.review_rules, stakeholders=(VIP.address,))
    office.office = replace(office.office, review_rules=rules)
    planned(office)
    answered_by_calendar(office, SECRETARY, "ACCEPTED", attendee=VIP.address)
    assert attendance(office, VIP) == "accepted"


def test_who_was_only_told_of_an_action_is_told_whose_it_is(office: Desk) -> None:
    minuted(office)
    office.answer(COLLECTION, "action", "改期 2027-02-26 等设备")
    for words in ("完成", "改期 2027-03-26 不急"):
        office.answer(REPRESENTATIVE, "review_news", words)
        told = office.got(REPRESENTATIVE, "not_understood")[-1].text
        assert "这一步不由您来做" in told, words
        assert COLLECTION.name in told, words
    assert (outcomes(office)[2].state, len(outcomes(office)[2].moves)) == (OutcomeState.OPEN, 1)


def test_who_answers_somebody_elses_mail_is_asked_to_answer_their_own(office: Desk) -> None:
    minuted(office)
    mail = office.got(COLLECTION, "action")[0]
    office.write(LOANS, f"Re: {mail.subject}", "完成", In_Reply_To=f"<{mail.message_id}>")
    assert "请直接回复发\n到您邮箱的那封邮件" in office.got(LOANS, "not_understood")[-1].text


def test_an_owner_of_a_name_that_two_have_is_asked_for(office: Desk) -> None:
    twin = replace(COLLECTION, key="twin@corp.example", addresses=("twin@corp.example",))
    office.organisation = replace(office.organisation, people=(*office.organisation.people, twin))
    minuted(
        office, f"行动：写手册；{COLLECTION.name}；12月31日\n行动：写周报；{COLLECTION.address}；12月31日"
    )
    assert [one.text for one in outcomes(office)] == ["写周报"]
    assert "有多位同名人员" in office.got(SERVICE_MANAGER, "review_minutes_read")[0].text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("OMBUD_")]:
        monkeypatch.delenv(name)
    text = (ROOT / "config.toml").read_text("utf-8").replace("ombud/sample/", f"{ROOT}/ombud/sample/")
    (tmp_path / "config.toml").write_text(text, "utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "config.toml"), *words])


def test_the_commands_of_the_review_say_what_cannot_be_done(folder: Path) -> None:
    for words in (("move", "2026-12-17T09:30"), ("cancel", "2026")):
        none = run(folder, "review", *words)
        assert (none.exit_code, "is not planned" in none.stderr) == (1, True), none.output
    made = run(folder, "review", "plan", "2026-12-15T14:00", "--place", "三号会议室")
    assert (made.exit_code, "A-2026: planned" in made.output) == (0, True), made.output
    again = run(folder, "review", "plan", "2026-12-16T14:00")
    assert (again.exit_code, "is planned already" in again.stderr) == (1, True)
    assert run(folder, "review", "plan", "tomorrow").exit_code == 2
    moved = run(folder, "review", "move", "2026-12-17T09:30", "--hours", "1")
    assert moved.exit_code == 0, moved.output
    assert "2026-12-17T01:30:00" in run(folder, "review", "show", "--json").output


def test_a_published_report_is_not_drafted_again_by_command(folder: Path) -> None:
    office = wiring.office(config.load(folder / "config.toml", needs_secrets=False))
    now = datetime.now(UTC)
    period = Period(year=2026, month=10)
    made = drafted(period.number, reporting.count(office, period, now), now)
    with office.engine.begin() as conn:
        reports.save(
            conn, replace(made, state=ReportState.PUBLISHED, published_at=now + timedelta(seconds=1))
        )
    office.engine.dispose()
    refused = run(folder, "report", "month", "2026-10")
    assert (refused.exit_code, "published and frozen" in refused.stderr) == (1, True), refused.output
    assert run(folder, "report", "month", "2026-13").exit_code == 2
