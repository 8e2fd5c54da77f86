"""Mails of call-backs, the survey and the reports: taken from the outbox of a desk on which they are played."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from notify.compose import Letterhead
from process.callback import CallbackRules
from process.outgoing import Outgoing
from process.review import ReviewRules
from store import outbox
from store.database import reading
from tests import callback_desk, report_month, review_meeting, survey_company
from tests.company import COLLECTION, DESK_A, GENERAL, LOANS, SERVICE_MANAGER, USER, VIP
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.test_ladder import at

SAID = {
    "zh": {
        "results": "WO-1 非常不满意 等了三天没人管\nWO-9 满意",
        "unclear": "不知道什么意思",
        "rated": "4 还可以",
        "remark": "第3项为什么这么低？请说明。",
        "explained": "[3] 原因：周末无人值班\n改进：增加值班",
        "declined": "不参加 当天出差",
        "moved": "改期 2027-01-29 设备一月底到货",
        "done": "完成 已上线",
        "taken": "受理 CHG-77",
        "question": "会上能不能谈谈登录慢的问题？",
        "minutes": review_meeting.MINUTES,
    },
    "en": {
        "results": "WO-1 very dissatisfied waited three days\nWO-9 satisfied",
        "unclear": "No idea what you mean",
        "rated": "4 quite all right",
        "remark": "Why is item 3 so low? Please explain.",
        "explained": "[3] Cause: nobody on duty at weekends\nImprovement: weekend duty",
        "declined": "decline I am travelling that day",
        "moved": "due 29 January 2027: the parts come at the end of January",
        "done": "done Live since yesterday",
        "taken": "accept CHG-77",
        "question": "Could we talk about the slow log-in at the meeting?",
        "minutes": "Decision: the scope of service stays as it is\nDecision (change): SLO from 99.5% to 99.9%\n"
        "Action: capacity alarms; 吴经理; 31 December 2026\nAction: duty handbook; 郑经理; 2027-01-15",
    },
}
"""What the people answer, by language: an answer in a language is answered in it."""
TEMPLATES = ("callback", "import_report", "survey", "report", "review", "action", "change")
"""How the names of their templates begin."""


@cache
def played(letterhead: Letterhead) -> tuple[Outgoing, ...]:
    """What went out, one of each template, and of each state of the survey's report and answer."""
    found: dict[str, Outgoing] = {}
    for play in (_called_back, _asked, _surveyed, _reported, _reviewed):
        with tempfile.TemporaryDirectory() as folder:
            for letter in play(Path(folder), letterhead):
                found.setdefault(f"{letter.template} {letter.subject.partition(' [')[0]}", letter)
    return tuple(found.values())


def _sent(desk: Desk) -> Iterator[Outgoing]:
    with reading(desk.office.engine) as conn:
        for row in outbox.listed(conn):
            if row.template.startswith(TEMPLATES) and row.template != "reminders":
                content = outbox.content(conn, row.id)
                assert content is not None
                yield Outgoing(
                    message_id=row.message_id,
                    matter=row.matter,
                    template=row.template,
                    recipient_key="",
                    recipients=tuple(row.recipients),
                    subject=row.subject,
                    content=content,
                )


def _called_back(folder: Path, letterhead: Letterhead) -> Iterator[Outgoing]:
    yield from _with_orders(folder, letterhead, CallbackRules(), SAID[letterhead.default_language]["results"])


def _asked(folder: Path, letterhead: Letterhead) -> Iterator[Outgoing]:
    yield from _with_orders(folder, letterhead, CallbackRules(mode="user"), "")


def _with_orders(
    folder: Path, letterhead: Letterhead, rules: CallbackRules, answer: str
) -> Iterator[Outgoing]:
    senders = frozenset({DESK_A.address})
    with open_desk(folder, letterhead=letterhead, work_order_senders=senders, callbacks=rules) as desk:
        rows = (("WO-1", USER), ("WO-2", VIP), ("WO-3", COLLECTION), ("WO-4", LOANS))
        orders = [callback_desk.row(number, person.address) for number, person in rows]
        callback_desk.export(desk, *orders, "WO-5,没有时间的工单\n", sender=DESK_A.address)
        desk.move_to(at("2026-11-23 09:01"))
        if answer:
            desk.answer(DESK_A, "callback_worklist", answer)
        said = SAID[letterhead.default_language]
        for person in (USER, VIP):
            for words in (said["unclear"], said["rated"]):
                if desk.got(person, "callback_question"):
                    desk.answer(person, "callback_question", words)
        yield from _sent(desk)


def _surveyed(folder: Path, letterhead: Letterhead) -> Iterator[Outgoing]:
    with open_desk(folder, letterhead=letterhead) as desk:
        survey = survey_company.running(desk, {survey_company.COLLECTION: 6, survey_company.LOANS: 4})
        people = [survey_company.asked(desk, f"a{place:02}@corp.example") for place in range(1, 5)]
        for person, words in zip(
            people, ("5 4 4 5 4 3 4 5 4", "1：4\n2：不知道", "1 1 1 1", "好的"), strict=True
        ):
            desk.answer(person, "survey_form", words)
        desk.answer(SERVICE_MANAGER, "survey_plan", "进度")
        desk.move(days=8)
        survey_company.closed(desk, survey)
        desk.answer(people[3], "survey_form", "5 5 5")
        desk.answer(SERVICE_MANAGER, "survey_report", "批准")
        desk.answer(GENERAL, "survey_report", "批准")
        yield from _sent(desk)


def _reported(folder: Path, letterhead: Letterhead) -> Iterator[Outgoing]:
    said = SAID[letterhead.default_language]
    with open_desk(folder, letterhead=letterhead) as desk:
        report_month.drafted(desk)
        desk.answer(SERVICE_MANAGER, "report_draft", said["explained"])
        desk.answer(SERVICE_MANAGER, "report_draft", "批准")
        desk.answer(COLLECTION, "report", said["remark"])
        report_month.late_mail(desk)
        desk.move_to(at("2026-12-08 09:00"))
        desk.answer(SERVICE_MANAGER, "report_correction_draft", "批准")
        yield from _sent(desk)


def _reviewed(folder: Path, letterhead: Letterhead) -> Iterator[Outgoing]:
    said = SAID[letterhead.default_language]
    rules = ReviewRules(change_management=LOANS.address, stakeholders=(USER.address,))
    with open_desk(folder, letterhead=letterhead, review_rules=rules) as desk:
        review_meeting.planned(desk)
        desk.answer(GENERAL, "review_invitation", "参加")
        desk.answer(COLLECTION, "review_invitation", said["declined"])
        desk.answer(USER, "review_invitation", said["question"])
        desk.move_to(at("2026-12-15 16:05"))
        desk.answer(SERVICE_MANAGER, "review_minutes", said["minutes"])
        desk.answer(SERVICE_MANAGER, "review_minutes_read", "批准")
        desk.answer(COLLECTION, "action", said["moved"])
        desk.move_to(at("2027-01-05 10:00"))
        for person in (COLLECTION, LOANS):
            for notice, words in (("action", said["done"]), ("change_handover", said["taken"])):
                if desk.got(person, notice):
                    desk.answer(person, notice, words)
        yield from _sent(desk)
