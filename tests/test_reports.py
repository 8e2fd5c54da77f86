"""Service reports from the first draft to a correction: by the clock, by reply, on a moved clock."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from classify import report_comments
from notify import report_sheet
from notify.render import words
from ombud import reporting
from process.figures import NAMES
from process.period import Period
from process.report_rules import ReportRules
from store import complaints, events, reports
from store.database import deciding, reading
from tests.company import (
    COLLECTION,
    DESK_A,
    GENERAL,
    LOANS,
    ORGANISATION,
    SERVICE_MANAGER,
    SHANGHAI,
)
from tests.desk import Desk
from tests.report_month import closed, drafted, late_mail, sheet, stored, value
from tests.site import SERVICE_MANAGER as SERVICE_MANAGER_ADDRESS
from tests.site import USER as USER_ADDRESS
from tests.site import Site
from tests.test_clock import COMPLAINT
from tests.test_ladder import at

NOVEMBER = Period(year=2026, month=11)


def test_the_draft_comes_on_the_working_day_and_once(desk: Desk) -> None:
    closed(desk)
    desk.move_to(at("2026-12-03 08:59"))
    assert desk.got(SERVICE_MANAGER, "report_draft") == []
    for hour in (9, 10, 11):
        desk.move_to(at(f"2026-12-03 {hour:02}:00"))
    desk.move_to(at("2026-12-04 09:30"))
    (mail,) = desk.got(SERVICE_MANAGER, "report_draft")
    assert "服务月报 2026 年 11 月" in mail.subject
    assert "[1] 收到投诉：1 件" in mail.text
    assert desk.got(COLLECTION, "report") == []


def test_others_write_while_a_workbook_is_made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large one takes longer than a step may pause, and than anybody should wait for the log."""
    made: list[str] = []
    workbook = report_sheet.workbook

    def written(*shown: Any) -> bytes:
        with deciding(desk.office.engine):
            made.append("by the clock" if len(made) == 0 else "by command")
        return workbook(*shown)

    closed(desk)
    monkeypatch.setattr(report_sheet, "workbook", written)
    desk.move_to(at("2026-12-03 09:00"))
    reporting.draft(desk.office, NOVEMBER)
    assert made == ["by the clock", "by command"]


def test_nothing_is_drafted_of_the_time_before_the_service(desk: Desk) -> None:
    desk.move_to(at("2026-11-24 09:30"))
    closed(desk)
    desk.move_to(at("2026-11-25 09:30"))
    with reading(desk.office.engine) as conn:
        assert reports.listed(conn) == ()


def test_a_service_that_was_down_catches_up(desk: Desk) -> None:
    closed(desk)
    desk.move_to(at("2026-12-19 22:00"))
    assert len(desk.got(SERVICE_MANAGER, "report_draft")) == 1


def test_after_a_long_stop_every_missed_period_is_drafted_in_order_and_once(desk: Desk) -> None:
    closed(desk)
    for day in ("2027-04-12 22:00", "2027-04-13 09:30"):
        desk.move_to(at(day))
    drafts = desk.got(SERVICE_MANAGER, "report_draft")
    numbers = [re.findall(r"\[(R-\d+)", mail.subject)[0] for mail in drafts]
    assert numbers == ["R-202611", "R-202612", "R-2026", "R-202701", "R-202702", "R-202703"]
    assert value(stored(desk, "R-202612"), "received") == 0


def test_no_more_periods_are_drafted_at_once_than_the_limit(desk: Desk) -> None:
    closed(desk)
    desk.move_to(at("2030-06-12 09:30"))
    with reading(desk.office.engine) as conn:
        found = [report.number for report in reports.listed(conn)]
    assert found == [
        "R-2028",
        "R-2029",
        *(f"R-{month}" for month in (*range(202906, 202913), *range(203001, 203006))),
    ]
    assert len(found) == reporting.MISSED_MONTHS_MAX + reporting.MISSED_YEARS_MAX


