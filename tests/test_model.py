"""The life of a complaint against a small model of its own: random mails, clocks and restarts.

The model knows the handbook's flow and nothing of `process/`. Every mail goes the real way: stored, handled,
answered from the outbox's bytes. `OMBUD_MODEL_MINUTES=15 pytest tests/test_model.py` runs it for so long.
"""

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from time import monotonic

import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from classify.facts import Command, Verb
from classify.people import Person
from ingest.mail import Mail
from process.case import Case
from process.complaint import advance, choices
from process.turn import Act, Step
from store import database, events
from tests.company import (
    COLLECTION,
    DESK_A,
    DESK_B,
    GENERAL,
    LOANS,
    REPRESENTATIVE,
    RULES,
    SERVICE_MANAGER,
    USER,
    VIP,
)
from tests.desk import Desk, desk

MINUTES = float(os.environ.get("OMBUD_MODEL_MINUTES", "0"))
STEPS, EXAMPLES = 14, 14
FIRST_STEPS = st.lists(st.sampled_from((0, 0, 0, 1, 2, 3)), max_size=8)
"""Of `does_what_is_due`; 0 is the main line."""
NIGHT_AND_DAY_H = 400
STAFF = (DESK_A, DESK_B, COLLECTION, LOANS, SERVICE_MANAGER, GENERAL, REPRESENTATIVE)
PEOPLE = {person.name: person for person in STAFF}
MANAGERS = {"催收系统开发部": COLLECTION, "个贷系统开发部": LOANS}
DEPARTMENT = st.sampled_from(tuple(MANAGERS))

# (state, verb) → (role, next state), the main line first. Written from the handbook, not from the code's table.
FLOW = {
    ("recorded", "受理"): ("desk", "accepted"),
    ("recorded", "补充"): ("desk", "asked"),
    ("asked", "受理"): ("desk", "accepted"),
    ("asked", "补充"): ("desk", "asked"),
    ("accepted", "有效"): ("desk", "valid"),
    ("accepted", "无效"): ("desk", "not_valid"),
    ("accepted", "补充"): ("desk", "asked"),
    ("not_valid", "关闭"): ("desk", "closed"),
    ("objected", "有效"): ("representative", "valid"),
    ("objected", "无效"): ("representative", "closed"),
    ("valid", "分派"): ("desk", "handling"),
    ("handling", "措施"): ("manager", "verifying"),
    ("handling", "分派"): ("desk", "handling"),
    ("handling", "退回"): ("manager", "valid"),
    ("verifying", "通过"): ("verifier", "feeding_back"),
    ("verifying", "不通过"): ("verifier", "handling"),
    ("feeding_back", "批准"): ("desk", "confirming"),
    ("feeding_back", "驳回"): ("desk", "verifying"),
    ("feeding_back", "退回"): ("desk", "verifying"),
    ("confirming", "关闭"): ("desk", "closed"),
}
VERBS = tuple(dict.fromkeys(verb for _, verb in FLOW))
CONFIRMS, DENIES = "确认，已经解决了。", "没有解决，还是老样子。"
INFORMS, UNCLEAR = "补充一下，机器在三楼机房。", "嗯嗯"
LADDER = ("reminded", "warned", "overdue", "user_reminded", "no_answer")
SUBJECT = "催收系统登录太慢"
COMPLAINT = "催收系统登录太慢，报修三天了没人管，我要投诉你们。"


@cache
def migrated() -> Path:
    """An empty database, made once and copied for each life."""
    folder = Path(tempfile.mkdtemp(prefix="ombud-model-"))
    with desk(folder):
        return folder / "ombud.db"


