"""Every mail to the staff on a complaint says where it stands: number, step, who, since when, due, said, choices."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from classify.people import Organisation, Person
from ingest.mail import Mail
from notify.render import words
from process.case import State
from tests.company import (
    COLLECTION,
    DESK_A,
    DESK_B,
    GENERAL,
    ORGANISATION,
    REPRESENTATIVE,
    SERVICE_MANAGER,
    USER,
    VIP,
)
from tests.desk import Desk, mailto
from tests.desk import desk as open_desk
from tests.test_clock import MEASURES

STAFF = (DESK_A, DESK_B, COLLECTION, SERVICE_MANAGER, GENERAL, REPRESENTATIVE)
TEMPLATES = Path(__file__).parents[1] / "templates" / "zh"
WITHOUT_A_CASE = {"alert", "ask_complaint", "digest", "reminders", "withdrawn"}
"""On a mail, on several complaints, or on one that is theirs no longer."""
SHOWN_LINES = 3
BY_TIME = ("reminded", "warned", "overdue", "user_reminded", "no_answer")
"""Nobody said anything then."""


def on_a_case() -> set[str]:
    """Staff templates of the complaint process, as their files say."""
    found = set()
    for folder in TEMPLATES.iterdir():
        body = folder / "body.txt"
        if body.is_file() and '"_staff.txt"' in body.read_text("utf-8"):
            found.add(folder.name)
    return {
        name
        for name in found - WITHOUT_A_CASE
        if not name.startswith(("report", "survey", "callback", "review"))
    }


def speaking(language: str) -> Organisation:
    """The company with everybody reading one language."""
    people = tuple(replace(p, language=language) for p in ORGANISATION.people)
    by_key = {p.key: p for p in people}
    roles = tuple((role, tuple(by_key[p.key] for p in held)) for role, held in ORGANISATION.roles)
    return replace(ORGANISATION, people=people, roles=roles)


def lived(desk: Desk) -> None:
    """A VIP's complaint that sees everything: late, refused, objected, failed twice, disputed."""
    desk.write(VIP, "报表", "信贷部的月度报表到今天还没有出来，我要投诉你们。")
    desk.move(hours=2, minutes=5)
    step(desk, DESK_B, "task_accept", "通过")
    desk.now += timedelta(minutes=1)
    desk.write(GENERAL, f"关于 {desk.cases()[0].number}", "进度")
    step(desk, DESK_A, "task_accept", "受理")
    step(desk, DESK_A, "task_judge", "无效 不属实")
    step(desk, VIP, "not_valid", "不同意，问题没有解决。")
    step(desk, REPRESENTATIVE, "task_decide", "有效 属实")
    step(desk, DESK_A, "task_assign", "分派 催收系统开发部")
    for verdict in ("不通过 没有根因", "不通过 还是没有根因", "通过"):
        step(desk, COLLECTION, "dispatch", MEASURES)
        step(desk, SERVICE_MANAGER, "task_verify", verdict)
    step(desk, DESK_A, "task_feedback", "批准")
    step(desk, VIP, "feedback", "确认，已经好了。")


def step(desk: Desk, by: Person, notice: str, text: str) -> None:
    desk.now += timedelta(minutes=1)
    desk.answer(by, notice, text)


def told(desk: Desk) -> list[Mail]:
    return [
        mail
        for mail in desk.sent
        if mail.header("x-ombud-notice") in on_a_case() and mail.to[0].address in {p.address for p in STAFF}
    ]


