"""Answers to a survey as raw mails of many shapes and clients, each handled by the real desk and read from the store.

Expected: nine characters, one for each question on the scale, '-' for no answer.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify import survey_answer
from classify.questionnaire import FormUnusable, load
from classify.questionnaire import read as read_form
from process.survey import Survey
from process.survey_answers import stand
from store import database, survey_answers
from tests import survey_letters as by
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.survey_company import LOANS, asked, forms, running
from tests.survey_letters import Letter

FORM = load()
WORDS = "非常满意 满意 满意 一般 非常满意 满意 满意 非常满意 非常满意"
NUMBERED = "1. 5\n2. 4\n3. 4\n4. 3\n5. 5\n6. 4\n7. 4\n8. 5\n9. 5"
ALL = "544354455"
NINE = tuple(ALL)
BEHIND = ("5", "4 满意", "满意", "一般", "５分", "④", "4（满意）", "非常满意", "5")
ENGLISH = ("very satisfied", "4", "satisfied", "3 neutral", "5", "Satisfied", "4", "5", "very satisfied")
TABLE = "题号\t评分\n" + "\n".join(f"{n}\t{v}" for n, v in enumerate(ALL, 1))
HTML_TABLE = (
    "<table border=1><tr><th>题号</th><th>项目</th><th>评分</th></tr>"
    "<tr><td>1</td><td>联系渠道</td><td>5</td></tr><tr><td>2</td><td>服务态度</td><td>4</td></tr>"
    "<tr><td>3</td><td>进度告知</td><td>满意</td></tr><tr><td>4</td><td>专业能力</td><td>一般</td></tr>"
    "<tr><td>5</td><td>解决效果</td><td>5</td></tr><tr><td>6</td><td>处理时间</td><td>4</td></tr>"
    "<tr><td>7</td><td>服务流程</td><td>4</td></tr><tr><td>8</td><td>投诉处理</td><td>5</td></tr>"
    "<tr><td>9</td><td>总体评价</td><td>5</td></tr></table>"
)
LIST_CELLS = (
    "5 非常满意", "4 满意", "4 满意", "3 一般", "5 非常满意", "4 满意", "4 满意", "5 非常满意", "5 非常满意",
)  # fmt: skip

CASES: tuple[tuple[str, Letter, str], ...] = (
    # One row of numbers, typed above the quotation.
    ("outlook, row", Letter(client=by.outlook_zh, charset="gb18030", top="5 4 4 3 5 4 4 5 5"), ALL),
    ("outlook en, row", Letter(client=by.outlook_en, top="5 4 4 3 5 4 4 5 5"), ALL),
    ("foxmail, row", Letter(client=by.foxmail, charset="gbk", top="5，4，4，3，5，4，4，5，5"), ALL),
    ("qq, row with slashes", Letter(client=by.qq, charset="gb18030", top="5/4/4/3/5/4/4/5/5"), ALL),
    ("163, digits without blanks", Letter(client=by.netease, charset="gbk", top="544354455"), ALL),
    ("gmail, row with semicolons", Letter(client=by.gmail_zh, top="5; 4; 4; 3; 5; 4; 4; 5; 5"), ALL),
    ("gmail en, row", Letter(client=by.gmail_en, top="5 4 4 3 5 4 4 5 5\n\nThanks!"), ALL),
    ("apple, full-width digits", Letter(client=by.apple_zh, top="５ ４ ４ ３ ５ ４ ４ ５ ５"), ALL),
    ("iphone, two lines", Letter(client=by.iphone, top="5 4 4 3 5\n4 4 5 5"), ALL),
    ("apple en, one below the other", Letter(client=by.apple_en, top="\n".join(ALL)), ALL),
    ("thunderbird, greeting before", Letter(client=by.thunderbird, top="您好：\n5 4 4 3 5 4 4 5 5\n谢谢"), ALL),
    ("no quotation, labelled row", Letter(top="我的评分：5 4 4 3 5 4 4 5 5"), ALL),
    ("no quotation, ideographic commas", Letter(top="5、4、4、3、5、4、4、5、5"), ALL),
    # Words in a row.
    ("outlook, words in a row", Letter(client=by.outlook_zh, charset="gbk", top=WORDS), ALL),
    ("qq, words with commas", Letter(client=by.qq, top=WORDS.replace(" ", "、")), ALL),
    ("163, words below each other", Letter(client=by.netease, top=WORDS.replace(" ", "\n")), ALL),
    # Numbered lines.
    ("gmail, 1. 5", Letter(client=by.gmail_zh, top=NUMBERED), ALL),
    ("outlook, 1、满意", Letter(client=by.outlook_zh, charset="gb18030", top="\n".join(f"{n}、{w}" for n, w in enumerate(WORDS.split(), 1))), ALL),
    ("foxmail, Q1: 5", Letter(client=by.foxmail, charset="gbk", top="\n".join(f"Q{n}: {v}" for n, v in enumerate(ALL, 1))), ALL),
    ("163, (1) 5分", Letter(client=by.netease, charset="gb18030", top="\n".join(f"（{n}）{v}分" for n, v in enumerate(ALL, 1))), ALL),
    ("qq, 第1题", Letter(client=by.qq, charset="gbk", top="\n".join(f"第{n}题：{v}" for n, v in enumerate(ALL, 1))), ALL),
    ("apple, 第一题", Letter(client=by.apple_zh, top="\n".join(f"第{c}题 {v}" for c, v in zip("一二三四五六七八九", ALL, strict=True))), ALL),
    ("iphone, 1.5 without blank", Letter(client=by.iphone, top="\n".join(f"{n}.{v}" for n, v in enumerate(ALL, 1))), ALL),
    ("gmail en, 1-5", Letter(client=by.gmail_en, top="\n".join(f"{n}-{v}" for n, v in enumerate(ALL, 1))), ALL),
    ("thunderbird, 1 5", Letter(client=by.thunderbird, top="\n".join(f"{n} {v}" for n, v in enumerate(ALL, 1))), ALL),
    ("circled numbers", Letter(client=by.outlook_zh, top="\n".join(f"{chr(0x245F + n)}{v}" for n, v in enumerate(ALL, 1))), ALL),
    ("pairs in one line", Letter(client=by.qq, top="1:5；2:4；3:4；4:3；5:5；6:4；7:4；8:5；9:5"), ALL),
    ("pairs with dots", Letter(client=by.netease, charset="gbk", top="1.5 2.4 3.4 4.3 5.5 6.4 7.4 8.5 9.5"), ALL),
    ("number and word", Letter(client=by.foxmail, top="\n".join(f"{n}. {v} {w}" for n, (v, w) in enumerate(zip(ALL, WORDS.split(), strict=True), 1))), ALL),
    ("English words", Letter(client=by.outlook_en, top="\n".join(f"{n}) {w}" for n, w in enumerate(ENGLISH, 1))), ALL),
    ("traditional characters", Letter(charset="big5", top="\n".join(f"{n}. {w}" for n, w in enumerate(WORDS.replace("满", "滿").split(), 1))), ALL),
    ("stars", Letter(client=by.apple_zh, top="\n".join(f"{n}. {'★' * int(v)}" for n, v in enumerate(ALL, 1))), ALL),
    # By label, and in groups.
    ("labels", Letter(client=by.gmail_zh, top="联系渠道：5\n服务态度：4\n进度告知 满意\n专业能力：一般\n解决效果：5\n处理时间：4\n服务流程：4\n投诉处理：5\n总体评价：非常满意"), ALL),
    ("English labels", Letter(client=by.gmail_en, top="Contact: 5\nAttitude: 4\nProgress: 4\nCompetence: 3\nSolution: 5\nTime: 4\nProcedure: 4\nComplaints: 5\nOverall: 5"), ALL),
    ("the ready-made form", Letter(top="1. 联系渠道：5\n2. 服务态度：4\n3. 进度告知：4\n4. 专业能力：3\n5. 解决效果：5\n6. 处理时间：4\n7. 服务流程：4\n8. 投诉处理：5\n9. 总体评价：5\n10. 意见建议：无"), ALL),
    ("all the same", Letter(client=by.qq, top="全部非常满意"), "5" * 9),
    ("all the same, in digits", Letter(client=by.iphone, top="都是5分，谢谢"), "5" * 9),
    ("all the same, English", Letter(client=by.gmail_en, top="All 4"), "4" * 9),
    ("ranges", Letter(client=by.outlook_zh, charset="gbk", top="1-8题都满意，第9题非常满意"), "444444445"),
    ("the rest", Letter(client=by.foxmail, charset="gb18030", top="第3题不满意，第8题不适用，其余满意"), "442444404"),
    ("a list of numbers", Letter(client=by.netease, top="1、3、5题一般，其他都是4分"), "343434444"),
    # Tables.
    ("a pasted table", Letter(client=by.outlook_zh, charset="gb18030", top=TABLE), ALL),
    ("a table across", Letter(client=by.foxmail, top="题号 1 2 3 4 5 6 7 8 9\n评分 5 4 4 3 5 4 4 5 5"), ALL),
    ("a table with bars", Letter(client=by.gmail_zh, top="\n".join(f"| {n} | {v} |" for n, v in enumerate(ALL, 1))), ALL),
    ("an HTML table", Letter(html=f"<html><body><p>您好，答复如下：</p>{HTML_TABLE}</body></html>", charset="gb18030"), ALL),
    ("ticked options", Letter(client=by.qq, top="\n".join(f"{n}. □非常满意 √满意 □一般 □不满意 □非常不满意" for n in range(1, 10))), "4" * 9),
    # Typed into the quotation.
    ("outlook, behind", Letter(client=by.outlook_zh, charset="gb18030", inline=BEHIND), ALL),
    ("outlook, behind, with a greeting above", Letter(client=by.outlook_zh, top="您好，答复见下。", inline=BEHIND), ALL),
    ("foxmail, behind", Letter(client=by.foxmail, charset="gbk", inline=BEHIND), ALL),
    ("qq, behind", Letter(client=by.qq, charset="gb18030", top="已填写，请查收", inline=BEHIND), ALL),
    ("163, behind", Letter(client=by.netease, inline=BEHIND), ALL),
    ("gmail, behind a mark", Letter(client=by.gmail_zh, top="见下", inline=BEHIND), ALL),
    ("thunderbird, below, unmarked", Letter(client=by.thunderbird, inline=BEHIND, how="below"), ALL),
    ("gmail en, below, unmarked", Letter(client=by.gmail_en, top="See below", inline=ENGLISH, how="below"), ALL),
    ("apple, below, unmarked", Letter(client=by.apple_zh, inline=NINE, how="below"), ALL),
    ("outlook, at the end of the question", Letter(client=by.outlook_zh, charset="gbk", inline=NINE, how="end"), ALL),
    ("gmail, at the end of the question", Letter(client=by.gmail_zh, inline=BEHIND, how="end"), ALL),
    ("no quotation mark, whole form copied", Letter(inline=NINE, client=lambda form: ("", form.text)), ALL),
    # The workbook.
    ("workbook, from the list", Letter(client=by.outlook_zh, charset="gb18030", top="已填好，见附件。", cells=LIST_CELLS), ALL),
    ("workbook, bare numbers", Letter(client=by.qq, top="见附件", cells=NINE), ALL),
    ("workbook, words", Letter(client=by.foxmail, charset="gbk", top="附件", cells=tuple(WORDS.split())), ALL),
    ("workbook, what is typed counts more", Letter(client=by.gmail_zh, top="第4题改为 2", cells=LIST_CELLS), "544254455"),
    # Not everything is answered, or not clearly: nothing is guessed.
    ("partial", Letter(client=by.outlook_zh, top="1. 5\n2. 4"), "54-------"),
    ("out of the scale", Letter(client=by.qq, top="1. 5\n2. 6\n3. 10分\n4. 4.5"), "5--------"),
    ("two answers at once", Letter(client=by.gmail_zh, top="1. 4-5\n2. 满意或一般\n3. 5"), "--5------"),
    ("number against word", Letter(client=by.netease, top="1. 1 非常满意\n2. 4"), "-4-------"),
    ("too few in the row", Letter(client=by.foxmail, top="5 4 4"), "---------"),
    ("one word for nine questions", Letter(client=by.iphone, top="满意"), "---------"),
    ("dates and counts are no answers", Letter(client=by.outlook_zh, top="1. 5 月份系统很卡\n2. 4 次报修\n3. 4"), "--4------"),
    ("asked back instead of answered", Letter(client=by.apple_zh, top="1. 5?\n2. 满意吗\n3. 满意度不高"), "---------"),
    ("half of the form below", Letter(client=by.gmail_zh, inline=("5", "", "4", "", "3")), "5-4-3----"),
    ("a later line corrects", Letter(client=by.outlook_zh, top="1. 2\n2. 4\n1. 4"), "44-------"),
)  # fmt: skip


@pytest.fixture(scope="module")
def survey_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Survey]]:
    """A survey of so many people as there are letters; everybody sends one."""
    folder: Path = tmp_path_factory.mktemp("survey")
    with open_desk(folder) as desk:
        yield desk, running(desk, {LOANS: 99})


def answer(desk: Desk, survey: Survey, letter: Letter, place: int) -> str:
    """The letter sent by the person of that place, and what then counts of theirs."""
    person = asked(desk, f"a{place:02}@corp.example")
    (form,) = desk.got(person, "survey_form")
    desk.put(by.message(letter, person.address, form, place))
    return read(desk, survey, person.address)


def read(desk: Desk, survey: Survey, address: str) -> str:
    (own,) = [one for one in forms(desk, survey) if one.party.address == address]
    with database.reading(desk.office.engine) as conn:
        found = dict(stand(survey_answers.of_invitation(conn, own.number), survey.form).marks)
    return "".join(str(found.get(question.id, "-")) for question in survey.form.rated)


@pytest.mark.parametrize("place", range(len(CASES)), ids=[name for name, _, _ in CASES])
def test_an_answer_is_read(survey_desk: tuple[Desk, Survey], place: int) -> None:
    desk, survey = survey_desk
    name, letter, expected = CASES[place]
    assert answer(desk, survey, letter, place + 1) == expected, f"{name}: {letter.top or letter.inline}"


def test_there_are_at_least_sixty_different_letters() -> None:
    assert (
        len(
            {
                repr((c.client.__name__, c.charset, c.top, c.inline, c.how, c.html, c.cells))
                for _, c, _ in CASES
            }
        )
        >= 60
    )


def test_a_form_answered_in_its_html(survey_desk: tuple[Desk, Survey]) -> None:
    """Web mail and Outlook send HTML only, answered in the form's own cells."""
    desk, survey = survey_desk
    for place, head in (
        (
            90,
            "<b>发件人:</b> IT服务台<br><b>发送时间:</b> 2026年11月23日<br><b>收件人:</b> x<br><b>主题:</b> 调查",
        ),
        (91, "您好，已填写。"),
    ):
        (form,) = desk.got(f"a{place}@corp.example", "survey_form")
        letter = Letter(html=by.html_inline(form, NINE, head), charset="gb18030")
        assert answer(desk, survey, letter, place) == ALL, head


