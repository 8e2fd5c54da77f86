"""What the people of the demo answer to each kind of mail: a seeded play of ordinary, slow and unhappy ones."""

import re
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from classify.people import Role
from ingest.mail import Attachment
from ombud.demo.crowd import DEPARTMENTS
from ombud.demo.filled_form import filled
from ombud.demo.postroom import Delivered
from ombud.office import Office

STEPS = ("非常不满意", "不满意", "一般", "满意", "非常满意")
MARKS = (1, 2, 6, 41, 50)
"""How likely each step is, in parts of 100."""
SLOW_SHARE = 0.1
ANSWER_SHARE = 0.7
"""Of the people who are asked in the survey."""
WORKBOOK_SHARE = 0.2
"""Of those who answer, they send the enclosed form back."""
REMARK_SHARE = 0.1
REMARKS = ("希望周末也有人值班。", "报修后多告知一些进度。", "整体服务非常好。", "账号权限审批太慢。")
"""To the open question, the form's last."""
MEASURES = "措施\n原因：连接池容量不足\n纠正措施：已扩容并重启\n预防措施：{prevent}\n责任人：值班工程师\n计划完成：下周五"
PREVENTIVE = ("增加容量监控与告警", "发布前增加回归检查清单", "周末安排备岗", "补充值班手册并演练")
MINUTES = """纪要如下：
决议：下一年度评审提前到十二月
决议（变更）：催收系统 SLO 由 99.5% 调整为 99.9%
行动：为催收系统建立容量预警；韩松；1月22日
行动：补充周末值班安排；顾衡；1月26日"""
TO_DESK = frozenset(
    {"task_accept", "task_judge", "task_assign", "task_feedback", "callback_worklist", "reminder"}
)
"""Mails that every engineer gets; one of them answers."""
_ORDER = re.compile(r"\bWO-[0-9]{8}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody writes back."""

    text: str
    files: tuple[Attachment, ...] = ()


@dataclass(slots=True)
class People:
    """Everybody, with their dice."""

    office: Office
    dice: Random

    def answer(self, got: Delivered) -> Reply | None:
        """What the recipient answers; None when they do not."""
        if got.notice in TO_DESK and got.to.key != self._engineer_key():
            return None
        if got.notice == "survey_form":
            return self._filled_in(got)
        made = getattr(self, f"_{got.notice}", None)
        text = str(made(got)) if made else _PLAIN.get(got.notice, "")
        return Reply(text=text) if text else None

    def patience(self, got: Delivered) -> timedelta:
        """How long they let it lie: mostly until they look again, now and then for days."""
        if got.notice not in _MAY_WAIT:
            return timedelta()
        return timedelta(days=4) if self.dice.random() < SLOW_SHARE else timedelta(minutes=1)

    def step(self) -> str:
        return self.dice.choices(STEPS, MARKS)[0]

    def _engineer_key(self) -> str:
        return self.office.organisation.acting(Role.SERVICE_DESK)[0].key

    def _task_judge(self, got: Delivered) -> str:
        return "无效 属于用户本机设置问题，已电话说明" if self.dice.random() < 0.12 else "有效 情况属实"

    def _task_assign(self, got: Delivered) -> str:
        return f"分派 {DEPARTMENTS['个贷' in got.mail.subject]}"

    def _dispatch(self, got: Delivered) -> str:
        # The copy for the management representative asks nothing.
        is_copy = got.to.address not in {to.address for to in got.mail.to}
        return "" if is_copy else MEASURES.format(prevent=self.dice.choice(PREVENTIVE))

    def _task_verify(self, got: Delivered) -> str:
        return "不通过 没有说明如何避免再次发生" if self.dice.random() < 0.1 else "通过 措施有效"

    def _feedback(self, got: Delivered) -> str:
        return "还是没有解决，今天又出现了" if self.dice.random() < 0.06 else "确认，已经好了，谢谢"

    def _closure(self, got: Delivered) -> str:
        return self.step() if self.dice.random() < 0.6 else ""

    def _callback_worklist(self, got: Delivered) -> str:
        orders = dict.fromkeys(_ORDER.findall(got.mail.text))
        lines = (f"{order} {self.step() if self.dice.random() > 0.04 else '无人接听'}" for order in orders)
        return "\n".join(lines)

    def _filled_in(self, got: Delivered) -> Reply | None:
        """The survey's form, answered in one of many shapes."""
        if self.dice.random() >= ANSWER_SHARE:
            return None
        form = self.office.survey.form
        marks = [self.dice.choices(range(1, 6), MARKS)[0] for _ in form.rated]
        if self.dice.random() < WORKBOOK_SHARE:
            chosen = [f"{mark} {form.word(mark, 'zh')}" for mark in marks]
            return Reply(text="您好，问卷已填好，请见附件。", files=(filled(got.mail, chosen),))
        text = self.dice.choice(_SHAPES)(marks)
        remark = (
            f"\n{len(form.questions)}. {self.dice.choice(REMARKS)}"
            if self.dice.random() < REMARK_SHARE
            else ""
        )
        return Reply(text=text + remark)

    def _report_draft(self, got: Delivered) -> str:
        missed = re.findall(r"^\[(\d+)\].{0,80}未达标", got.mail.text, re.MULTILINE)
        comments = "\n".join(f"[{item}] 原因：当期人手不足 改进：增加备岗" for item in missed)
        return f"批准\n{comments}"


def _by_number(marks: list[int]) -> str:
    return "\n".join(f"{place}. {mark}" for place, mark in enumerate(marks, 1))


def _in_words(marks: list[int]) -> str:
    return "\n".join(f"{place}、{STEPS[mark - 1]}" for place, mark in enumerate(marks, 1))


def _full_width(marks: list[int]) -> str:
    return "您好，答复如下：\n" + "\n".join(
        f"{place}：{STEPS[mark - 1]}" for place, mark in enumerate(marks, 1)
    )


def _partial(marks: list[int]) -> str:
    return _by_number(marks[:6]) + "\n其他没有使用过"


def _in_a_row(marks: list[int]) -> str:
    return " ".join(map(str, marks))


_SHAPES = (_by_number, _in_a_row, _in_words, _full_width, _partial)
_PLAIN = {
    "task_accept": "受理",
    "task_decide": "无效 维持原判断",
    "task_feedback": "批准",
    "not_valid": "确认，明白了",
    "survey_plan": "批准",
    "survey_report": "批准",
    "report_correction_draft": "批准",
    "review_invitation": "参加",
    "review_minutes": MINUTES,
    "action": "完成\n已落实，见工单记录",
    "change_handover": "受理 CHG-0012",
}
_MAY_WAIT = frozenset({"task_accept", "task_judge", "dispatch", "task_verify", "feedback", "action"})