@pytest.fixture(scope="module", params=["zh", "en"])
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that has seen it all, in one of the two languages."""
    with open_desk(tmp_path_factory.mktemp("life")) as desk:
        desk.organisation = speaking(request.param)
        lived(desk)
        yield desk


def language_of(desk: Desk) -> str:
    return desk.organisation.people[0].language


def test_staff_mails_show_the_standing(life: Desk) -> None:
    desk, language = life, language_of(life)
    (case,) = desk.cases()
    assert case.state is State.CLOSED
    mails = told(desk)
    assert {mail.header("x-ombud-notice") for mail in mails} == on_a_case(), "every one of them was seen"
    for mail in mails:
        for body in (mail.text, unescape(mail.html)):
            flat = "".join(re.sub(r"</?span[^>]*>", "", body).split())
            for part in expected(desk, mail, language):
                assert "".join(part.split()) in flat, (
                    f"{mail.header('x-ombud-notice')} ({language}) lacks {part}"
                )


def expected(desk: Desk, mail: Mail, language: str) -> list[str]:
    """What a staff mail must show of how its complaint stood when it was written."""
    (case,) = desk.cases()
    names = words(language)
    steps = [f"{state.step_code} {names['states'][state.value]}" for state in State]
    found = [step for step in steps if "".join(step.split()) in "".join(mail.text.split())]
    assert len(found) == 1, f"one step: {found}"
    assert mail.date is not None
    until = [
        event for event in desk.trail(case.number) if event.at <= mail.date and event.what not in BY_TIME
    ]
    assert until, "something was said so far"
    parts = [case.number, found[0], names["labels"]["since"]]
    if found[0] != steps[-1]:
        parts += [names["labels"]["due"], names["labels"]["owner"]]
    return parts + [names["events"][event.what] for event in until[-SHOWN_LINES:]]


@pytest.mark.parametrize(
    ("notice", "who", "names"),
    [
        ("task_accept", DESK_A, ("李台", "周台")),
        ("task_judge", DESK_A, ("李台",)),
        ("dispatch", COLLECTION, ("吴经理", "催收系统开发部")),
        ("task_verify", SERVICE_MANAGER, ("冯经理",)),
        ("task_decide", REPRESENTATIVE, ("褚代表",)),
        ("escalation", GENERAL, ("李台", "周台")),
    ],
)
def test_who_is_waited_for_is_named(life: Desk, notice: str, who: Person, names: tuple[str, ...]) -> None:
    text = life.got(who, notice)[0].text
    label = words(language_of(life))["labels"]["owner"]
    (line,) = [line for line in text.split("\n") if line.strip().startswith(label)]
    assert all(name in line for name in names), line


@pytest.mark.parametrize("notice", ["task_accept", "task_judge", "task_assign", "task_feedback"])
def test_the_choices_stand_in_text_and_as_links(life: Desk, notice: str) -> None:
    desk = life
    (mail, *_) = desk.got(DESK_A, notice)
    links = mailto(mail.html)
    assert links
    for link in links:
        assert link.body.split("\r\n")[0] in mail.text, "to be written by hand as well"
        assert desk.cases()[0].number in link.subject


def test_what_was_said_so_far_is_three_lines(life: Desk) -> None:
    desk = life
    labels = words(language_of(life))["labels"]
    task = desk.got(DESK_A, "task_feedback")[0].text
    said = task.partition(labels["trail"])[2].partition(labels["answer_text"])[0]
    lines = [line for line in said.split("\n") if re.search(r"\d\d:\d\d", line)]
    assert len(lines) == SHOWN_LINES
    assert words(language_of(life))["events"]["verified"] in lines[-1]


def test_a_user_is_shown_none_of_the_staffs_words(desk: Desk) -> None:
    desk.write(USER, "报表", "信贷部的月度报表到今天还没有出来，我要投诉你们。")
    desk.answer(DESK_A, "task_accept", "备注 这个用户总是投诉")
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "有效")
    desk.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    desk.answer(COLLECTION, "dispatch", MEASURES)
    desk.answer(SERVICE_MANAGER, "task_verify", "通过 措施一般，先这样")
    desk.answer(DESK_A, "task_feedback", "批准")
    shown = "".join(mail.text for mail in desk.got(USER))
    assert "已扩大" in shown
    for words_of_staff in ("总是投诉", "先这样", "连接池太小"):
        assert words_of_staff not in shown
