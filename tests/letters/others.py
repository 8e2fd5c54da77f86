"""Mails of call-backs, the survey and the reports: taken from the outbox of a desk on which they are played."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from classify import questionnaire
from notify.compose import Letterhead
from ombud import reporting, reviewing
from process.callback import CallbackRules
from process.outgoing import Outgoing
from process.review import ReviewRules
from process.survey import SurveyRules
from store import outbox
from store.database import reading
from tests import callback_desk, report_month, review_meeting, survey_company
from tests.company import COLLECTION, DESK_A, GENERAL, LOANS, SERVICE_MANAGER, USER, VIP
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.letters.manner import MANNERS, Manner
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
FEW = 4
"""Departments more in the second language: as many as in the first take their time."""
ANSWERING_MAX = 20
"""Of the further departments whose people answer the survey."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where a play is played: under whose letterhead, in which manner."""

    folder: Path
    letterhead: Letterhead
    manner: Manner

    @property
    def said(self) -> dict[str, str]:
        return SAID[self.letterhead.default_language]

    def desk(self, **more: object) -> AbstractContextManager[Desk]:
        return open_desk(self.folder, letterhead=self.letterhead, **more)

    def remark(self, name: str) -> str:
        return self.manner.remark(self.said[name])


@cache
def played(letterhead: Letterhead, style: str) -> tuple[Outgoing, ...]:
    """What went out, one of each template, and of each state of the survey's report and answer."""
    found: dict[str, Outgoing] = {}
    manner = MANNERS[style]
    if letterhead.default_language != "zh":
        manner = replace(manner, departments=min(manner.departments, FEW))
    for play in (_called_back, _asked, _surveyed, _reported, _reviewed):
        with tempfile.TemporaryDirectory() as folder:
            for letter in play(_Stage(Path(folder), letterhead, manner)):
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


def _called_back(stage: _Stage) -> Iterator[Outgoing]:
    yield from _with_orders(stage, CallbackRules(), stage.remark("results"))


def _asked(stage: _Stage) -> Iterator[Outgoing]:
    yield from _with_orders(stage, CallbackRules(mode="user"), "")


def _with_orders(stage: _Stage, rules: CallbackRules, answer: str) -> Iterator[Outgoing]:
    senders = frozenset({DESK_A.address})
    with stage.desk(work_order_senders=senders, callbacks=rules) as desk:
        callback_desk.export(desk, *_orders(stage.manner), sender=DESK_A.address)
        desk.move_to(at("2026-11-23 09:01"))
        if answer:
            desk.answer(DESK_A, "callback_worklist", answer)
        for person in (USER, VIP):
            for words in (stage.remark("unclear"), stage.remark("rated")):
                if desk.got(person, "callback_question"):
                    desk.answer(person, "callback_question", words)
        yield from _sent(desk)


def _orders(manner: Manner) -> Iterator[str]:
    """Rows of an export: some of people of the company, as many more as there are departments, a wrong one."""
    cell = _quoted(manner.name("打印机卡纸"))
    for number, person in enumerate((USER, VIP, COLLECTION, LOANS), 1):
        yield callback_desk.row(f"WO-{number}", person.address).replace("打印机卡纸", cell)
    for number in range(10, 10 + manner.departments):
        row = callback_desk.row(f"WO-{number}", f"u{number}@corp.example")
        row = row.replace("催收系统开发部", _quoted(manner.name(f"第{number}部"))).replace("石岩", cell)
        yield row.replace("打印机卡纸", cell).replace(f"来宾WO-{number}", _quoted(manner.name("来宾")))
    yield f"WO-5,{_quoted(manner.name('没有时间的工单'))}\n"


def _quoted(cell: str) -> str:
    # A file with a NUL in it is no text, and not read at all.
    doubled = cell.replace('"', '""').replace("\x00", "")
    return f'"{doubled}"'


def _surveyed(stage: _Stage) -> Iterator[Outgoing]:
    manner = stage.manner
    with stage.desk(
        survey=SurveyRules(form=questionnaire.load(), min_cell=1, publish_to=(USER.address,))
    ) as desk:
        more = {manner.name(f"第{n}开发部"): 1 for n in range(manner.departments)}
        survey = survey_company.running(desk, {survey_company.COLLECTION: 6, survey_company.LOANS: 4, **more})
        people = [survey_company.asked(desk, f"a{place:02}@corp.example") for place in range(1, 5)]
        answers = ("5 4 4 5 4 3 4 5 4", "1：4\n2：不知道", "1 1 1 1", "好的")
        for person, words in zip(people, answers, strict=True):
            desk.answer(person, "survey_form", manner.remark(f"{words}\n3：一般，"))
        for form in survey_company.forms(desk, survey)[10 :: max(1, manner.departments // ANSWERING_MAX)]:
            desk.answer(form.party.person, "survey_form", "5 4 4 5 4 3 4 5 4")
        desk.answer(SERVICE_MANAGER, "survey_plan", "进度")
        desk.move(days=8)
        survey_company.closed(desk, survey)
        desk.answer(people[3], "survey_form", "5 5 5")
        desk.answer(SERVICE_MANAGER, "survey_report", manner.remark("备注 增加夜间值班"))
        desk.answer(SERVICE_MANAGER, "survey_report", "批准")
        desk.answer(GENERAL, "survey_report", "批准")
        yield from _sent(desk)


def _reported(stage: _Stage) -> Iterator[Outgoing]:
    with stage.desk() as desk:
        desk.organisation = stage.manner.company()
        report_month.drafted(desk)
        desk.answer(SERVICE_MANAGER, "report_draft", stage.remark("explained"))
        desk.answer(SERVICE_MANAGER, "report_draft", "批准")
        reader = next(iter(reporting.readers(desk.office)))
        desk.answer(reader, "report", stage.remark("remark"))
        report_month.late_mail(desk)
        desk.move_to(at("2026-12-08 09:00"))
        desk.answer(SERVICE_MANAGER, "report_correction_draft", "批准")
        yield from _sent(desk)


def _reviewed(stage: _Stage) -> Iterator[Outgoing]:
    manner, said = stage.manner, stage.said
    rules = ReviewRules(
        change_management=LOANS.address, stakeholders=(USER.address, COLLECTION.address, LOANS.address)
    )
    with stage.desk(review_rules=rules) as desk:
        desk.organisation = manner.company()
        meeting = replace(review_meeting.MEETING, place=manner.name("三号会议室"))
        reviewing.plan(desk.office, 2026, meeting)
        desk.collect()
        desk.answer(GENERAL, "review_invitation", "参加")
        desk.answer(COLLECTION, "review_invitation", stage.remark("declined"))
        desk.answer(USER, "review_invitation", stage.remark("question"))
        desk.move_to(at("2026-12-15 16:05"))
        minutes = said["minutes"].replace("SLO", manner.name("SLO").replace("\r\n", " "))
        desk.answer(SERVICE_MANAGER, "review_minutes", manner.remark(minutes + "\n行动：写手册；王五；尽快"))
        desk.answer(SERVICE_MANAGER, "review_minutes_read", "批准")
        desk.answer(COLLECTION, "action", stage.remark("moved"))
        desk.move_to(at("2027-01-05 10:00"))
        for person in (COLLECTION, LOANS):
            for notice, name in (("action", "done"), ("change_handover", "taken")):
                if desk.got(person, notice):
                    desk.answer(person, notice, stage.remark(name))
        yield from _sent(desk)
