"""Complaints lived through to the end by the real process, and every notice that this writes on the way."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from classify.facts import Command, Grade, Trust, Verb
from classify.particulars import Particulars
from classify.people import Person, Role
from process import complaint
from process.case import AttachmentNote, Case, Event, Source
from process.opening import Opening, open_case
from process.outgoing import Notice
from process.reminding import climb
from process.roles import owners
from process.turn import Act, Refusal, Step
from tests.company import RULES
from tests.letters.casts import CASTS, Cast
from tests.letters.wording import Wording

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
BELIEVED = Trust(grade=Grade.AUTHENTICATED, reasons=("corp.example: dmarc=pass",))


@dataclass(slots=True)
class Life:
    """One complaint on its way; its notices carry the trail as it was when they were written."""

    wording: Wording
    cast: Cast
    now: datetime = MONDAY
    notices: list[Notice] = field(default_factory=list)
    trail: tuple[Event, ...] = ()
    _case: Case | None = None

    @property
    def case(self) -> Case:
        assert self._case is not None, "not opened yet"
        return self._case

    def open(self, number: int, complainant: Person, **more: object) -> None:
        said = self.wording
        opening = Opening(
            number=f"C-2026-{number:05}",
            received_at=self.now,
            now=self.now,
            complainant=complainant,
            address=complainant.address,
            subject=said.subject,
            text=said.complaint,
            language=said.language,
            fingerprint="3f9a" * 16,
            message_id="first@mail.corp.example",
            attachments=(
                AttachmentNote(
                    filename=said.filename, content_type="image/png", size_bytes=182_340, sha256="a" * 64
                ),
            ),
            particulars=Particulars(
                work_order=said.work_order,
                about=said.about,
                category="response_time",
                severity=said.severity,
                remedy=said.remedy,
            ),
            trust=BELIEVED,
            mail_id=17,
        )
        self._keep(open_case(replace(opening, **more), self.cast.organisation, RULES))  # type: ignore[arg-type]

    def does(self, who: Person | Role, verb: Verb, argument: str = "", text: str = "") -> None:
        """An act, half an hour after what was before it."""
        self.now += timedelta(minutes=30)
        by = self._holder(who) if isinstance(who, Role) else who
        act = Act(command=Command(verb=verb, argument=argument, text=text), by=by, at=self.now, mail_id=18)
        outcome = complaint.advance(self.case, act, self.cast.organisation, RULES)
        assert not isinstance(outcome, Refusal), (verb, by.name, self.case.state, outcome)
        self._keep(outcome)

    def waits(self, **span: float) -> None:
        """Time goes by, and the ladder is climbed."""
        self.now += timedelta(**span)
        self._keep(climb(self.case, self.now, self.cast.organisation, RULES))

    def _holder(self, role: Role) -> Person:
        manager = self.case.department_manager
        return manager.person if role is Role.DEPARTMENT_MANAGER else self.cast.of(role)

    def _keep(self, step: Step) -> None:
        self._case = step.case
        self.trail += step.events
        waits_for = tuple(person.name for person in owners(step.case, self.cast.organisation))
        self.notices += [replace(n, trail=self.trail, waits_for=waits_for) for n in step.notices]


DESK, VERIFIER, MANAGER = Role.SERVICE_DESK, Role.IT_SERVICE_MANAGER, Role.DEPARTMENT_MANAGER
FORMS = {
    "zh": "原因：{0.cause}\n纠正措施：{0.corrective}\n预防措施：{0.preventive}\n责任人：{0.responsible}\n"
    "计划完成：2026-11-25\n实际完成：2026-11-25 15:30",
    "en": "cause: {0.cause}\ncorrective: {0.corrective}\npreventive: {0.preventive}\n"
    "responsible: {0.responsible}\nplanned: 2026-11-25\nactual: 2026-11-25 15:30",
}


def handled(said: Wording) -> Life:
    """Asked, accepted, valid, returned, failed twice, passed, redrafted, told, doubted, not solved, confirmed, disputed."""
    life = Life(said, CASTS[said.language])
    user = life.cast.user
    measures = FORMS[said.language].format(said)
    life.open(17, user)
    life.does(DESK, Verb.ASK, said.question)
    life.waits(days=3)
    life.waits(days=4)
    life.does(user, Verb.INFORM, text=said.information)
    life.does(DESK, Verb.ACCEPT)
    life.does(DESK, Verb.VALID, said.grounds)
    life.does(DESK, Verb.ASSIGN, said.department)
    life.does(MANAGER, Verb.RETURN, said.returned)
    life.does(DESK, Verb.ASSIGN, said.other_department)
    life.does(DESK, Verb.ASSIGN, said.department)
    for _ in range(2):
        life.does(MANAGER, Verb.MEASURES, text=measures)
        life.does(VERIFIER, Verb.FAIL, said.failed)
    life.does(DESK, Verb.NOTE, said.note)
    life.does(MANAGER, Verb.MEASURES, text=measures)
    life.does(VERIFIER, Verb.PASS)
    life.does(DESK, Verb.REJECT, said.rejected)
    life.does(VERIFIER, Verb.PASS)
    life.does(DESK, Verb.APPROVE)
    life.does(user, Verb.UNCLEAR, text=said.unclear)
    life.does(user, Verb.INFORM, text=said.information)
    life.waits(days=4)
    life.waits(days=4)
    life.does(user, Verb.NOT_SOLVED, text=said.not_solved)
    life.does(MANAGER, Verb.MEASURES, text=measures)
    life.does(VERIFIER, Verb.PASS)
    life.does(DESK, Verb.APPROVE)
    life.does(user, Verb.CONFIRM, text=said.confirmed)
    life.does(user, Verb.RATE, "1")
    life.does(user, Verb.NOT_SOLVED, text=said.not_solved)
    return life


def not_valid(said: Wording, earlier: Case) -> Life:
    """A VIP's by a delegate, perhaps a repeat; not valid, objected to, decided, told again after silence."""
    life = Life(said, CASTS[said.language], now=MONDAY + timedelta(days=1))
    boss, secretary = life.cast.vip, life.cast.secretary
    life.open(18, secretary, on_behalf_of=boss, earlier=(earlier,))
    life.does(DESK, Verb.ACCEPT)
    life.does(DESK, Verb.INVALID, said.invalid)
    life.waits(days=4)
    life.does(secretary, Verb.NOT_SOLVED, text=said.objection)
    life.does(Role.MANAGEMENT_REPRESENTATIVE, Verb.INVALID, said.invalid)
    return life


