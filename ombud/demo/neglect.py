"""Complaints that are left lying: who is slow at which step, and what everybody else does meanwhile.

Each is answered at once by all but one person, who takes their step only after their patience of working days: long
enough for every rung of the ladder. Source: HANDBOOK 2 'Clocks'.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from classify.people import Organisation, Person
from classify.token import numbers_in
from ingest.mail import Mail
from ombud.demo.letters import foxmail, outlook
from ombud.demo.play import MEASURES, Cast, department
from ombud.demo.stage import NOTICE_HEADER, Stage
from process.worktime import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody answers to which mail."""

    by: Person
    notice: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neglected:
    """A complaint, and the one step that is left lying."""

    month: int
    day: int
    """When it is written, in the year that is played."""
    user: Person
    subject: str
    text: str
    answers: tuple[Answer, ...]
    slow: str
    """The notice that is answered late; '' for none."""
    patience_days: int = 7
    """Working days until it is."""


def year(parts: Cast, organisation: Organisation) -> tuple[Neglected, ...]:
    """The complaints of a year, the first day first: before the two long holidays as well."""
    user, loan = parts.collection_user, parts.loan_user
    written = (
        (1, 12, user, "催收系统登录太慢", "task_accept"),
        (2, 12, loan, "个贷放款页面报错", "dispatch"),
        (4, 21, user, "催收短信重复发送", "task_verify"),
        (6, 16, loan, "个贷合同打印错位", "feedback"),
        (8, 18, user, "催收报表数字不对", "task_feedback"),
        (9, 29, loan, "个贷征信查询失败", "dispatch"),
        (11, 17, user, "催收外呼总是掉线", ""),
    )
    return tuple(
        Neglected(
            month=month,
            day=day,
            user=who,
            subject=subject,
            text=f"{subject}，报了几天一直没人管，已经影响工作，我要投诉你们！",
            answers=_answers(parts, organisation, who, slow),
            slow=slow,
        )
        for month, day, who, subject, slow in written
    )


def _answers(parts: Cast, organisation: Organisation, user: Person, slow: str) -> tuple[Answer, ...]:
    is_loan = user is parts.loan_user
    manager = parts.loan_manager if is_loan else parts.collection_manager
    name = department(organisation, "个贷" if is_loan else "催收")
    engineer = parts.engineer
    # Who does not answer at all is reminded, then the desk may close.
    end = (
        Answer(by=engineer, notice="reminder", text="关闭 多次提醒，用户没有答复，问题已处理")
        if slow == "feedback"
        else Answer(by=user, notice="feedback", text="确认，已经好了，可以关闭。")
    )
    return (
        Answer(by=engineer, notice="task_accept", text="受理"),
        Answer(by=engineer, notice="task_judge", text="有效 情况属实"),
        Answer(by=engineer, notice="task_assign", text=f"分派 {name}"),
        Answer(by=manager, notice="dispatch", text=MEASURES),
        Answer(by=parts.service_manager, notice="task_verify", text="通过"),
        Answer(by=engineer, notice="task_feedback", text="批准"),
        end,
    )


@dataclass(slots=True)
class Course:
    """How far one complaint has come."""

    neglected: Neglected
    number: str = ""
    message_id: str = ""
    left: list[Answer] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return bool(self.number) and not self.left

    def go_on(self, stage: Stage, now: datetime, calendar: Calendar) -> bool:
        """Writes what is to be written at this moment; whether anything was."""
        if not self.message_id:
            return self._complain(stage, now, calendar)
        if not self.number:
            self._find_number(stage)
        if not self.number or not self.left:
            return False
        answer = self.left[0]
        mail = next(
            (m for m in self._got(stage, answer.by) if m.header(NOTICE_HEADER) == answer.notice), None
        )
        if mail is None or now < self._answered_at(answer, mail, calendar):
            return False
        stage.answer(answer.by, foxmail, mail, answer.text)
        self.left.pop(0)
        return True

    def _complain(self, stage: Stage, now: datetime, calendar: Calendar) -> bool:
        today = now.astimezone(calendar.timezone).date()
        if (today.month, today.day) < (self.neglected.month, self.neglected.day):
            return False
        one = self.neglected
        self.message_id = stage.write(one.user, outlook, one.subject, one.text).message_id
        self.left = list(one.answers)
        return True

    def _find_number(self, stage: Stage) -> None:
        for mail in stage.box(self.neglected.user).seen:
            if self.message_id in mail.in_reply_to and mail.header(NOTICE_HEADER) == "acknowledgement":
                self.number = numbers_in(mail.subject)[0]

    def _got(self, stage: Stage, person: Person) -> Iterator[Mail]:
        """The person's mails on this complaint, newest first."""
        return (mail for mail in reversed(stage.box(person).seen) if self.number in mail.subject)

    def _answered_at(self, answer: Answer, mail: Mail, calendar: Calendar) -> datetime:
        assert mail.date is not None
        is_slow = answer.notice == self.neglected.slow
        return calendar.add_days(mail.date, self.neglected.patience_days) if is_slow else mail.date
