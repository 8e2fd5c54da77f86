"""Pictures of the service reports for docs/, from invented records: `python -m bench.report_pictures [FOLDER]`.

With --all, every report template in both languages, at two widths, light and dark, to be looked at (`bench/pictures.py`).
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from bench.pictures import MANAGER, ZONE, Picture, write
from classify.facts import Verb
from process.case import Case, Escalation, Measures, Party, State, Stay
from process.figures import Basis
from process.outgoing import Choice
from process.period import Period
from process.report import Comment, contents, corrected, drafted, published
from process.report_rows import ActionRow, CallbackRow, ComplaintRow, Mark, Rows, SurveyRow, WorkOrderRow
from process.report_rules import TARGETS
from process.report_view import view
from process.worktime import Calendar

HOURS = ((time(9), time(12)), (time(13, 30), time(18)))
CALENDAR = Calendar(timezone=ZONE, hours=(HOURS,) * 5 + ((), ()))
NOW = datetime(2026, 11, 4, 1, tzinfo=UTC)
DEPARTMENTS = ("催收系统开发部", "个贷系统开发部", "风险管理部")
CATEGORIES = ("attitude", "response_time", "quality", "process")
READERS = ("韩松", "程野")


def invented(seed: int = 7) -> Rows:
    """Fourteen months of records; the same every time."""
    dice, start = Random(seed), datetime(2025, 9, 1, 1, tzinfo=UTC)
    complaints = tuple(_complaint(dice, start, number) for number in range(1, 120))
    orders = tuple(
        WorkOrderRow(
            number=f"INC{number:06}",
            closed_at=start + timedelta(days=430 * dice.random() ** 0.9),
            department=dice.choice(DEPARTMENTS),
            category=dice.choice(("桌面", "网络", "应用", "账号权限")),
        )
        for number in range(2600)
    )
    calls = tuple(
        CallbackRow(
            work_order=order.number,
            drawn_at=order.closed_at + timedelta(days=1),
            is_reached=(is_reached := dice.random() > 0.04),
            result=dice.choices((5, 4, 3, 2, 1), (58, 34, 5, 2, 1))[0] if is_reached else None,
        )
        for order in orders
        if dice.random() < 0.3
    )
    action = ActionRow(
        number="A-2026-00002", decided_at=datetime(2026, 1, 20, tzinfo=UTC), what="为催收系统建立容量预警，每月通报",
        owner="石岩", due_at=datetime(2026, 12, 18, 10, tzinfo=UTC),
    )  # fmt: skip
    survey = SurveyRow(number="S-2026", closed_at=datetime(2026, 10, 23, tzinfo=UTC), index=86.4)
    return Rows(
        complaints=complaints, work_orders=orders, callbacks=calls, actions=(action,), surveys=(survey,)
    )


def _complaint(dice: Random, start: datetime, number: int) -> ComplaintRow:
    at = start + timedelta(days=425 * dice.random())
    stays, marks, when = [], [], at
    plan = (
        (State.RECORDED, 4, 0.0), (State.ACCEPTED, 7, 2.5), (State.VALID, 7, 5.0),
        (State.HANDLING, 22, 4.0), (State.VERIFYING, 7, 18.0), (State.CONFIRMING, 30, 6.0),
        (State.CLOSED, 0, 16.0),
    )  # fmt: skip
    for state, allowed, after in plan:
        when = CALENDAR.add_hours(when, after * dice.uniform(0.3, 1.4)) if after else when
        stays.append(
            Stay(state=state, since=when, due_at=CALENDAR.add_hours(when, allowed) if allowed else None)
        )
        if state is State.VALID:
            marks.append(Mark(at=when, what="judged_valid" if dice.random() < 0.85 else "judged_invalid"))
        if state is State.CONFIRMING:
            marks.append(Mark(at=when, what="verified" if dice.random() < 0.9 else "failed"))
    marks.append(Mark(at=when, what="rated", text=str(dice.choices((5, 4, 3, 2), (40, 40, 15, 5))[0])))
    if at > NOW - timedelta(days=9):
        stays, marks = stays[:3], marks[:1]
    return ComplaintRow.of(
        Case(
            number=f"C-2026-{number:05}", state=stays[-1].state, language="zh", received_at=at, recorded_at=at,
            complainant=Party(key="x", department=dice.choice(DEPARTMENTS)), subject="", text="", fingerprint="",
            stays=tuple(stays), category=dice.choice(CATEGORIES), department=dice.choice(DEPARTMENTS[:2]),
            related=("C-2026-00001",) if dice.random() < 0.08 else (),
            escalations=(Escalation(once="vip", to=Party(), at=at, reason="vip"),) if dice.random() < 0.1 else (),
            measures=Measures(preventive=dice.choice(("增加连接池监控与告警", "发布前增加回归检查清单", "值班表增加周末备岗"))),
        ),
        marks,
    )  # fmt: skip


def pictures() -> list[Picture]:
    """Draft, report, annual report and correction, in both languages."""
    basis = Basis(rows=invented(), calendar=CALENDAR, close_days=10, now=NOW)
    month = Period(year=2026, month=10)
    draft = drafted(month.number, contents(month, basis, TARGETS), NOW)
    draft = replace(
        draft,
        comments=(
            Comment(figure="", cause="本月服务总体平稳，催收系统扩容后响应类投诉减少。"),
            Comment(figure="accepted_on_time", cause="10 月 17 日周末无人值班，三件投诉次周一才受理。", improvement="11 月起周末安排一人备岗。"),
        ),
    )  # fmt: skip
    sent = published(draft, Party.of(MANAGER), NOW + timedelta(hours=5))
    span = month.span(ZONE)
    known = [row for row in basis.rows.complaints if not span.holds(row.received_at)]
    known += [row for row in basis.rows.complaints if span.holds(row.received_at)][2:]
    rows = replace(basis.rows, complaints=tuple(known))
    wrong = corrected(sent, month, replace(basis, rows=rows, now=NOW + timedelta(days=3)), TARGETS)
    assert wrong is not None
    year = Period(year=2026)
    annual = published(drafted(year.number, contents(year, basis, TARGETS), NOW), Party.of(MANAGER), NOW)
    choices = (Choice(verb=Verb.APPROVE), Choice(verb=Verb.FILL_IN, argument="[5]"))
    shown = (
        ("draft", "report_draft", view(draft, READERS), choices),
        ("month", "report", view(sent, READERS), ()),
        ("year", "report", view(annual, READERS), ()),
        ("correction", "report_correction_draft", view(wrong, READERS, wrong.pending), choices[:1]),
    )
    return [
        Picture(
            name=name, language=language, template=template, matter=found.report.number, shown=found, choices=offered,
            docs_name=f"report-{language}.png" if name == "month" else "",
        )
        for language in ("zh", "en")
        for name, template, found, offered in shown
    ]  # fmt: skip


if __name__ == "__main__":
    write(pictures(), NOW)
