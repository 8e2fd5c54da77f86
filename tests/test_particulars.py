"""What the words of a complaint tell for the record form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify import words
from classify.particulars import about, category, read
from tests.company import DESK_A, ORGANISATION

WORDS = words.load()


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("相关工单 WO-20261101 一直没人处理", "WO-20261101"),
        ("工单号：INC0012345", "INC0012345"),
        ("工单编号是 20261101007", "20261101007"),
        ("工單號：WO-20261101", "WO-20261101"),
        ("my ticket #4711234 is still open", "4711234"),
        ("work order no. WO-77881", "WO-77881"),
        ("incident number 88123", "88123"),
        ("工单2026-11-20提交，无人处理", ""),
        ("we were two 12345 people", ""),
        ("since 20261101 nothing works", ""),
        ("没有工单", ""),
        ("", ""),
    ],
)
def test_the_work_order(text: str, order: str) -> None:
    assert read("", text, ORGANISATION, WORDS).work_order == order, text


@pytest.mark.parametrize(
    ("text", "is_about_him"),
    [
        ("我要投诉李台，态度恶劣", True),
        ("投訴李台", True),
        ("李台态度很差，推诿", True),
        ("我对李台很不满", True),
        ("对服务台的李台有意见", True),
        ("I want to complain about 李台", True),
        ("李台，您好！网络又断了，我要投诉", False),
        ("尊敬的李台：\n打印机又坏了", False),
        ("李台已经帮我看过，还是不行", False),
        ("对此，李台已经帮我看过", False),
        ("网络又断了", False),
    ],
)
def test_the_person_complained_about(text: str, is_about_him: bool) -> None:
    found = {person.key for person in about("", text, ORGANISATION)}
    assert (DESK_A.key in found) is is_about_him, text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("服务台态度恶劣，推诿", "attitude"),
        ("服務台態度惡劣", "attitude"),
        ("等了三天没人回电话", "response_time"),
        ("系统总是报错崩溃", "quality"),
        ("审批流程太繁琐", "process"),
        ("The engineer was rude", "attitude"),
        ("你好", ""),
    ],
)
def test_the_category(text: str, name: str) -> None:
    assert category(text, WORDS) == name, text


def test_the_remedy_is_what_is_asked_for() -> None:
    found = read("", "网络断了三天。希望尽快修复网络并给出说明。谢谢", ORGANISATION, WORDS)
    assert found.remedy == "希望尽快修复网络并给出说明"


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read(subject: str, text: str) -> None:
    found = read(subject, text, ORGANISATION, WORDS)
    assert len(found.remedy) <= 200
