"""What answers to "is it solved?" mean: figures on labelled answers, and the cases that must never fail."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify import words
from classify.answer import CHARS_MAX, EVIDENCE_CHARS, meaning, rating
from classify.facts import AnswerMeaning
from tests.labelled import sets

WORDS = words.load()
ANSWERS = sets.answers()
RATES = {"confirm": 0.9, "not_solved": 0.9, "more_information": 0.8, "unclear": 0.9}
"""At least this share of each meaning is read as it is meant."""


def read(text: str) -> str:
    return meaning(text, WORDS).meaning.value


def test_no_labelled_answer_is_wrongly_a_confirmation() -> None:
    wrong = [a.text for a in ANSWERS if a.meaning != "confirm" and read(a.text) == "confirm"]
    assert not wrong


@pytest.mark.parametrize("half", ["tune", "held_out"])
@pytest.mark.parametrize("meant", RATES)
def test_labelled_answers_are_read_as_they_are_meant(half: str, meant: str) -> None:
    answers = [a.text for a in ANSWERS if a.half == half and a.meaning == meant]
    wrong = [text for text in answers if read(text) != meant]
    assert len(wrong) <= (1 - RATES[meant]) * len(answers), wrong


def test_the_labelled_answers_are_enough_and_differ() -> None:
    assert len(ANSWERS) >= 260
    assert max(Counter(a.id for a in ANSWERS).values()) == 1
    assert max(Counter(a.text for a in ANSWERS).values()) == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("确认", "confirm"),
        ("好的，可以关闭", "confirm"),
        ("没发现问题了", "confirm"),
        ("没有什么不满意的", "confirm"),
        ("打不开的问题已经解决了", "confirm"),
        ("之前一直打不开，现在好了", "confirm"),
        ("已解决，如有问题再联系", "confirm"),
        ("虽然等了很久，但问题确实解决了", "confirm"),
        ("问题\n已经解决，請關閉", "confirm"),
        ("己解决，谢谢", "confirm"),
        ("It hasn't happened again, please close.", "confirm"),
        ("No more errors, you can close it.", "confirm"),
        ("如果今天不再出现就可以关闭", "unclear"),
        ("好的", "unclear"),
        ("收到", "unclear"),
        ("ok", "unclear"),
        ("谢谢", "unclear"),
        ("👍", "unclear"),
        ("解决了吗？", "unclear"),
        ("请确认一下是否解决", "unclear"),
        ("领导说可以关闭", "unclear"),
        ("修好即可关闭", "unclear"),
        ("解决了，才怪", "unclear"),
        ('你们终于"解决"了', "unclear"),
        ("算了，关了吧", "unclear"),
        ("If it stays stable, close it.", "unclear"),
        ("Works for now.", "unclear"),
        ("修好了又坏了", "not_solved"),
        ("大部分好了，但报表还是打不开", "not_solved"),
        ("谢谢，但是问题还没解决", "not_solved"),
        ("确认未解决", "not_solved"),
        ("没有", "not_solved"),
        ("怎么还没解决？", "not_solved"),
        ("Please don't close it, VPN still drops.", "not_solved"),
        ("No.", "not_solved"),
        ("补充：报错代码是0x80070005，截图见附件", "more_information"),
        ("", "unclear"),
        ("？？？", "unclear"),
    ],
)
def test_an_answer_means(text: str, meant: str) -> None:
    assert read(text) == meant, text


DENYING = ("没有", "还没有", "并没有", "不是", "根本没", "尚未", "not ", "never ", "hasn't been ")
RESERVING = (
    "如果",
    "等",
    "好像",
    "你们说",
    "是否",
    "是不是",
    "除非",
    "if ",
    "maybe ",
    "once ",
    "when ",
    "I think ",
)
YES = (
    "已解决",
    "解决了",
    "好了",
    "可以关闭",
    "确认解决",
    "恢复正常",
    "solved",
    "fixed",
    "confirmed",
    "it works",
)


@pytest.mark.parametrize("before", DENYING + RESERVING)
@pytest.mark.parametrize("yes", YES)
def test_a_yes_behind_a_denial_or_a_reservation_closes_nothing(before: str, yes: str) -> None:
    assert read(before + yes) != "confirm", before + yes


@pytest.mark.parametrize(
    "behind", ["吗", "吗？", "？", "?", "了再说", "才怪", "，但还是慢", "，又断了", "，再观察", "以后再说"]
)
@pytest.mark.parametrize("yes", ["已解决", "解决了", "好了", "可以关闭", "确认", "恢复正常了"])
def test_a_yes_before_what_takes_it_back_closes_nothing(yes: str, behind: str) -> None:
    assert read(yes + behind) != "confirm", yes + behind


def test_the_evidence_names_the_words() -> None:
    assert meaning("您好，问题已经解决，谢谢", WORDS).evidence == "问题已经解决"
    assert meaning("谢谢，但是打印还是卡纸", WORDS).evidence == "打印还是卡纸"
    assert meaning("可以关闭，如果不再断线", WORDS).evidence == "如果不再断线"


def test_nobody_can_write_the_marks_that_clauses_are_read_by() -> None:
    assert read("\ue001") == read("\ue005") == "unclear"


def test_a_text_that_is_too_long_to_read_never_confirms() -> None:
    assert read("已解决。" + "\n" * CHARS_MAX + "还是不行") == "unclear"


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = meaning(text, WORDS)
    assert found.meaning in AnswerMeaning
    assert len(found.evidence) <= EVIDENCE_CHARS


@given(
    st.lists(st.sampled_from((*DENYING, *RESERVING, *YES, "，", "。", "但", "？", " ", "问题")), max_size=8)
)
def test_a_text_that_ends_in_a_plain_no_never_confirms(parts: list[str]) -> None:
    assert read("".join(parts) + "。没有解决，还是不行。") != "confirm"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("5", "5"),
        ("5分", "5"),
        ("５", "5"),
        ("我给4分", "4"),
        ("非常满意", "5"),
        ("非常滿意", "5"),
        ("很满意，谢谢", "5"),
        ("满意", "4"),
        ("比较满意", "4"),
        ("一般", "3"),
        ("不满意", "2"),
        ("不太满意", "2"),
        ("非常不满意", "1"),
        ("非常不滿意", "1"),
        ("Very satisfied", "5"),
        ("satisfied", "4"),
        ("neutral", "3"),
        ("not satisfied", "2"),
        ("very dissatisfied", "1"),
        ("没有不满意", ""),
        ("满意吗？", ""),
        ("6", ""),
        ("0", ""),
        ("15", ""),
        ("4-5", ""),
        ("谢谢", ""),
        ("", ""),
        ("工单 4", ""),
        ("not good", ""),
        ("满意" * 100, ""),
    ],
)
def test_a_rating(text: str, mark: str) -> None:
    assert rating(text) == mark, text
