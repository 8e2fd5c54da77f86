"""Answers to call-backs read: words, numbers, boxes and sentences; several orders in one mail."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify import callback_answer, callback_lines, survey_scale
from classify.callback_answer import Result

ANSWERS = """
非常满意|5
满意|4
一般|3
不满意|2
非常不满意|1
5|5
１|1
5分|5
五星|5
4/5|4
我选3|3
4. 满意|4
5、非常满意|5
1. 非常满意|
满意度：4|4
评分：５|5
回复：满意|4
很滿意，謝謝|5
總體滿意|4
不太滿意，處理太慢|2
不是很满意|2
没有不满意|
没什么不满，都挺好|
谈不上满意|
满意吗？|
如果能再快一点就满意了|
满不满意你们自己清楚|
还可以吧|3
一般般|3
一般来说你们周末没人|
普通，没什么特别的|3
普通用户怎么申请|
特别差，等了三天|1
一点都不满意|1
很不满意|1
非常不满|1
失望|2
令人满意|4
基本满意|3
态度不错|4
态度不错，但是没解决|
很好|5
好的|
收到|
谢谢|
太棒了👍|5
处理速度非常满意，态度一般|
满意，但希望更快|4
满意满意满意|4
3天才解决|
3 天才解决|
5 谢谢|5
5，解决得很快|5
5⏎解决得很快|5
4 thanks|4
3 people waiting|
1、打印机卡纸 2、网络慢|
1，打印机卡纸；2，网络慢|
1. 打印机|
5分钟就解决了，满意|4
8分|
very satisfied|5
Satisfied.|4
I'm not satisfied at all|1
not very satisfied|2
I am really unhappy with this|1
Quite happy with the service, thanks|4
I would be happy if it worked|
neither satisfied nor dissatisfied|3
Neutral|3
so-so|3
excellent!|5
Not bad|
terrible|1
Dissatisfied - took three days|2
very dissatisfied|1
not dissatisfied|
Thanks, very good service|5
OK|
☑非常满意 □满意 □一般 □不满意 □非常不满意|5
□非常满意 □满意 □一般 □不满意 □非常不满意|
[ ] 非常满意 [x] 满意 [ ] 一般 [ ] 不满意 [ ] 非常不满意|4
无人接听|no_answer
no answer, voicemail|no_answer
拒绝回访|declined
不便评价|declined
|
"""


@pytest.mark.parametrize("line", ANSWERS.strip("\n").split("\n"))
def test_answer_is_read_or_asked_back(line: str) -> None:
    text, _, expected = line.replace("⏎", "\n").rpartition("|")
    result = callback_answer.read(text).result
    assert (str(result.mark or result.value) if result else "") == expected, text


@pytest.mark.parametrize(
    ("word", "mark"), [(word, mark) for mark, words in survey_scale.WORDS.items() if mark for word in words]
)
def test_a_word_of_the_survey_says_the_same_in_a_call_back(word: str, mark: int) -> None:
    result = callback_answer.read(word).result
    assert result is not None, word
    assert result.mark == mark


def test_remarks_keep_what_is_more_than_the_step() -> None:
    assert callback_answer.read("满意。").remarks == ""
    assert callback_answer.read("满意，就是慢").remarks == "满意，就是慢"


NUMBERS = ("WO-1", "WO-2", "WO-10", "20261123001")
LINES: list[tuple[str, dict[str, str]]] = [
    ("WO-1 满意 已电话确认\nWO-2 非常不满意 等了三天\nWO-10 无人接听", {"WO-1": "4 已电话确认", "WO-2": "1 等了三天", "WO-10": "no_answer"}),
    ("WO-1 very dissatisfied waited three days\nWO-2: satisfied - quick\nWO-10 neutral", {"WO-1": "1 waited three days", "WO-2": "4 quick", "WO-10": "3"}),
    ("wo-1：满意，很快\nＷＯ－2：一般", {"WO-1": "4 很快", "WO-2": "3"}),
    ("2026-11-24 | WO-1 | 钱进 | 满意 | 备注\n2026-11-24 | WO-2 | 孙总 | 不满意 | 太慢", {"WO-1": "4 备注", "WO-2": "2 太慢"}),
    ("日期\t工单\t用户\t结果\t备注\n2026-11-24\tWO-1\t钱进\t5\t很快", {"WO-1": "5 很快"}),
    ("WO-1\n钱进\n满意\n\n太慢\nWO-2\n孙总\n非常满意", {"WO-1": "4 太慢", "WO-2": "5"}),
    ("工单号：WO-1\n结果：满意\n备注：好\n工单号：WO-2\n结果：\n备注：", {"WO-1": "4 好"}),
    ("WO-1、WO-2，WO-10 都满意", {"WO-1": "4 都满意", "WO-2": "4 都满意", "WO-10": "4 都满意"}),
    ("WO-1 满意 WO-2 不满意", {"WO-1": "4", "WO-2": "2"}),
    ("满意 WO-1\n不满意：WO-2", {"WO-1": "4", "WO-2": "2"}),
    ("WO-1 5 很快\nWO-2 3 天内解决，满意", {"WO-1": "5 很快", "WO-2": "4"}),
    ("WO-1 very satisfied, quick\nWO-2 - not reached", {"WO-1": "5 quick", "WO-2": "no_answer"}),
    ("WO-1 未接通，明天再打\nWO-2 满意，明天出差", {"WO-1": "no_answer", "WO-2": "4 明天出差"}),
    ("WO-1 | 一般 | 满意", {"WO-1": "?"}),
    ("WO-2 收到", {"WO-2": "?"}),
    ("WO-1-5 满意\n20261123001 4", {"20261123001": "4"}),
    ("回访结果\nWO-1 结果：非常满意\nWO-2 结果：\nWO-10 结果：一般", {"WO-1": "5", "WO-10": "3"}),
    ("都打过了，谢谢", {}),
]  # fmt: skip


def shown(results: callback_lines.Results) -> dict[str, str]:
    found = {}
    for one in results.reported:
        result = one.said.result
        word = "?" if result is None else str(result.mark) if result.mark else result.value
        found[one.number] = f"{word} {one.said.remarks}".strip() if result and result.mark else word
    return found


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_several_orders_in_one_mail(text: str, expected: dict[str, str]) -> None:
    assert shown(callback_lines.read(text, text, NUMBERS)) == expected


QUOTINGS = [
    "> WO-1 结果：非常满意 备注：好\n> WO-2 结果：",
    "| WO-1 结果：非常满意\n| WO-2 结果：",
    "> > WO-1 结果: 5",
    "WO-1 结果：【非常满意】",
    "  WO-1 结果：非常满意\n  打印机卡纸\n  钱进",
]


@pytest.mark.parametrize("quoted", QUOTINGS)
def test_form_filled_in_within_the_quotation(quoted: str) -> None:
    found = callback_lines.read("已填写", f"已填写\n\n在 2026年11月23日，IT服务台 写道：\n{quoted}", NUMBERS)
    assert [(one.number, one.said.result) for one in found.reported] == [("WO-1", Result.VERY_SATISFIED)]
    assert found.reported[0].is_quoted


def test_quotation_never_reports_by_a_title() -> None:
    quoted = "> 标题 WO-1 结果：非常满意\n> 非常满意 WO-2"
    assert callback_lines.read("见下", f"见下\n{quoted}", NUMBERS).reported == ()


def test_typed_counts_more_than_quoted() -> None:
    found = callback_lines.read("WO-1 不满意", "WO-1 不满意\n> WO-1 结果：满意", NUMBERS)
    assert shown(found) == {"WO-1": "2"}


def test_lines_on_other_orders_are_given_back() -> None:
    found = callback_lines.read("2026-11-24 满意\nWO-99 满意\nWO-1 满意", "", NUMBERS)
    assert found.strange == ("WO-99 满意",)
    assert shown(found) == {"WO-1": "4"}


def test_only_order_of_a_list_needs_no_number() -> None:
    assert shown(callback_lines.read("非常满意", "", NUMBERS, sole="WO-2")) == {"WO-2": "5"}
    assert shown(callback_lines.read("非常满意", "", NUMBERS)) == {}


@given(st.text(max_size=300))
def test_any_text_gives_an_answer_or_none(text: str) -> None:
    said = callback_answer.read(text)
    assert said.result is None or isinstance(said.result, Result)
    reported = callback_lines.read(text, text, NUMBERS).reported
    assert {one.number for one in reported} <= set(NUMBERS)


@settings(deadline=None, max_examples=12)
@given(
    st.sampled_from(("满意", "不", "WO-1 ", "5 ", "非常", "结果：", "| ", "[x]", "not ", "☑", "\n", "if "))
)
def test_time_is_linear(piece: str) -> None:
    begin = time.thread_time()
    for text in (piece * 20_000, (piece * 200 + "WO-1\n") * 200):
        callback_lines.read(text, text, NUMBERS, sole="WO-1")
    callback_answer.read(piece * 20_000)
    assert time.thread_time() - begin < 5