def test_our_own_form_sent_back_unanswered_says_nothing(survey_desk: tuple[Desk, Survey]) -> None:
    desk, survey = survey_desk
    for place, client in ((92, by.outlook_zh), (93, by.gmail_zh), (94, lambda form: ("", form.text))):
        assert answer(desk, survey, Letter(client=client, top="收到"), place) == "-" * 9
        echo = desk.got(f"a{place}@corp.example", "survey_read")[-1]
        assert "没有从中认出" in echo.text, echo.text


@pytest.mark.parametrize(
    ("line", "is_remark"),
    [
        ("您好，答复如下：", False),
        ("您好，问卷已填好，请见附件。", False),
        ("大家好！收到，谢谢。", False),
        ("Hello, please see below. Thanks", False),
        ("整体服务非常好", True),
        ("您好，希望周末也有人值班。", True),
        ("谢谢，网络比去年稳定", True),
    ],
)
def test_courtesies_are_no_remarks(line: str, is_remark: bool) -> None:
    """A line that greets and leads in is nobody's opinion; one that also says something is kept whole."""
    found = survey_answer.read(f"{line}\n1. 5\n2. 4", "", FORM)
    assert found.marks == ((FORM.questions[0].id, 5), (FORM.questions[1].id, 4))
    assert found.remarks == (((survey_answer.GENERAL, line),) if is_remark else ()), line


