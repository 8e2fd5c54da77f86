"""What the program says of its own: written in both languages, shown in the reader's."""

import re
from datetime import UTC, datetime

import pytest

from classify import bilingual
from classify import words as judging
from classify.grievance import judge
from notify.render import LANGUAGES, _kept_whole, words
from process.case import Event, Party
from process.telling import judged, told, who

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def entry(what: str, text: str) -> Event:
    return Event(at=NOW, actor=Party(), role="", what=what, text=text)


@pytest.mark.parametrize("phrase", bilingual.PHRASES)
def test_each_phrase_has_two_halves_and_each_reader_sees_one(phrase: str) -> None:
    chinese, english = phrase.split(" / ")
    assert english.isascii()
    assert bilingual.in_language(f"C-1: {phrase}: 今天/today", "zh") == f"C-1: {chinese}：今天/today"
    assert bilingual.in_language(f"C-1: {phrase}: 今天/today", "en") == f"C-1: {english}: 今天/today"


def test_no_phrase_is_part_of_another() -> None:
    for one in bilingual.PHRASES:
        assert [other for other in bilingual.PHRASES if one in other] == [one]


def test_what_people_wrote_is_not_halved() -> None:
    assert bilingual.in_language("A 部门 / B 部门", "zh") == "A 部门 / B 部门"


def test_names_are_listed_as_their_script_does_it() -> None:
    assert bilingual.listed(["李禾", "", "周晚"]) == "李禾、周晚"
    assert bilingual.listed(["Tom Hill", "Mary Stone"]) == "Tom Hill, Mary Stone"
    assert bilingual.noted("孙望舒", "总监") == "孙望舒（总监）"
    assert bilingual.noted("Tom Hill", "director") == "Tom Hill (director)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_of_ours_is_shown(language: str) -> None:
    names = words(language)
    shown = told(entry("escalated", f"repeat: C-1 ({bilingual.SAME_ORDER} INC-7) → 陈总"), names)
    assert shown.startswith(names["reasons"]["repeat"] + names["labels"]["colon"])
    assert " / " not in shown
    assert told(entry("rated", "1"), names) == names["ratings"]["1"]
    assert who(entry("reminded", ""), names) == names["labels"]["system"]


def test_numbers_and_dates_stay_in_one_line_and_links_as_they_are() -> None:
    page = "<title>C-2026-00017</title><body>编号 C-2026-00017，2026-11-24（周二）17:30 前<a href='?s=%20C-2026-00017&b=2026-11-24'>2026-11-24</a>"
    kept = _kept_whole(page)
    assert kept.count("nowrap") == 3
    assert "<title>C-2026-00017</title>" in kept
    assert "'?s=%20C-2026-00017&b=2026-11-24'" in kept
    assert re.sub(r"</?span[^>]*>", "", kept) == page


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_theme_has_a_name(language: str) -> None:
    known = judging.load().grievance
    counted = {name for pair in known.together for name in (pair.first, pair.second)}
    assert {theme.name for theme in (*known.signs, *known.calm)} | counted | {"tone"} <= words(language)[
        "themes"
    ].keys()


def test_why_a_mail_may_be_a_complaint_is_told_in_the_readers_language() -> None:
    found = judge("打印机", "打印机又坏了，没人管。", judging.load())
    evidence = f"the forwarded mail: score {found.score}: {', '.join(found.reasons)}"
    chinese, english = judged(evidence, words("zh")), judged(evidence, words("en"))
    assert chinese.startswith(f"被转发的原信：总分 {found.score}：+")
    assert "无人回应：没人管" in chinese
    assert re.findall("[a-z]+", chinese) == []
    assert "no answer: 没人管" in english
    assert judged("learned from 7 answers: 0.91, raised to ask, +1.0 own_theme: 慢", words("zh")).endswith(
        "7 次判断学得的模型：0.91，改为询问；+1.0 own_theme：慢"
    )
    assert judged("+0.5 nothing that shows usual business, -1.9 tone: #, test", words("zh")) == (
        "+0.5 看不出是日常事务；-1.9 整体语气：#, test"
    )