class Lifecycle(RuleBasedStateMachine):
    """One complaint, and what the model expects of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ombud-life-"))
        shutil.copy(migrated(), self.folder / "ombud.db")
        self.opened = desk(self.folder)
        self.desk: Desk = self.opened.__enter__()
        self.state = "recorded"
        self.is_accepted = self.is_valid = self.has_objected = False
        self.owner = self.manager = ""
        self.failures = self.escalations = 0
        self.since = self.desk.now
        self.readers: set[str] = set()

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        shutil.rmtree(self.folder)

    # What people and time do.

    @initialize(is_vip=st.booleans(), is_about_engineer=st.booleans(), steps=FIRST_STEPS)
    def complains(self, is_vip: bool, is_about_engineer: bool, steps: list[int]) -> None:
        self.user, self.about = (VIP if is_vip else USER), (DESK_B if is_about_engineer else None)
        text = COMPLAINT + (f"\n我要投诉{DESK_B.name}，态度恶劣。" if is_about_engineer else "")
        self.desk.write(self.user, SUBJECT, text)
        self.number = self.desk.cases()[0].number
        self.escalations = int(is_vip)
        self.readers = {p.key for p in (self.user, DESK_A, DESK_B, SERVICE_MANAGER, GENERAL, REPRESENTATIVE)}
        self.readers -= {DESK_B.key} if is_about_engineer else set()
        for choice in steps:
            # Some way down, where random orders seldom come.
            self.does_what_is_due(next(iter(MANAGERS)), choice)

    @rule(
        name=st.sampled_from(tuple(PEOPLE)),
        verb=st.sampled_from(VERBS),
        to=DEPARTMENT,
        age=st.sampled_from((0, 0, 0, 1, 2)),
    )
    def orders(self, name: str, verb: str, to: str, age: int) -> None:
        """Anybody says anything, in answer to their newest mail or to an older one."""
        self._say(PEOPLE[name], verb, to, age)

    @rule(to=DEPARTMENT, choice=st.integers(0, 3))
    def does_what_is_due(self, to: str, choice: int) -> None:
        """The one whose turn it is takes a step: what random orders seldom hit."""
        due = [(verb, role) for (state, verb), (role, _) in FLOW.items() if state == self.state]
        if not due or (self.state in ("not_valid", "confirming") and choice):
            self._answer(CONFIRMS if choice == 1 else DENIES)
            return
        verb, role = due[choice % len(due)]
        holders = {"desk": DESK_A, "representative": REPRESENTATIVE, "verifier": SERVICE_MANAGER}
        manager = next((p for p in STAFF if p.key == self.manager), COLLECTION)
        self._say(holders.get(role, manager), verb, to, 0)

    @rule(name=st.sampled_from(tuple(PEOPLE)), to=DEPARTMENT, choice=st.integers(0, 3))
    def takes_a_step_out_of_turn(self, name: str, to: str, choice: int) -> None:
        """Anybody says what somebody ought to say now."""
        due = [verb for state, verb in FLOW if state == self.state]
        if due:
            self._say(PEOPLE[name], due[choice % len(due)], to, 0)

    @rule(text=st.sampled_from((CONFIRMS, DENIES, INFORMS, UNCLEAR)))
    def answers(self, text: str) -> None:
        self._answer(text)

    @rule(hours=st.integers(1, NIGHT_AND_DAY_H))
    def waits(self, hours: int) -> None:
        self.desk.move(hours=hours)

    @rule(hours=st.integers(1, 48))
    def clock_is_set_back(self, hours: int) -> None:
        """It ticks in the past and comes back: nothing is done again."""
        now = self.desk.now
        self.desk.move(hours=-hours)
        self.desk.move_to(now)

    @rule()
    def restarts(self) -> None:
        engine = self.desk.office.engine
        engine.dispose()
        url = engine.url.render_as_string(hide_password=False)
        self.desk.office = replace(self.desk.office, engine=database.open_database(url))

    # What the model makes of it.

    def _say(self, person: Person, verb: str, to: str, age: int) -> None:
        self.desk.now += timedelta(minutes=1)
        answered = self._mail_for(person, age)
        words = f"{verb} {to}" if verb == "分派" else f"{verb} 说明理由"
        if self._is_allowed(person, verb, answered):
            self._take(verb, person, to)
        subject = f"Re: {answered.subject}" if answered else f"关于 {self.number}"
        headers = {"In_Reply_To": f"<{answered.message_id}>"} if answered else {}
        self.desk.write(person, subject, words, **headers)

    def _mail_for(self, person: Person, age: int) -> Mail | None:
        """A mail on the complaint that was written to this very person; newer ones first."""
        got = [
            m
            for m in self.desk.got(person, number=self.number)
            if person.address in {a.address for a in m.to}
        ]
        return got[max(0, len(got) - 1 - age)] if got else None

    def _is_allowed(self, person: Person, verb: str, answered: Mail | None) -> bool:
        role, _ = FLOW.get((self.state, verb), ("", ""))
        if answered is None or not self._holds(person, role):
            return False
        assert answered.date is not None
        is_crossed = answered.date < self.since and person.key != self.owner
        return not (verb == "分派" and self.state == "handling" and is_crossed)

    def _holds(self, person: Person, role: str) -> bool:
        if self.about is person:
            return False
        return {
            "desk": person in (DESK_A, DESK_B),
            "representative": person is REPRESENTATIVE,
            "verifier": person is SERVICE_MANAGER,
            "manager": person.key == self.manager,
        }.get(role, False)

    def _take(self, verb: str, person: Person, to: str) -> None:
        if verb == "受理":
            self.is_accepted, self.owner = True, person.key
        if verb == "有效":
            self.is_valid = True
        if verb == "分派":
            self.manager = MANAGERS[to].key
            self.readers.add(self.manager)
        if verb == "不通过":
            self.failures += 1
            self.escalations += self.failures >= 2
        self._become(FLOW[self.state, verb][1])

    def _answer(self, text: str) -> None:
        self.desk.now += timedelta(minutes=1)
        if self.state == "asked":
            self._become("accepted" if self.is_accepted else "recorded")
        elif text == CONFIRMS and self.state in ("confirming", "not_valid"):
            self._become("closed")
        elif text == DENIES and self.state in ("confirming", "not_valid", "closed"):
            self._deny()
        self.desk.answer(self.user, "acknowledgement", text, self.number)

    def _deny(self) -> None:
        if self.is_valid:
            self.escalations += 1
            self._become("handling")
        elif not self.has_objected:
            self.has_objected = True
            self._become("objected")

    def _become(self, state: str) -> None:
        self.state, self.since = state, self.desk.now

    # What must always hold.

    @invariant()
    def stands_where_the_model_says(self) -> None:
        assert self.desk.case(self.number).state.value == self.state

    @invariant()
    def nothing_is_closed_without_verification_or_a_judgement(self) -> None:
        if self.state != "closed":
            return
        said = [event.what for event in self.desk.trail(self.number)]
        if "judged_valid" in said:
            last_measures = max(i for i, what in enumerate(said) if what == "measures_reported")
            assert "verified" in said[last_measures:], said
            assert "feedback_sent" in said[last_measures:], said
        else:
            assert "judged_invalid" in said, said

    @invariant()
    def each_reason_is_escalated_once(self) -> None:
        case = self.desk.case(self.number)
        assert len({e.once for e in case.escalations}) == len(case.escalations) == self.escalations
        mails = [m for m in self.desk.sent if m.header("x-ombud-notice") == "escalation"]
        assert len(mails) == self.escalations

    @invariant()
    def each_rung_is_climbed_once_in_a_stay(self) -> None:
        stay = Counter(
            e.what for e in self.desk.trail(self.number) if e.at >= self.since and e.what in LADDER
        )
        assert not stay or max(stay.values()) == 1, stay

    @invariant()
    def every_mail_goes_to_whom_it_concerns(self) -> None:
        allowed = {p.address for p in (*STAFF, self.user) if p.key in self.readers}
        for mail in self.desk.sent:
            if SUBJECT in mail.text or SUBJECT in mail.html:
                to = {a.address for a in (*mail.to, *mail.cc)}
                told_off = (
                    {LOANS.address, COLLECTION.address}
                    if mail.header("x-ombud-notice") == "withdrawn"
                    else set()
                )
                assert to <= allowed | told_off, f"{mail.header('x-ombud-notice')} to {to - allowed}"

    @invariant()
    def some_verb_leads_out(self) -> None:
        case, organisation = self.desk.case(self.number), self.desk.office.organisation
        offered = ((by, c.verb) for by in (self.user, *STAFF) for c in choices(case, by, organisation))
        is_final = self.state == "closed" and not self.is_valid and self.has_objected
        assert is_final or any(self._moves(case, *one) for one in offered), (
            f"nobody leads on from {self.state}"
        )

    def _moves(self, case: Case, by: Person, verb: Verb) -> bool:
        words = next(iter(MANAGERS)) if verb is Verb.ASSIGN else "理由"
        act = Act(command=Command(verb=verb, argument=words), by=by, at=self.desk.now)
        outcome = advance(case, act, self.desk.office.organisation, RULES)
        return isinstance(outcome, Step) and outcome.case.state is not case.state

    @invariant()
    def nothing_was_set_aside_and_the_trail_is_whole(self) -> None:
        assert {mail.state for mail in self.desk.mails()} == {"handled"}
        with self.desk.office.engine.begin() as conn:
            assert events.verify(conn) == ""


def test_the_life_of_a_complaint() -> None:
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=False,
    )
    with structlog.testing.capture_logs():
        run_state_machine_as_test(Lifecycle, settings=chosen)
        until = monotonic() + MINUTES * 60
        while monotonic() < until:
            run_state_machine_as_test(Lifecycle, settings=settings(chosen, stateful_step_count=40))