PIECES = st.sampled_from(
    [*"012345 \n\t:：.、，;>|-()①★√", "满意", "非常不满意", "1. ", "第3题", "联系渠道", "回答：", "全部", "其余", "1-8题", "99999999999"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=80).map("".join) | st.text(max_size=200), st.text(max_size=60))
def test_any_text_is_read_and_gives_values_of_the_scale(own: str, cell: str) -> None:
    found = survey_answer.read(own, own, FORM, [(cell, cell, cell, cell), ("1", "联系渠道", "", cell)])
    assert all(0 <= value <= 5 for _, value in found.marks)
    assert len({one for one, _ in found.marks}) == len(found.marks)


@pytest.mark.parametrize(
    "line",
    [
        "5 " * 2_000,
        "1-" * 2_000,
        "(" * 4_000,
        "1、" * 2_000,
        "1. 联系渠道：" * 400,
        "√" * 4_000,
        "其余的题目都是" * 500,
    ],
    ids=lambda line: line[:8],
)
def test_hostile_lines_take_no_time(line: str) -> None:
    started = time.process_time()
    survey_answer.read("\n".join([line] * 50), "\n".join([line] * 50), FORM)
    assert time.process_time() - started < 2


def test_a_form_of_ones_own_is_checked_whole() -> None:
    with pytest.raises(FormUnusable) as trouble:
        read_form('version = "1"\n[[question]]\nid = "A b"\nkind = "scale"\nweight = 0\n')
    for fault in (
        "title.zh",
        "scale needs 6 words",
        "id must be small letters",
        "weight must be above 0",
        "label.en",
    ):
        assert fault in str(trouble.value)
