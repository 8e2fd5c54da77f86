"""Every verb, state and role: decided, the same as in docs/verbs.md, and answered in words."""

import pytest

from classify.facts import Verb
from notify.render import words
from process.case import State
from process.complaint import OPEN
from process.turn import Refusal, Step
from tests.cells import CAST, DOCUMENT, VERBS, Cell, case_in, cells, document
from tests.company import DESK_A, SERVICE_MANAGER, USER
from tests.desk import Desk
from tests.test_clock import COMPLAINT, complain

CELLS = tuple(cells())


def test_the_document_is_what_the_code_decides() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "make verbs"


def test_every_cell_is_decided() -> None:
    assert len(CELLS) == len(State) * len(VERBS) * len(CAST)


def refused() -> list[Cell]:
    return [cell for cell in CELLS if isinstance(cell.outcome, Refusal)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_is_answered_in_words(language: str) -> None:
    for cell in refused():
        assert isinstance(cell.outcome, Refusal)
        assert words(language)["problems"][cell.outcome.problem], cell


def test_a_refusal_says_whose_turn_it_is_to_those_whom_the_complaint_concerns() -> None:
    names = {
        cell.role: cell.outcome.detail
        for cell in refused()
        if isinstance(cell.outcome, Refusal) and (cell.state, cell.verb) == (State.RECORDED, Verb.ACCEPT)
    }
    assert names.pop("other department's manager") == "", "to nobody else"
    assert names.pop("department manager") == "", "before the dispatch it is none of theirs"
    assert set(names.values()) == {"李台、周台"}


def test_a_step_moves_one_version_and_leaves_a_line_of_the_trail() -> None:
    for cell in CELLS:
        if isinstance(cell.outcome, Step):
            assert cell.outcome.case.version == case_in(cell.state).version + 1, cell
            assert cell.outcome.events, cell


def test_every_open_state_is_left_by_some_verb_of_some_role() -> None:
    left = {c.state for c in CELLS if isinstance(c.outcome, Step) and c.outcome.case.state is not c.state}
    assert left >= OPEN
    assert State.CLOSED in left, "a closure can be disputed"


def test_nothing_closes_but_from_where_it_was_verified_or_judged_not_valid() -> None:
    closing = {c.state for c in CELLS if isinstance(c.outcome, Step) and c.outcome.case.is_closed}
    assert closing - {State.CLOSED} == {State.CONFIRMING, State.NOT_VALID, State.OBJECTED}


def test_nobody_but_its_role_moves_a_complaint() -> None:
    """The general manager, the complaint manager and other managers only remark."""
    for cell in CELLS:
        if cell.role in ("general manager", "complaint manager", "other department's manager"):
            assert not isinstance(cell.outcome, Step) or cell.verb is Verb.NOTE, cell


@pytest.mark.parametrize(
    "text", ["受理", "有效 属实", "关闭 已解决", "分派 催收系统开发部", "通过", "备注 请快"]
)
def test_a_complainants_order_is_information(desk: Desk, text: str) -> None:
    number = complain(desk)
    desk.answer(USER, "acknowledgement", text)
    assert desk.case(number).state is State.RECORDED
    assert [e.what for e in desk.trail(number)] == ["recorded", "informed"]
    assert text.partition(" ")[2] in desk.got(DESK_A, "news")[-1].text


@pytest.mark.parametrize(
    ("text", "answer"),
    [("确认", "不由您来做。\n\n应由：钱进"), ("措施 重启", "不由您来做"), ("关闭 好了", "环节不允许"), ("有效", "环节不允许"), ("投诉", "没有认出")],
)  # fmt: skip
def test_the_engineer_gets_the_answer_of_the_table(desk: Desk, text: str, answer: str) -> None:
    number = complain(desk)
    desk.answer(DESK_A, "task_accept", text)
    (told,) = desk.got(DESK_A, "not_understood")
    assert answer in told.text
    assert number in told.subject
    assert "受理" in told.text, "what can be done instead"
    assert desk.case(number).state is State.RECORDED


def test_the_english_answer(desk: Desk) -> None:
    from dataclasses import replace

    english = replace(DESK_A, language="en")
    people = tuple(english if p.key == english.key else p for p in desk.organisation.people)
    roles = tuple(
        (role, tuple(english if p.key == english.key else p for p in held))
        for role, held in desk.organisation.roles
    )
    desk.organisation = replace(desk.organisation, people=people, roles=roles)
    complain(desk)
    desk.answer(DESK_A, "task_accept", "pass")
    assert "This step is not yours to take" in desk.got(DESK_A, "not_understood")[0].text


def test_a_task_that_was_not_sent_to_somebody_is_not_theirs(desk: Desk) -> None:
    """A forwarded or copied mail gives nobody any power."""
    number = complain(desk)
    task = desk.got(DESK_A, "task_accept")[0]
    desk.write(SERVICE_MANAGER, f"转发: {task.subject}", "受理", In_Reply_To=f"<{task.message_id}>")
    assert desk.case(number).state is State.RECORDED
    assert "无法确认这是对我们发给您本人的邮件的回复" in desk.got(SERVICE_MANAGER, "not_understood")[0].text
    assert COMPLAINT not in desk.got(USER)[0].subject
