"""Pictures of the service reports for docs/, from invented records: `python -m bench.report_pictures [FOLDER]`.

Needs Debian's chromium and fonts-noto-cjk. With --all, every report template in both languages, at two widths,
light and dark, to be looked at.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from classify.facts import Verb
from classify.people import Person
from classify.token import Sealer
from ingest.parse import parse
from notify.compose import Letterhead, compose
from process.case import Case, Escalation, Measures, Party, State, Stay
from process.figures import Basis
from process.outgoing import Choice, Notice
from process.period import Period
from process.report import Comment, contents, corrected, drafted, published
from process.report_rows import ActionRow, CallbackRow, ComplaintRow, Mark, Rows, SurveyRow, WorkOrderRow
from process.report_rules import TARGETS
from process.report_view import ReportView, view
from process.worktime import Calendar

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = ((time(9), time(12)), (time(13, 30), time(18)))
CALENDAR = Calendar(timezone=ZONE, hours=(HOURS,) * 5 + ((), ()))
NOW = datetime(2026, 11, 4, 1, tzinfo=UTC)
DEPARTMENTS = ("催收系统开发部", "个贷系统开发部", "风险管理部")
CATEGORIES = ("attitude", "response_time", "quality", "process")
MANAGER = Person(key="a2", name="顾衡", addresses=("gu.heng@corp.example",))
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
    return ComplaintRow(
        marks=tuple(marks),
        case=Case(
            number=f"C-2026-{number:05}", state=stays[-1].state, language="zh", received_at=at, recorded_at=at,
            complainant=Party(key="x", department=dice.choice(DEPARTMENTS)), subject="", text="", fingerprint="",
            stays=tuple(stays), category=dice.choice(CATEGORIES), department=dice.choice(DEPARTMENTS[:2]),
            related=("C-2026-00001",) if dice.random() < 0.08 else (),
            escalations=(Escalation(once="vip", to=Party(), at=at, reason="vip"),) if dice.random() < 0.1 else (),
            measures=Measures(preventive=dice.choice(("增加连接池监控与告警", "发布前增加回归检查清单", "值班表增加周末备岗"))),
        ),
    )  # fmt: skip


def letterhead(language: str) -> Letterhead:
    return Letterhead(
        organisation="示例金融科技公司" if language == "zh" else "Example Fintech", desk_name="IT 服务台" if language == "zh" else "IT service desk",
        desk_address="it-desk@corp.example", domain="corp.example", timezone=ZONE,
        sealer=Sealer(keys=("k" * 32,), max_age_days=400), default_language=language,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture to be taken."""

    name: str
    language: str
    template: str
    shown: ReportView
    choices: tuple[Choice, ...] = ()


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
    known = [row for row in basis.rows.complaints if not span.holds(row.case.received_at)]
    known += [row for row in basis.rows.complaints if span.holds(row.case.received_at)][2:]
    rows = replace(basis.rows, complaints=tuple(known))
    wrong = corrected(sent, month, replace(basis, rows=rows, now=NOW + timedelta(days=3)), TARGETS)
    assert wrong is not None
    year = Period(year=2026)
    annual = published(drafted(year.number, contents(year, basis, TARGETS), NOW), Party.of(MANAGER), NOW)
    choices = (Choice(verb=Verb.APPROVE), Choice(verb=Verb.FILL_IN, argument="[5]"))
    return [
        picture
        for language in ("zh", "en")
        for picture in (
            Picture("draft", language, "report_draft", view(draft, READERS), choices),
            Picture("month", language, "report", view(sent, READERS)),
            Picture("year", language, "report", view(annual, READERS)),
            Picture("correction", language, "report_correction_draft", view(wrong, READERS, wrong.pending), choices[:1]),
        )
    ]  # fmt: skip


def page(picture: Picture) -> str:
    """The HTML of the mail, as it would go out."""
    notice = Notice(
        template=picture.template, to=MANAGER if picture.language == "zh" else replace(MANAGER, name="Gu Heng"),
        matter=picture.shown.report.number, shown=picture.shown, choices=picture.choices, language=picture.language,
    )  # fmt: skip
    return parse(compose(notice, letterhead(picture.language), NOW).content).html


def shoot(html: str, target: Path, size: tuple[int, int], *, is_dark: bool = False) -> None:
    """A picture of the top of a page, width and height in CSS pixels."""
    width, height = size
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        # Chromium has no narrower window than 500 pixels: the page goes into a frame of the width that is wanted.
        inner = Path(folder) / "mail.html"
        inner.write_text(html, "utf-8")
        source.write_text(
            f'<body style="margin:0"><iframe src="mail.html" style="border:0;width:{width}px;height:{height}px"></iframe>',
            "utf-8",
        )
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
                f"--window-size={max(width, 500)},{height}", f"--screenshot={target}",
                *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if is_dark else []),
                source.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def main(folder: Path, *, everything: bool) -> None:
    if shutil.which("chromium") is None:
        sys.exit("needs chromium: apt-get install chromium fonts-noto-cjk")
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures():
        html = page(picture)
        if not everything:
            if picture.name == "month":
                shoot(html, folder / f"report-{picture.language}.png", (700, 1900))
            continue
        for width in (360, 800):
            for is_dark in (False, True):
                name = f"{picture.name}-{picture.language}-{width}{'-dark' if is_dark else ''}.png"
                shoot(html, folder / name, (width, 5200), is_dark=is_dark)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--all"]
    main(Path(words[0] if words else "docs"), everything="--all" in sys.argv)
