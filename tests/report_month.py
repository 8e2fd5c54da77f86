"""A month that is reported on, at a desk: for the tests of the service reports."""

from io import BytesIO

from openpyxl import load_workbook

from ingest.mail import Mail
from process.report import Report
from store import reports
from store.database import reading
from tests.company import (
    COLLECTION,
    DESK_A,
    SERVICE_MANAGER,
    USER,
)
from tests.desk import Desk
from tests.test_clock import COMPLAINT, MEASURES
from tests.test_ladder import at


def closed(desk: Desk, subject: str = "催收系统登录太慢", text: str = COMPLAINT) -> str:
    """A complaint led through all its steps within a day."""
    desk.write(USER, subject, text)
    number = desk.cases()[-1].number
    for who, notice, said in (
        (DESK_A, "task_accept", "受理"),
        (DESK_A, "task_judge", "有效 属实"),
        (DESK_A, "task_assign", "分派 催收系统开发部"),
        (COLLECTION, "dispatch", MEASURES),
        (SERVICE_MANAGER, "task_verify", "通过"),
        (DESK_A, "task_feedback", "批准"),
        (USER, "feedback", "确认，已经解决了，谢谢。"),
    ):
        desk.move(minutes=30)
        desk.answer(who, notice, said, number)
    assert desk.case(number).is_closed
    return number


def drafted(desk: Desk) -> Report:
    """November's draft, made by the clock on the third working day of December."""
    closed(desk)
    desk.write(USER, "打印机坏了", "三楼的打印机坏了一个星期都没有人修，太过分了，我要投诉！")
    desk.move_to(at("2026-12-03 09:00"))
    return stored(desk)


def stored(desk: Desk, number: str = "R-202611") -> Report:
    with reading(desk.office.engine) as conn:
        report = reports.get(conn, number)
    assert report is not None
    return report


def value(report: Report, name: str) -> object:
    return next(figure.value for figure in report.contents.figures if figure.name == name)


def sheet(mail: Mail) -> dict[str, list[tuple[object, ...]]]:
    (found,) = (a for a in mail.attachments if a.filename.endswith(".xlsx"))
    book = load_workbook(BytesIO(found.content))
    return {page.title: [tuple(row) for row in page.iter_rows(values_only=True)] for page in book}


def late_mail(desk: Desk) -> str:
    """A mail that came on the last day of November and was made a complaint in December only."""
    now, desk.now = desk.now, at("2026-11-30 17:00")
    other = desk.write(USER, "新同事入职", "新同事下周入职，请帮忙开通邮箱。谢谢！")
    desk.now = now
    desk.move_to(at("2026-12-07 08:31"))
    subject = f"Re: 新同事入职 [M-{other} {desk.office.sealer.code(f'M-{other}', DESK_A.key, desk.now)}]"
    desk.write(DESK_A, subject, "投诉")
    return desk.cases()[-1].number
