"""Forms as mail programs send them back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.form import LINES_MAX, NAMES, VALUE_CHARS_MAX, read

FILLED = {"cause": "交换机端口故障", "corrective": "更换交换机", "planned": "11月25日"}

LAYOUTS = {
    "half-width": "原因: 交换机端口故障\n纠正措施: 更换交换机\n计划完成: 11月25日",
    "full-width": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日",
    "no space, equals": "原因=交换机端口故障\n纠正措施＝更换交换机\n计划完成=11月25日",
    "quoted": "> 原因：交换机端口故障\n> 纠正措施：更换交换机\n> 计划完成：11月25日",
    "quoted twice": ">> 原因：交换机端口故障\n> > 纠正措施：更换交换机\n>>计划完成：11月25日",
    "outlook bar": "| 原因：交换机端口故障\n| 纠正措施：更换交换机\n| 计划完成：11月25日",
    "bold": "*原因：* 交换机端口故障\n**纠正措施**：更换交换机\n*计划完成*：11月25日",
    "bullets": "- 原因：交换机端口故障\n• 纠正措施：更换交换机\n· 计划完成：11月25日",
    "numbers": "1. 原因：交换机端口故障\n2、纠正措施：更换交换机\n（3）计划完成：11月25日",
    "brackets": "【原因】：交换机端口故障\n【纠正措施】：更换交换机\n[计划完成]：11月25日",
    "notes in brackets": "原因（必填）：交换机端口故障\n纠正措施(required)：更换交换机\n计划完成时间（日期）：11月25日",
    "spaces in names": "原 因：交换机端口故障\n纠正 措施：更换交换机\n计 划 完 成：11月25日",
    "traditional": "原因：交换机端口故障\n糾正措施：更换交换机\n計劃完成：11月25日",
    "tabs": "原因\t交换机端口故障\n纠正措施\t更换交换机\n计划完成\t11月25日",
    "markdown table": "| 原因 | 交换机端口故障 |\n| --- | --- |\n| 纠正措施 | 更换交换机 |\n| 计划完成 | 11月25日 |",
    "pairs in a row": "原因\t交换机端口故障\t纠正措施\t更换交换机\n计划完成\t11月25日",
    "a header row": "原因\t纠正措施\t计划完成\n交换机端口故障\t更换交换机\t11月25日",
    "value below": "原因：\n交换机端口故障\n纠正措施：\n更换交换机\n计划完成：\n11月25日",
    "value below a blank line": "原因：\n\n交换机端口故障\n\n纠正措施：\n\n更换交换机\n\n计划完成：\n\n11月25日",
    "CRLF": "原因：交换机端口故障\r\n纠正措施：更换交换机\r\n计划完成：11月25日\r\n",
    "no-break spaces": "\u00a0原因：\u00a0交换机端口故障\n\u3000纠正措施：更换交换机\n\u200b计划完成：11月25日",
    "deleted lines": "原因：交换机端口故障\n纠正措施：更换交换机\n预防措施：\n责任人：-\n计划完成：11月25日\n实际完成：<日期>",
    "phone signature": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日\n\n发自我的iPhone",
    "signature at once": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日\nSent from my phone",
    "words before": "您好，\n\n处理情况如下\n原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日\n\n谢谢\n王强",
    "empty form quoted below": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日\n\n> 原因：\n> 纠正措施：\n> 计划完成：",
    "empty form below": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日\n\n原因：\n纠正措施：\n计划完成：",
    "older answer quoted": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月25日\n\n> 原因：不明\n> 纠正措施：重启",
    "corrected": "原因：交换机端口故障\n纠正措施：更换交换机\n计划完成：11月20日\n计划完成：11月25日",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read(layout: str) -> None:
    assert dict(read(LAYOUTS[layout])) == FILLED, LAYOUTS[layout]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (
            "Root cause: port fault\nCorrective measures: switch replaced\nPlanned date: 25 Nov",
            {"cause": "port fault", "corrective": "switch replaced", "planned": "25 Nov"},
        ),
        (
            "投诉人：王芳 工号：10086；电话：8021，部门：催收系统开发部",
            {
                "complainant": "王芳",
                "employee_number": "10086",
                "phone": "8021",
                "user_department": "催收系统开发部",
            },
        ),
        (
            "投诉人\t工号\t部门\n王芳\t10086\t催收部",
            {"complainant": "王芳", "employee_number": "10086", "user_department": "催收部"},
        ),
        ("投诉内容：第一段\n\n第二段\n第三行", {"text": "第一段\n\n第二段\n第三行"}),
        ("投诉内容：他说，原因：不明", {"text": "他说，原因：不明"}),
        ("纠正措施：更换交换机\n纠正措施：升级固件", {"corrective": "更换交换机\n升级固件"}),
        ("责任人：张三\n责任人：李四", {"responsible": "李四"}),
        ("责任人：张三、李四", {"responsible": "张三、李四"}),
        ("纠正措施：\n1. 更换交换机\n2. 升级固件", {"corrective": "1. 更换交换机\n2. 升级固件"}),
        ("原因是：线路老化", {"cause": "线路老化"}),
        ("原因：见 http://corp.example/a?b=c", {"cause": "见 http://corp.example/a?b=c"}),
        ("邮箱：wang@corp.example", {"address": "wang@corp.example"}),
        ("电话：010-5550-0001\n\n王芳", {"phone": "010-5550-0001"}),
        ("天气：晴\n注意：路滑", {}),
        ("原因：无\n责任人：N/A\n计划完成：<日期>", {}),
        ("时间是10:30，地点：三楼", {}),
        ("", {}),
        ("：：：\n:\n\t\t\n|||", {}),
    ],
)
def test_the_fields_of_a_text(text: str, fields: dict[str, str]) -> None:
    assert dict(read(text)) == fields, text


@pytest.mark.parametrize(("name", "field"), [(n, field) for field, names in NAMES.items() for n in names])
def test_every_name_of_a_field_is_read(name: str, field: str) -> None:
    assert read(f"{name.upper()}：甲") == ((field, "甲"),), name


def test_a_long_value_is_cut() -> None:
    ((field, value),) = read("投诉内容：" + "长" * (VALUE_CHARS_MAX * 2))
    assert (field, len(value)) == ("text", VALUE_CHARS_MAX)


def test_lines_beyond_the_limit_are_not_read() -> None:
    assert read("\n" * LINES_MAX + "原因：甲") == ()


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert all(field in NAMES and value for field, value in read(text))


@given(st.text(alphabet="原因责任人：:\t|>\n 1.、；（）*-甲<", max_size=80))
def test_anything_like_a_form_is_read(text: str) -> None:
    found = read(text)
    assert len({field for field, _ in found}) == len(found), text
    assert all(value.strip() for _, value in found), text
