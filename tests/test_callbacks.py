"""Call-backs from the export to the complaint: on a real store, mail put in as bytes, on a moved clock."""

from datetime import date
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from process.case import Source
from store import callbacks
from store.database import reading
from tests.company import DESK_A, DESK_B, USER
from tests.desk import DESK, Desk
from tests.desk import desk as open_desk
from tests.test_ladder import at

ITSM = "itsm@corp.example"
HEADER = "工单号,标题,类别,部门,申请人,邮箱,电话,处理人,创建时间,关闭时间,是否投诉\n"
FRIDAY = "2026-11-20 15:00"
PEOPLE = {"qian@corp.example": "钱进", "sun@corp.example": "孙总", "mi@corp.example": "米粒", "": "路人甲"}


def row(number: str, address: str = "qian@corp.example", closed: str = FRIDAY, **more: str) -> str:
    name = PEOPLE.get(address, "来宾")
    return (
        f"{number},{more.get('title', '打印机卡纸')},{more.get('category', '桌面')},{more.get('department', '催收系统开发部')},"
        f"{name},{address},5550,石岩,2026-11-19 09:00,{closed},{more.get('complaint', '')}\n"
    )


def export(desk: Desk, *rows: str, sender: str = ITSM, **headers: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, DESK, "工单导出"
    message["Date"] = format_datetime(desk.now)
    message["Message-ID"] = f"<{len(desk.sent)}.{desk.now.timestamp()}@itsm.corp.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("附件为昨日工单。")
    content = (HEADER + "".join(rows)).encode("gb18030")
    message.add_attachment(content, maintype="text", subtype="csv", filename="orders.csv")
    desk.put(message.as_bytes())


@pytest.fixture
def office(tmp_path):  # type: ignore[no-untyped-def]
    with open_desk(tmp_path, work_order_senders=frozenset({ITSM, "li@corp.example"})) as opened:
        opened.organisation = with_itsm(opened.organisation)
        yield opened


def with_itsm(organisation):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from tests.company import person

    return replace(organisation, people=(*organisation.people, person("ITSM", ITSM)))


def called(desk: Desk) -> dict[str, callbacks.Callback]:
    with reading(desk.office.engine) as conn:
        found = callbacks.considered(conn, date(2026, 1, 1), date(2027, 1, 1))
    return {one.number: one for one in found}


def test_the_day_from_export_to_complaint(office: Desk) -> None:
    export(
        office,
        row("WO-1"),
        row("WO-2", "sun@corp.example"),
        row("WO-3", "mi@corp.example"),
        Auto_Submitted="auto-generated",
    )
    office.move_to(at("2026-11-23 09:01"))
    worklist = office.got(DESK_A, "callback_worklist")[0]
    assert "WO-1 结果：" in worklist.text
    assert len(office.got(DESK_B, "callback_worklist")) == 1
    office.answer(DESK_A, "callback_worklist", "WO-1 非常不满意 等了三天没人管\nWO-2 满意，很快\nWO-9 满意")
    told = office.got(DESK_A, "callback_read")[-1]
    (case,) = office.cases()
    for words in (case.number, "WO-2", "WO-9 满意", "WO-3"):
        assert words in told.text, told.text
    assert (case.source, case.work_order, case.complainant.name) == (Source.CALLBACK, "WO-1", "钱进")
    assert case.recorder.name == DESK_A.name
    assert "等了三天" in case.text
    assert office.got(USER, "acknowledgement")
    office.answer(DESK_A, "callback_read", "WO-3 无人接听\nWO-1 满意")
    found = called(office)
    assert [found[n].result.value for n in ("WO-1", "WO-2", "WO-3")] == [
        "satisfied",
        "satisfied",
        "no_answer",
    ]  # type: ignore[union-attr]
    assert "noted" in {e.what for e in office.trail(case.number)}
    office.answer(DESK_A, "callback_read", "WO-1 非常不满意")
    assert len(office.cases()) == 1