def test_figures_are_those_of_the_month(desk: Desk) -> None:
    report = drafted(desk)
    assert {
        name: value(report, name) for name in ("received", "valid", "accepted_on_time", "open_at_end")
    } == {
        "received": 2,
        "valid": 1.0,
        "accepted_on_time": 0.5,
        "open_at_end": 1,
    }
    assert value(report, "hours_to_close") == pytest.approx(3.0)
    (improvement,) = report.contents.improvements
    assert (improvement.text, improvement.is_open) == ("加监控", False)


def test_comments_by_reply_come_back_in_a_new_draft(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "[3] 原因：周末无人值班\n改进：增加值班\n［0］总体平稳")
    (_, second) = desk.got(SERVICE_MANAGER, "report_draft")
    assert "原因：周末无人值班" in second.text
    assert "改进：增加值班" in second.text
    desk.answer(SERVICE_MANAGER, "report_draft", "[3] 改进：增加两人值班")
    comment = stored(desk).comment("accepted_on_time")
    assert comment is not None
    assert (comment.cause, comment.improvement) == ("周末无人值班", "增加两人值班")
    overall = stored(desk).comment("")
    assert overall is not None
    assert overall.cause == "总体平稳"


def test_the_ready_made_reply_of_a_missed_target_is_understood(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "填报 [3]\n原因：系统故障\n改进：")
    comment = stored(desk).comment("accepted_on_time")
    assert comment is not None
    assert (comment.cause, comment.improvement) == ("系统故障", "")