def late(said: Wording) -> Life:
    """Nobody does anything in time, at any step; closed by the desk."""
    life = Life(said, CASTS[said.language])
    life.open(19, life.cast.user, source=Source.PHONE, recorder=life.cast.of(DESK))
    steps = (
        (DESK, Verb.ACCEPT, ""),
        (DESK, Verb.VALID, said.grounds),
        (DESK, Verb.ASSIGN, said.department),
        (MANAGER, Verb.MEASURES, said.corrective),
        (VERIFIER, Verb.PASS, ""),
        (DESK, Verb.APPROVE, ""),
        (DESK, Verb.CLOSE, said.grounds),
    )
    for who, verb, words in steps:
        life.waits(hours=2.1)
        life.waits(days=1)
        life.waits(days=6)
        life.does(who, verb, words)
    return life


def by_telephone(said: Wording) -> Life:
    """A complainant without an address, who has to be rung up."""
    life = Life(said, CASTS[said.language])
    caller = replace(life.cast.user, key="name:caller", addresses=(), is_in_directory=False)
    life.open(20, caller, source=Source.PHONE, recorder=life.cast.of(DESK), address="", may_escalate=False)
    life.does(DESK, Verb.ACCEPT)
    life.does(DESK, Verb.INVALID, said.invalid)
    life.waits(days=4)
    return life
