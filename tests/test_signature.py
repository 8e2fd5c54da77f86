"""What is a signature, and what somebody said."""

import pytest

from classify.signature import without_signature
from tests.company import DESK_A, person

ENGINEER = person(
    "江禾", "jiang@corp.example", title="服务台工程师", department="运维部", phone="010-5550-0004"
)


@pytest.mark.parametrize(
    "below",
    [
        "\n\njiang@corp.example",
        "\n\n-- \n江禾\n随便什么",
        "\n\n江禾\n运维部\n电话：010-5550-0004",
        "\n\n江禾 | 运维部 | 010-5550-0004\nE-mail: jiang@corp.example",
        "\n\n谢谢！\n江禾",
        "\n\nBest regards,\n江禾\nTel: 123",
    ],
)
def test_a_signature_goes(below: str) -> None:
    assert without_signature("批准" + below, ENGINEER) == "批准"


@pytest.mark.parametrize(
    "text",
    ["无效\n网络在用户家里", "关闭 用户已确认", "江禾", "措施\n责任人：江禾", "备注\n请江禾明天处理", "谢谢"],
)
def test_words_stay(text: str) -> None:
    assert without_signature(text, ENGINEER) == text


def test_the_signature_of_somebody_else_stays() -> None:
    assert without_signature("转告\n江禾", DESK_A) == "转告\n江禾"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "投诉人：王小明\n电话：8021\n邮箱：wang@corp.example",
            "投诉人：王小明\n电话：8021\n邮箱：wang@corp.example",
        ),
        ("受理\n\n电话：8021", "受理"),
        ("受理\n李台\n电话：8021", "受理"),
    ],
)
def test_contact_lines_right_below_the_text_are_fields_of_a_form(text: str, kept: str) -> None:
    assert without_signature(text, DESK_A) == kept