def test_approval_publishes_to_the_departments(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准\n\n[3] 原因：周末无人值班")
    for reader in (COLLECTION, LOANS, SERVICE_MANAGER):
        (mail,) = desk.got(reader, "report")
        assert "服务月报 2026 年 11 月" in mail.subject
        assert "周末无人值班" in mail.text
    report = stored(desk)
    assert (report.is_published, report.published_by.name) == (True, SERVICE_MANAGER.name)
    assert not desk.got(DESK_A, "report")
    with reading(desk.office.engine) as conn:
        assert [e.what for e in events.trail(conn, "R-202611")] == ["report_drafted", "report_published"]


def test_readers_are_those_of_the_scope_or_those_configured(desk: Desk) -> None:
    assert [p.key for p in reporting.readers(desk.office)] == [COLLECTION.key, LOANS.key]
    collection, loans = ORGANISATION.departments
    desk.organisation = replace(ORGANISATION, departments=(replace(collection, is_in_survey=True), loans))
    assert [p.key for p in reporting.readers(desk.office)] == [COLLECTION.key]
    desk.office = replace(desk.office, report_rules=ReportRules(readers=(GENERAL.address, "x@corp.example")))
    assert [p.address for p in reporting.readers(desk.office)] == [GENERAL.address, "x@corp.example"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [("好的，收到", "没有认出要说明的项"), ("[44] 原因：没有", "没有这个编号的指标")],
)
def test_what_is_not_understood_is_told(desk: Desk, answer: str, said: str) -> None:
    report = drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", answer)
    assert said in desk.got(SERVICE_MANAGER, "not_understood")[-1].text
    assert stored(desk) == report


def test_nobody_else_publishes_and_a_forwarded_draft_gives_no_power(desk: Desk) -> None:
    drafted(desk)
    draft = desk.got(SERVICE_MANAGER, "report_draft")[-1]
    desk.write(COLLECTION, f"Re: {draft.subject}", "批准", In_Reply_To=f"<{draft.message_id}>")
    assert not stored(desk).is_published
    desk.write("stranger@evil.example", f"Re: {draft.subject}", "批准", In_Reply_To=f"<{draft.message_id}>")
    assert not stored(desk).is_published


def test_a_readers_remark_goes_to_the_manager(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    desk.answer(COLLECTION, "report", "第3项为什么这么低？请说明。")
    (remark,) = desk.got(SERVICE_MANAGER, "report_remark")
    assert "第3项为什么这么低" in remark.text


def test_a_published_month_is_frozen(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    frozen = stored(desk)
    desk.answer(SERVICE_MANAGER, "report", "[3] 原因：另外的原因")
    assert "已发布并冻结" in desk.got(SERVICE_MANAGER, "not_understood")[-1].text
    desk.answer(SERVICE_MANAGER, "report", "批准")
    assert "已经" in desk.got(SERVICE_MANAGER, "not_understood")[-1].text
    with pytest.raises(reporting.Frozen):
        reporting.draft(desk.office, NOVEMBER)
    assert stored(desk) == frozen


def test_what_arrives_late_becomes_a_dated_correction(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    number = late_mail(desk)
    desk.move_to(at("2026-12-08 09:00"))
    (draft,) = desk.got(SERVICE_MANAGER, "report_correction_draft")
    assert "收到投诉：原为 2 → 更正为 3" in draft.text
    assert number in draft.text
    assert value(stored(desk), "received") == 2, (
        "the published figures stand until the correction is approved"
    )
    assert not desk.got(COLLECTION, "report_correction")
    desk.answer(SERVICE_MANAGER, "report_correction_draft", "批准")
    (sent,) = desk.got(COLLECTION, "report_correction")
    assert "2026-12-08" in sent.text
    assert number in sent.text
    report = stored(desk)
    assert value(report, "received") == 3
    (correction,) = report.corrections
    assert correction.published_at == at("2026-12-08 09:00")
    assert {(c.name, c.label, c.before, c.after) for c in correction.changes} >= {
        ("received", "", 2, 3),
        ("open_at_end", "", 1, 2),
    }
    desk.move_to(at("2026-12-09 09:00"))
    assert len(desk.got(SERVICE_MANAGER, "report_correction_draft")) == 1, "nothing new"
    assert any(number in str(cell) for row in sheet(sent)["更正"] for cell in row)


def test_a_correction_that_comes_to_nothing_is_taken_back(desk: Desk) -> None:
    drafted(desk)
    desk.answer(SERVICE_MANAGER, "report_draft", "批准")
    number = late_mail(desk)
    desk.move_to(at("2026-12-08 09:00"))
    assert stored(desk).pending is not None
    with desk.office.engine.begin() as conn:
        case = complaints.get(conn, number)
        assert case is not None
        complaints.save(conn, replace(case, received_at=at("2026-12-01 10:00"), version=case.version + 1))
    desk.move_to(at("2026-12-09 09:00"))
    assert stored(desk).corrections == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[3] 原因：人手不足 改进：增加值班", [(3, "人手不足", "增加值班")]),
        ("【3】原因:人手不足；改进措施:增加值班。", [(3, "人手不足", "增加值班。")]),
        ("［12］\n原因：a\nb\n改进：c", [(12, "a b", "c")]),
        ("> [3] Cause: short of staff\n> Improvement: one more", [(3, "short of staff", "one more")]),
        ("[3] 人手不足", [(3, "人手不足", "")]),
        ("[3]\n[4] 改进：x", [(4, "", "x")]),
        ("[3] 原因：\n改进：", []),
        ("3. 原因：x", []),
        ("你好，[3] 原因：x", []),
        ("[333] 原因：x", []),
        ("", []),
    ],
)
def test_comments_are_read(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert [(c.item, c.cause, c.improvement) for c in report_comments.read(text)] == expected, text


def test_the_command_line_writes_a_report_and_drafts_it(site: Site) -> None:
    site.write(USER_ADDRESS, "催收系统太慢", COMPLAINT)
    site.once()
    month = datetime.now(UTC).astimezone(SHANGHAI).strftime("%Y-%m")
    number = f"R-{month.replace('-', '')}"
    site.run("report", "month", month, "--output", str(site.folder / "out"))
    page = (site.folder / "out" / f"{number}.html").read_text("utf-8")
    assert "收到投诉" in page
    assert site.json("report", "list") == []
    site.run("report", "month", month)
    (line,) = site.json("report", "list")
    assert (line["number"], line["state"], line["figures"]["received"]) == (number, "draft", 1)
    site.once()
    assert len(site.got(SERVICE_MANAGER_ADDRESS, "report_draft")) == 1
    assert "no month" in site.run("report", "month", "2026", check=2).stderr
    assert "no published report" in site.run("report", "correct", number, check=1).stderr


def test_the_page_of_the_figures_defines_them_all_in_the_words_of_the_mails() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reports.md").read_text("utf-8")
    for number, name in enumerate(NAMES, 1):
        said = words("en")["figures"][name]
        assert f"| {number} | `{name}` |" in page, name
        assert said["definition"] in page, name
