"""The life of a complaint, step by step, on the pure core."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from classify.facts import Command, Verb
from classify.people import Person, Role
from process.case import Case, State
from process.complaint import TABLE, advance, choices
from process.opening import Opening, open_case
from process.roles import holders
from process.turn import Act, Refusal, Step
from tests.company import (
    COLLECTION,
    DESK_A,
    DESK_B,
    GENERAL,
    LOANS,
    ORGANISATION,
    REPRESENTATIVE,
    RULES,
    SECRETARY,
    SERVICE_MANAGER,
    USER,
    VIP,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Tuesday 10:00 in Shanghai
FORM = "原因：连接池太小\n纠正措施：扩容\n预防措施：加监控\n责任人：吴经理\n计划完成：2026-12-02"


def opened(complainant: Person = USER, **more: object) -> Step:
    opening = Opening(
        number="C-2026-00001",
        received_at=NOW,
        now=NOW,
        complainant=complainant,
        address=complainant.address,
        subject="催收系统登录太慢",
        text="催收系统登录太慢，等了两天没人管，我要投诉",
        language="zh",
        fingerprint="0" * 64,
        message_id="one@corp.example",
    )
    return open_case(replace(opening, **more), ORGANISATION, RULES)  # type: ignore[arg-type]


def act(by: Person, verb: Verb, text: str = "") -> Act:
    return Act(command=Command(verb=verb, text=text), by=by, at=NOW + timedelta(hours=1), message_id="r@x")


def done(case: Case, by: Person, verb: Verb, text: str = "") -> Step:
    outcome = advance(case, act(by, verb, text), ORGANISATION, RULES)
    assert isinstance(outcome, Step), f"{by.name} {verb} in {case.state}: {outcome}"
    return outcome


def refused(case: Case, by: Person, verb: Verb, text: str = "") -> Refusal:
    outcome = advance(case, act(by, verb, text), ORGANISATION, RULES)
    assert isinstance(outcome, Refusal), f"{by.name} {verb} in {case.state} was allowed"
    return outcome


def played(*moves: tuple[Person, Verb, str], case: Case | None = None) -> Case:
    case = case or opened().case
    for by, verb, text in moves:
        case = done(case, by, verb, text).case
    return case


ACCEPT = (DESK_A, Verb.ACCEPT, "")
VALID = (DESK_A, Verb.VALID, "属实")
INVALID = (DESK_A, Verb.INVALID, "网络在用户家里")
ASSIGN = (DESK_A, Verb.ASSIGN, "催收系统开发部")
MEASURES = (COLLECTION, Verb.MEASURES, FORM)
PASS = (SERVICE_MANAGER, Verb.PASS, "")
APPROVE = (DESK_A, Verb.APPROVE, "")
TO_CONFIRMING = (ACCEPT, VALID, ASSIGN, MEASURES, PASS, APPROVE)


def templates(step: Step) -> list[tuple[str, str]]:
    return [(notice.template, notice.to.name) for notice in step.notices]


def test_recording_acknowledges_and_asks_the_whole_desk() -> None:
    step = opened()
    assert templates(step) == [("acknowledgement", "钱进"), ("task_accept", "李台"), ("task_accept", "周台")]
    assert step.case.state is State.RECORDED
    assert step.case.due_at == NOW + timedelta(hours=2 + 1.5 + 2)  # 4 working hours, over the noon break


def test_main_line_ends_closed_by_the_users_confirmation() -> None:
    case = played(*TO_CONFIRMING, (USER, Verb.CONFIRM, "已经好了"))
    assert case.state is State.CLOSED
    assert case.closing is not None
    assert case.closing.how == "confirmed"
    assert case.measures is not None
    assert case.measures.cause == "连接池太小"
    assert case.feedback == "扩容\n加监控"


def test_dispatch_goes_to_the_manager_with_the_representative_in_copy() -> None:
    step = done(played(ACCEPT, VALID), *ASSIGN)
    (notice,) = step.notices
    assert (notice.to, [p.name for p in notice.cc]) == (step.case.department_manager.person, ["褚代表"])
    assert notice.case is not None
    assert notice.case.department == "催收系统开发部"


def test_vip_is_escalated_once_to_the_general_manager_copied_to_the_service_manager() -> None:
    step = opened(VIP)
    (mail,) = [n for n in step.notices if n.template == "escalation"]
    assert (mail.to.name, [p.name for p in mail.cc], mail.facts["reason"]) == ("陈总", ["冯经理"], "vip")
    assert [e.once for e in step.case.escalations] == ["vip"]
    assert step.case.is_vip


def test_vip_with_a_forged_address_is_not_escalated_but_told_to_the_desk() -> None:
    step = opened(VIP, may_escalate=False)
    assert not step.case.escalations
    task = next(n for n in step.notices if n.template == "task_accept")
    assert "总监" in task.facts["warning"]


def test_delegates_complaint_for_a_vip_is_escalated() -> None:
    step = opened(SECRETARY, on_behalf_of=VIP)
    assert [e.reason for e in step.case.escalations] == ["vip"]
    assert not opened(SECRETARY).case.escalations


def test_not_solved_is_a_repeat_escalated_and_dispatched_again() -> None:
    step = done(played(*TO_CONFIRMING), USER, Verb.NOT_SOLVED, "还是没有解决")
    assert step.case.state is State.HANDLING
    assert step.case.repeats == 1
    assert [e.once for e in step.case.escalations] == ["repeat-1"]
    assert "还是没有解决" in step.case.escalations[0].evidence
    assert ("dispatch", "吴经理") in templates(step)
    assert ("escalation", "陈总") in templates(step)


def test_disputed_closure_reopens_and_keeps_its_history() -> None:
    closed = played(*TO_CONFIRMING, (DESK_A, Verb.CLOSE, "用户五日未回复"))
    step = done(closed, USER, Verb.NOT_SOLVED, "没有解决，为什么关闭")
    assert step.case.state is State.HANDLING
    assert step.case.closing is None
    assert [e.what for e in step.events] == ["reopened", "escalated"]


def test_new_mail_on_the_same_matter_is_a_repeat_with_the_earlier_number() -> None:
    earlier = replace(opened().case, number="C-2026-00000")
    step = opened(earlier=(earlier,))
    assert step.case.related == ("C-2026-00000",)
    (mail,) = [n for n in step.notices if n.template == "escalation"]
    assert "C-2026-00000" in mail.facts["evidence"]


def test_another_matter_of_the_same_person_is_no_repeat() -> None:
    earlier = replace(opened().case, number="C-2026-00000", subject="打印机卡纸", text="三楼打印机总是卡纸")
    assert not opened(earlier=(earlier,)).case.escalations


def test_not_valid_tells_the_reason_and_allows_one_objection() -> None:
    step = done(played(ACCEPT), *INVALID)
    assert templates(step) == [("not_valid", "钱进")]
    objected = done(step.case, USER, Verb.NOT_SOLVED, "我不同意")
    assert ("task_decide", "褚代表") in templates(objected)
    upheld = done(objected.case, REPRESENTATIVE, Verb.INVALID, "证据不足")
    assert upheld.case.state is State.CLOSED
    again = done(upheld.case, USER, Verb.NOT_SOLVED, "还是不同意")
    assert again.case.state is State.CLOSED
    assert done(objected.case, REPRESENTATIVE, Verb.VALID, "属实").case.state is State.VALID


def test_asking_for_particulars_waits_for_the_complainant_and_goes_on() -> None:
    step = done(opened().case, DESK_A, Verb.ASK, "是哪台机器？")
    assert templates(step) == [("request_particulars", "钱进")]
    assert step.case.due_at is None
    answered = done(step.case, USER, Verb.INFORM, "三号机")
    assert answered.case.state is State.RECORDED
    assert answered.notices[0].facts["information"] == "三号机"


def test_second_failed_verification_goes_to_the_representative() -> None:
    fail = (SERVICE_MANAGER, Verb.FAIL, "没有找到根因")
    case = played(ACCEPT, VALID, ASSIGN, MEASURES, fail, MEASURES)
    step = done(case, *fail)
    assert step.case.state is State.HANDLING
    assert ("escalation", "褚代表") in templates(step)


def test_nobody_verifies_their_own_measures() -> None:
    own = replace(
        ORGANISATION,
        departments=(replace(ORGANISATION.departments[0], manager=SERVICE_MANAGER.address),),
    )
    case = played(ACCEPT, VALID)
    for by, verb, text in ((DESK_A, Verb.ASSIGN, "催收系统开发部"), (SERVICE_MANAGER, Verb.MEASURES, FORM)):
        step = advance(case, act(by, verb, text), own, RULES)
        assert isinstance(step, Step)
        case = step.case
    assert [p.name for p in holders(Role.IT_SERVICE_MANAGER, case, own)] == ["陈总"]
    assert isinstance(advance(case, act(SERVICE_MANAGER, Verb.PASS), own, RULES), Refusal)
    assert isinstance(advance(case, act(GENERAL, Verb.PASS), own, RULES), Step)


def test_a_complaint_about_a_role_holder_goes_round_that_person() -> None:
    about = replace(opened().case, about_keys=(DESK_A.key,))
    assert [p.name for p in holders(Role.SERVICE_DESK, about, ORGANISATION)] == ["周台"]
    both = replace(about, about_keys=(DESK_A.key, DESK_B.key))
    assert [p.name for p in holders(Role.SERVICE_DESK, both, ORGANISATION)] == ["冯经理"]


def test_an_engineer_does_not_handle_their_own_complaint() -> None:
    case = opened(DESK_A).case
    assert refused(case, DESK_A, Verb.ACCEPT).problem == "not_your_role"
    assert done(case, DESK_B, Verb.ACCEPT).case.state is State.ACCEPTED


def test_the_second_engineer_is_told_who_was_first() -> None:
    told = refused(played(ACCEPT), DESK_B, Verb.ACCEPT)
    assert (told.problem, told.detail, told.what, told.at) == (
        "already_done",
        "李台",
        "accepted",
        NOW + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("moves", "by", "verb", "text", "problem"),
    [
        ((), USER, Verb.ACCEPT, "", "not_your_role"),
        ((), COLLECTION, Verb.MEASURES, FORM, "not_your_role"),
        ((ACCEPT,), DESK_A, Verb.INVALID, "", "no_reason"),
        ((ACCEPT,), DESK_A, Verb.CLOSE, "好了", "wrong_state"),
        ((ACCEPT, VALID), DESK_A, Verb.ASSIGN, "信用卡部", "unknown_department"),
        ((ACCEPT, VALID, ASSIGN), LOANS, Verb.MEASURES, FORM, "not_your_role"),
        ((ACCEPT, VALID, ASSIGN), COLLECTION, Verb.MEASURES, "", "no_measures"),
        ((ACCEPT, VALID, ASSIGN, MEASURES), COLLECTION, Verb.PASS, "", "own_measures"),
        ((ACCEPT, VALID, ASSIGN, MEASURES), LOANS, Verb.PASS, "", "not_your_role"),
        ((ACCEPT, VALID, ASSIGN, MEASURES), SERVICE_MANAGER, Verb.FAIL, "", "no_reason"),
        (TO_CONFIRMING, DESK_A, Verb.CLOSE, "", "no_reason"),
        (TO_CONFIRMING, DESK_A, Verb.CONFIRM, "", "not_your_role"),
    ],
)
def test_what_is_refused_and_why(
    moves: tuple[tuple[Person, Verb, str], ...], by: Person, verb: Verb, text: str, problem: str
) -> None:
    assert refused(played(*moves), by, verb, text).problem == problem


def test_nothing_closes_without_verification_or_a_judgement() -> None:
    """Whoever says 'close' or 'confirm' in any earlier state does not close."""
    path = [opened().case]
    for move in TO_CONFIRMING[:-1]:
        path.append(done(path[-1], *move).case)
    for case in path:
        for by in (USER, DESK_A, SERVICE_MANAGER, GENERAL):
            for verb in (Verb.CLOSE, Verb.CONFIRM):
                outcome = advance(case, act(by, verb, "关"), ORGANISATION, RULES)
                closed = isinstance(outcome, Step) and outcome.case.is_closed
                assert not closed, f"{by.name} {verb} closed it in {case.state}"


def test_every_open_state_is_left_by_some_verb() -> None:
    for state in State:
        moving = [row for row in TABLE if state in row.states and row.verb is not Verb.NOTE]
        assert moving, f"no verb leaves {state}"


def test_choices_are_what_the_table_allows() -> None:
    assert [c.verb for c in choices(opened().case, DESK_A, ORGANISATION)] == [
        Verb.ACCEPT,
        Verb.ASK,
        Verb.NOTE,
    ]
    confirming = played(*TO_CONFIRMING)
    assert [c.verb for c in choices(confirming, USER, ORGANISATION)] == [Verb.CONFIRM, Verb.NOT_SOLVED]


def test_one_step_is_offered_under_one_word() -> None:
    feeding_back = played(*TO_CONFIRMING[:-1])
    assert [c.verb for c in choices(feeding_back, DESK_A, ORGANISATION)] == [
        Verb.APPROVE,
        Verb.REJECT,
        Verb.NOTE,
    ]
    for word in (Verb.REJECT, Verb.RETURN):
        assert isinstance(advance(feeding_back, act(DESK_A, word, "补充原因"), ORGANISATION, RULES), Step), (
            word
        )


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("催收系统开发部", "2026-11-27 11:00"),
        ("催收系统开发部 1天", "2026-11-25 11:00"),
        ("催收系统开发部，5个工作日", "2026-12-01 11:00"),
        ("催收系统开发部 2026-11-30", "2026-11-30 18:00"),
        ("催收系统开发部 11月30日", "2026-11-30 18:00"),
    ],
)
def test_due_date_of_a_dispatch(words: str, due: str) -> None:
    case = done(played(ACCEPT, VALID), DESK_A, Verb.ASSIGN, words).case
    assert case.due_at is not None
    assert case.due_at.astimezone(RULES.calendar.timezone).strftime("%Y-%m-%d %H:%M") == due


def test_a_date_that_has_passed_is_asked_back() -> None:
    assert (
        refused(played(ACCEPT, VALID), DESK_A, Verb.ASSIGN, "催收系统开发部 2026-02-30").problem
        == "no_due_date"
    )
