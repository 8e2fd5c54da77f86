"""Forwards: the original is weighed where the sender leaves it to speak, and at most asked about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classify.people import Person
from ombud.explain import explain
from ombud.messages import Unreadable
from tests.company import DESK_A, DESK_B, USER, VIP, person
from tests.desk import DESK, Desk, desk

pytestmark = pytest.mark.mails

COLLEAGUE = person("何佳", "he@corp.example")
COMPLAINT = "空调一直坏着，三天没人管，我要投诉。"
BUSINESS = (
    "请帮忙开通会议室预约系统的权限，用于下周三下午的部门例会，参会的有十二个人，需要投影和视频会议，会议室安排在三楼或者四楼都可以，"
    "下面这封邮件请作为会议材料归档，谢谢。"
)
CALM = "附件是本月的会议纪要，请查收。"


def forward(own: str, text: str, sender: str = "钱进 <qian@corp.example>") -> str:
    head = f"-----原始邮件-----\n发件人: {sender}\n发送时间: 2026年11月23日 8:30\n收件人: 何佳\n主题: 机房"
    return f"{own}\n\n{head}\n\n{text}"


@pytest.fixture(name="office")
def an_office(store_url: str) -> Iterator[Desk]:
    with desk(store_url) as made:
        yield made


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("转发: 机房", forward("请处理", COMPLAINT), "ask"),
        ("Fwd: 机房", forward("FYI", COMPLAINT), "ask"),
        ("转发: 机房", forward("见下", COMPLAINT), "ask"),
        ("转发: 机房", forward("", COMPLAINT), "complaint"),  # where all seems quoted, all is the sender's
        ("转发: 机房", forward("我要投诉，三天没人管！", CALM), "complaint"),
        ("转发: 机房", forward("请处理", CALM), "other"),
        ("转发: 工单", forward("请处理", "客户投诉工单的明细请导出给我，谢谢。"), "other"),
        ("回复: 机房", forward("好的，谢谢。", COMPLAINT), "other"),
        ("转发: 机房", forward("请登记", COMPLAINT, f"服务台 <{DESK}>"), "other"),
        ("转发: 机房", forward(BUSINESS, COMPLAINT), "other"),
    ],
)  # fmt: skip
def test_what_a_forward_is(office: Desk, subject: str, text: str, kind: str) -> None:
    office.write(COLLEAGUE, subject, text)
    assert office.mails()[-1].kind == kind, office.mails()[-1]


def test_a_colleagues_forward_becomes_a_complaint_with_the_words_of_the_original(office: Desk) -> None:
    office.write(COLLEAGUE, "转发: 机房", forward("请处理", COMPLAINT))
    office.answer(DESK_A, "ask_complaint", "投诉")
    (case,) = office.cases()
    assert case.complainant.address == COLLEAGUE.address
    assert case.text == f"请处理\n\n{COMPLAINT}"


def test_an_engineers_forward_is_the_complaint_of_who_wrote_it(office: Desk) -> None:
    office.write(DESK_A, "转发: 报表", forward("请看", COMPLAINT, "孙总 <sun@corp.example>"))
    office.answer(DESK_B, "ask_complaint", "投诉")
    (case,) = office.cases()
    assert (case.complainant.key, case.recorder.key, case.text) == (VIP.key, DESK_B.key, COMPLAINT)
    assert office.got(VIP, "acknowledgement")
    assert not office.got(USER)


@pytest.mark.parametrize("own", ["请登记", "請登記，謝謝", "麻烦登记一下", "Please log this."])
def test_an_engineers_forward_to_be_recorded_is_the_complaint_of_who_wrote_it(office: Desk, own: str) -> None:
    office.write(DESK_A, "转发: 报表", forward(own, COMPLAINT, "孙总 <sun@corp.example>"))
    (case,) = office.cases()
    assert (case.complainant.key, case.recorder.key, case.text) == (VIP.key, DESK_A.key, COMPLAINT)
    assert office.mails()[-1].rule == "recorded-forward"


@pytest.mark.parametrize(
    ("sender", "own", "text"),
    [(DESK_A, "请登记", CALM), (DESK_A, "请处理", COMPLAINT), (COLLEAGUE, "请登记", COMPLAINT)],
)
def test_nothing_else_is_recorded_by_a_word(office: Desk, sender: Person, own: str, text: str) -> None:
    office.write(sender, "转发: 机房", forward(own, text, "孙总 <sun@corp.example>"))
    assert not office.cases()


def test_a_message_attached_to_nothing_is_weighed(tmp_path: Path) -> None:
    message = Path(__file__).parent / "mail" / "reading" / "forwarded-as-file.eml"
    (made,) = explain([str(message)])
    assert not isinstance(made, Unreadable)
    assert (made["kind"], made["rule"]) == ("ask", "forwarded-grievance")
