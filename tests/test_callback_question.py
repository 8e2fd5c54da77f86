"""The one question to a user about a work order: asked, answered, asked back, in the report."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from process.case import Source
from store import report_rows
from store.database import reading
from tests.callback_desk import THREE, drawn, export, morning, opened, results, row, with_rules
from tests.company import DESK_A, SECRETARY, USER, VIP
from tests.desk import Desk, mailto
from tests.test_ladder import at


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as desk:
        yield desk


@pytest.fixture
def asking(office: Desk) -> Desk:
    with_rules(office, mode="user")
    export(office, *THREE, row("WO-4", ""))
    morning(office)
    return office


def test_users_are_asked_and_answer(asking: Desk) -> None:
    assert "WO-4" in asking.got(DESK_A, "callback_worklist")[0].text
    assert "WO-1" not in asking.got(DESK_A, "callback_worklist")[0].text
    assert [link.body for link in mailto(asking.got(USER, "callback_question")[0].html)] == [
        "非常满意", "满意", "一般", "不满意", "非常不满意",
    ]  # fmt: skip
    asking.answer(USER, "callback_question", "4")
    asking.answer(SECRETARY, "callback_question", "非常满意，谢谢小李")
    assert results(asking) == {"WO-1": "satisfied", "WO-2": "", "WO-3": "very_satisfied", "WO-4": ""}
    assert "满意" in asking.got(USER, "callback_read")[0].text
    asking.answer(USER, "callback_read", "谢谢")
    assert len(asking.got(USER, "callback_read")) == 1
    asking.answer(USER, "callback_read", "说错了，是一般")
    assert results(asking)["WO-1"] == "neutral"


def test_very_dissatisfied_user_complains_as_themselves_and_vip_escalates(asking: Desk) -> None:
    asking.answer(VIP, "callback_question", "非常不满意\n等了三天没人管")
    (case,) = asking.cases()
    assert (case.source, case.work_order, case.recorder.name, case.is_vip) == (
        Source.CALLBACK,
        "WO-2",
        "",
        True,
    )
    assert [entry.reason for entry in case.escalations] == ["vip"]
    assert "等了三天" in case.text
    assert asking.got(VIP, "acknowledgement")
    assert not asking.got(VIP, "callback_read")


def test_unclear_answer_is_asked_back_once_then_the_desk_is_told(asking: Desk) -> None:
    asking.answer(USER, "callback_question", "收到")
    assert len(mailto(asking.got(USER, "callback_read")[0].html)) == 5
    asking.answer(USER, "callback_question", "什么工单？")
    assert len(asking.got(USER, "callback_read")) == 1
    assert "WO-1" in asking.got(DESK_A, "alert")[-1].text
    asking.answer(USER, "callback_read", "满意")
    assert results(asking)["WO-1"] == "satisfied"


def test_complaint_in_words_is_one_and_no_result_is_guessed(asking: Desk) -> None:
    asking.answer(USER, "callback_question", "报修三天了没人管，我要投诉你们！")
    (case,) = asking.cases()
    assert (case.source, case.work_order, drawn(asking)["WO-1"].complaint) == (
        Source.CALLBACK,
        "WO-1",
        case.number,
    )
    assert results(asking)["WO-1"] == ""
    asking.answer(USER, "callback_question", "非常不满意")
    assert results(asking)["WO-1"] == "very_dissatisfied"
    assert len(asking.cases()) == 1


def test_nobody_answers_for_another(asking: Desk) -> None:
    mail = asking.got(USER, "callback_question")[0]
    for person in (VIP, DESK_A):
        asking.write(person, f"Re: {mail.subject}", "非常满意", In_Reply_To=f"<{mail.message_id}>")
    asking.write(USER, f"Re: {mail.subject}", "自动回复：我在休假，非常满意", Auto_Submitted="auto-replied")
    assert results(asking)["WO-1"] == ""


def test_unanswered_question_comes_to_the_desk(asking: Desk) -> None:
    export(asking, row("WO-8", "u8@corp.example", "2026-11-23 10:00"))
    morning(asking, "2026-11-24")
    assert "WO-1" not in asking.got(DESK_A, "callback_worklist")[-1].text
    asking.move_to(at("2026-11-27 18:00"))
    export(asking, row("WO-9", "u9@corp.example", "2026-11-27 10:00"))
    morning(asking, "2026-11-30")
    assert "WO-1" in asking.got(DESK_A, "callback_worklist")[-1].text


def test_records_go_into_the_report(asking: Desk) -> None:
    asking.answer(USER, "callback_question", "4")
    asking.answer(DESK_A, "callback_worklist", "WO-4 无人接听")
    with reading(asking.office.engine) as conn:
        rows = report_rows.since(conn, at("2026-11-01 00:00"))
    assert [one.number for one in rows.work_orders] == ["WO-1", "WO-2", "WO-3", "WO-4"]
    assert {one.work_order: one.result for one in rows.callbacks} == {
        "WO-1": 4,
        "WO-2": None,
        "WO-3": None,
        "WO-4": None,
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_words_of_an_export_stay_words(office: Desk, language: str) -> None:
    user = replace(USER, language=language)
    desk = replace(DESK_A, language=language)
    people = tuple({USER.key: user, DESK_A.key: desk}.get(p.key, p) for p in office.organisation.people)
    office.organisation = replace(office.organisation, people=people)
    with_rules(office, mode="user")
    hostile = '"<script>alert(1)</script>{{ 7*7 }}\r\nBcc: x@evil.example"'
    export(office, row("WO-1").replace("打印机卡纸", hostile), row("WO-2", "").replace("打印机卡纸", hostile))
    morning(office)
    for mail in (*office.got(USER, "callback_question"), *office.got(DESK_A, "callback_worklist")):
        assert "<script>" not in mail.html
        assert "49" not in mail.subject
        assert not mail.header("bcc")
