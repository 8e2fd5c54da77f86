"""A desk that gets exports of work orders and calls back, for the tests of its parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from process.callback import Callback, CallbackRules
from store import callbacks
from store.database import reading
from tests.company import DESK_A
from tests.desk import DESK, Desk
from tests.desk import desk as open_desk
from tests.test_ladder import at

ITSM = "itsm@corp.example"
HEADER = "工单号,标题,类别,部门,申请人,邮箱,电话,处理人,创建时间,关闭时间,是否投诉\n"
FRIDAY = "2026-11-20 15:00"
NAMES = {"qian@corp.example": "钱进", "sun@corp.example": "孙总", "mi@corp.example": "米粒", "": "路人甲"}


def row(number: str, address: str = "qian@corp.example", closed: str = FRIDAY, complaint: str = "") -> str:
    name = NAMES.get(address, f"来宾{number}")
    return f"{number},打印机卡纸,桌面,催收系统开发部,{name},{address},5550,石岩,2026-11-19 09:00,{closed},{complaint}\n"


def export(desk: Desk, *rows: str, sender: str = ITSM, **headers: str) -> int:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, DESK, "工单导出"
    message["Date"] = format_datetime(desk.now)
    message["Message-ID"] = f"<{len(desk.mails())}@itsm.corp.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("附件为昨日工单。")
    content = (HEADER + "".join(rows)).encode("gb18030")
    message.add_attachment(content, maintype="text", subtype="csv", filename="orders.csv")
    return desk.put(message.as_bytes())


@contextmanager
def opened(folder: Path) -> Iterator[Desk]:
    """With the ITSM tool and one engineer as senders of exports."""
    with open_desk(folder, work_order_senders=frozenset({ITSM, DESK_A.address})) as desk:
        yield desk


def with_rules(desk: Desk, **changes: object) -> Desk:
    rules = replace(CallbackRules(), **changes)  # type: ignore[arg-type]
    desk.office = replace(desk.office, callbacks=rules)
    return desk


def drawn(desk: Desk) -> dict[str, Callback]:
    with reading(desk.office.engine) as conn:
        found = callbacks.considered(conn, date(2026, 1, 1), date(2027, 1, 1))
    return {one.number: one for one in found}


def results(desk: Desk) -> dict[str, str]:
    return {number: one.result.value if one.result else "" for number, one in drawn(desk).items()}


def morning(desk: Desk, day: str = "2026-11-23") -> None:
    desk.move_to(at(f"{day} 09:01"))


THREE = (row("WO-1"), row("WO-2", "sun@corp.example"), row("WO-3", "mi@corp.example"))
