"""Whether a text is a complaint: figures on the labelled mails, and what the explanation says."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify import words
from classify.grievance import REASONS_MAX, Grievance, judge
from classify.tone import BOUND, Tone, pieces
from classify.words import Theme
from tests.labelled import sets
from tests.labelled.figures import judged

WORDS = words.load()
MAILS = sets.mails()
RECALL_MIN = {"tune": 0.99, "held_out": 0.965, "drawn": 0.98, "fresh": 0.99}
"""Of 'complaint or ask'; the aim is 0.99. The second half was never looked at for lists and weights, and most of it was
written to be hard: complaints in a single word, by a joke, by bare dates. The last are mails as they come."""
CALLED_MAX = 1 / 20
ASKED_MAX = 1 / 6
HARD_RECALL_MIN, HARD_CALLED_MAX, HARD_ASKED_MAX = 0.9, 1 / 6, 1 / 3
"""Of those that were made to mislead."""


def verdict(text: str, subject: str = "") -> str:
    return judge(subject, text, WORDS).verdict


@pytest.mark.parametrize("half", [*sets.HALVES, sets.DRAWN, sets.FRESH])
def test_labelled_mails_are_told_apart(half: str) -> None:
    found = judged([mail for mail in MAILS if mail.half == half], WORDS)
    assert found.recall >= RECALL_MIN[half], found
    assert found.called <= CALLED_MAX * found.ordinary, found
    assert found.asked <= ASKED_MAX * found.ordinary, found


def test_mails_made_to_mislead_are_mostly_told_apart() -> None:
    found = judged([mail for mail in MAILS if mail.half == sets.HARD], WORDS)
    assert found.recall >= HARD_RECALL_MIN, found
    assert found.called <= HARD_CALLED_MAX * found.ordinary, found
    assert found.asked <= HARD_ASKED_MAX * found.ordinary, found


def test_the_labelled_mails_are_enough_and_differ() -> None:
    assert min(Counter(mail.half for mail in MAILS).values()) >= 300
    assert {mail.lang for mail in MAILS} == {"zh", "zh-hant", "en"}
    assert max(Counter(mail.id for mail in MAILS).values()) == 1
    assert max(Counter((mail.subject, mail.text) for mail in MAILS).values()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我要投诉你们的服务，太差了，无法接受。", "yes"),
        ("权限申请十天了没人管，希望领导重视。", "yes"),
        ("Please log this as a complaint: nobody has come for three weeks.", "yes"),
        ("请帮忙开通客户投诉系统的权限，谢谢。", "no"),
        ("非常满意，谢谢王工。", "no"),
        ("请问投诉流程是怎样的？", "no"),
        ("Could you please set up a test user for the complaints module?", "no"),
        ("附件是测试用例：输入“我要投诉”，预期分类为投诉。", "no"),
        ("11月服务月报：受理1,208件，用户投诉3件，均已关闭，不满意0。", "no"),
        ("我已经投诉3次了，还是没人管。", "yes"),
        ("请帮忙重置密码。", "no"),
        ("打印机没墨了", "no"),
        ("Please reset my password.", "no"),
        ("Ticket closed because it was “resolved”. It still drops every hour and nobody called.", "yes"),
    ],
)
def test_a_text_is(text: str, expected: str) -> None:
    assert verdict(text) == expected, judge("", text, WORDS)


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    simple, traditional = "服务太差，我要投诉，三天没人处理", "服務太差，我要投訴，三天沒人處理"
    assert judge("", simple, WORDS) == judge("", traditional, WORDS)


def test_the_reasons_add_up_to_the_score() -> None:
    found = judge("打印机", "打印机又坏了，没人管。", WORDS)
    assert found.score == pytest.approx(sum(float(r.split()[0]) for r in found.reasons), abs=0.3)
    assert any("没人管" in reason for reason in found.reasons)
    assert any(reason.split(" ", 1)[1].startswith("tone: ") for reason in found.reasons)


def test_a_plain_word_of_complaint_is_asked_about_whatever_the_tone() -> None:
    calm = replace(WORDS, tone=Tone(weights={}, intercept=-BOUND))
    assert judge("", "投诉", calm).verdict == "ask"
    assert judge("", "我要投诉", calm).verdict == "yes"


def test_a_language_that_is_not_known_is_asked_about() -> None:
    assert verdict("お世話になります") == "ask"


def test_a_negation_reaches_over_no_stop() -> None:
    words_of = replace(
        WORDS.grievance,
        signs=(Theme(name="bad", weight=9.0, words=("not good", "差评")),),
        negations=("没有", "not"),
        calm=(),
    )
    only = replace(WORDS, grievance=words_of, tone=Tone(weights={}, intercept=0.0))
    assert judge("not\n", "not good", only).verdict == "yes"
    assert judge("没有\n", "差评", only).verdict == "yes"
    assert "bad" not in " ".join(judge("", "没有差评", only).reasons)


def test_pieces_of_a_text() -> None:
    assert set(pieces("第3次 was told")) == {
        "第",
        "第 #",
        "#",
        "# 次",
        "次",
        "次 was",
        "was",
        "was told",
        "told",
    }
    assert "三天没" in set(pieces("三天没人"))
    assert not {piece for piece in pieces("没\n人") if "\n" in piece or piece == "没人"}


def test_the_tone_is_bounded_and_names_its_pieces() -> None:
    tone = Tone(weights={"又": 9.0, "请": -9.0}, intercept=0.0)
    assert tone.heard("又") == (BOUND, ("又",))
    assert tone.heard("请") == (-BOUND, ("请",))
    assert Tone(weights={}, intercept=-1.0).heard("안녕하세요") == (0.0, ())


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_judged(subject: str, text: str) -> None:
    found = judge(subject, text, WORDS)
    assert isinstance(found, Grievance)
    assert len(found.reasons) <= REASONS_MAX


def test_words_and_weights_of_ones_own_add_and_replace(tmp_path: Path) -> None:
    own = tmp_path / "words.toml"
    own.write_text(
        "[grievance]\nask = 1.5\n[grievance.signs.outrage]\nwords = ['夭寿']\n[tone.weights]\n'还' = -3.0\n",
        "utf-8",
    )
    mine = words.load(own)
    assert mine.grievance.ask == 1.5
    assert mine.grievance.yes == WORDS.grievance.yes
    assert mine.tone.weights["还"] == -3.0
    assert len(mine.tone.weights) == len(WORDS.tone.weights)
    assert any("夭寿" in reason for reason in judge("", "夭寿，又断了", mine).reasons)
    assert not any(
        "夭寿" in reason for reason in judge("", "夭寿，又断了", WORDS).reasons if "outrage" in reason
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[grievance", "no TOML"),
        ("[grievance.signs.own]\nwords = ['x']\n", "lacks 'weight'"),
        ("[grievance]\nyes = 'much'\n", "another form"),
        ("[answer]\nconfirmed = ['ok']\n", "another form"),
        ("[tone.weights]\n'x' = []\n", "another form"),
        ("grievance = 3\n", "another form"),
    ],
)
def test_words_of_ones_own_that_cannot_be_used_are_told(tmp_path: Path, content: str, problem: str) -> None:
    own = tmp_path / "words.toml"
    own.write_text(content, "utf-8")
    with pytest.raises(words.WordsUnusable, match=problem):
        words.load(own)
