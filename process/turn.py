"""One turn of a complaint: who said what about which case, and what follows from it.

A step function takes a `Turn` and returns a `Step` (the next case, its trail, the mails to write) or
a `Refusal` (what was wrong; nothing changes). Everything here is a value or makes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from classify.bilingual import listed
from classify.facts import Command, Verb
from classify.people import Organisation, Person, Role
from process.case import AttachmentNote, Case, Escalation, Event, Party, State, Stay
from process.ladder import due_from, rungs
from process.outgoing import Choice, Notice, Quoted
from process.roles import engineers, holders
from process.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Somebody's words on a case, read as a verb."""

    command: Command
    by: Person
    at: datetime
    mail_id: int | None = None
    message_id: str = ""
    """Of the mail that says it; the answer is threaded under it."""
    answered_at: datetime | None = None
    """When the mail of ours was written that this one answers; None when it answers none."""
    attachments: tuple[AttachmentNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What follows: the next case, the lines for its trail, the mails to write."""

    case: Case
    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing changes, and the sender is told why (template not_understood, facts problem)."""

    problem: str
    detail: str = ""
    what: str = ""
    """What somebody did before, as the trail calls it, and…"""
    at: datetime | None = None
    """…when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """All that a step function needs to know."""

    case: Case
    act: Act
    role: Role
    """In which the actor acts."""
    organisation: Organisation
    rules: Rules

    @property
    def actor(self) -> Party:
        return Party.of(self.act.by)

    @property
    def reason(self) -> str:
        return self.act.command.reason

    def event(self, what: str, text: str = "") -> Event:
        """A line of the trail for what the actor did."""
        return Event(
            at=self.act.at,
            actor=self.actor,
            role=self.role.value,
            what=what,
            text=text,
            mail_id=self.act.mail_id,
        )

    def become(self, **changes: object) -> "Turn":
        """This turn with the case changed; a change of state starts its clock and ladder."""
        state = changes.get("state")
        if isinstance(state, State):
            changes.setdefault("due_at", due_from(self.act.at, state, self.rules))
            changes["since"] = self.act.at
            stay = Stay(state=state, since=self.act.at, due_at=changes["due_at"])  # type: ignore[arg-type]
            changes["stays"] = (*self.case.stays, stay)
        case = replace(self.case, **changes)  # type: ignore[arg-type]
        return replace(self, case=on_ladder(case, 0, self.rules) if "since" in changes else case)

    def step(self, *events: Event, notices: tuple[Notice, ...] = ()) -> Step:
        """The step to this turn's case; every notice carries the case as it stands now."""
        return Step(
            case=self.case,
            events=events,
            notices=tuple(replace(notice, case=self.case) for notice in notices),
        )

    def notice(self, template: str, to: Person, **extra: object) -> Notice:
        """A notice on this case, threaded under what its recipient wrote last."""
        return _threaded(Notice(template=template, to=to, matter=self.case.number, **extra), self)  # type: ignore[arg-type]

    def to_role(self, role: Role, letter: "Letter") -> tuple[Notice, ...]:
        """One notice for each holder of a role: tokens are bound to a person."""
        return tuple(self.letter(letter, person) for person in holders(role, self.case, self.organisation))

    def to_owner(self, letter: "Letter") -> tuple[Notice, ...]:
        """To the engineer who accepted the complaint, else to the whole desk; a task also asks what is in doubt."""
        if letter.choices:
            letter = replace(letter, choices=(*letter.choices, *judgements_of_doubt(self.case)))
        return tuple(self.letter(letter, person) for person in engineers(self.case, self.organisation))

    def to_complainant(self, letter: "Letter") -> tuple[Notice, ...]:
        """To the complainant; nothing when no address is known (a telephone complaint)."""
        if not self.case.complainant.address:
            return ()
        return (self.letter(letter, self.case.complainant.person),)

    def letter(self, letter: "Letter", to: Person) -> Notice:
        absent = listed(person.name for person in self.organisation.absent(to))
        return self.notice(
            letter.template,
            to,
            choices=letter.choices,
            facts={**letter.facts, "stands_in_for": absent} if absent else letter.facts,
            cc=letter.cc,
            quoted=letter.quoted,
            shown=letter.shown,
            has_form=letter.has_form,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a notice says, before it is known to whom it goes."""

    template: str
    choices: tuple[Choice, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    cc: tuple[Person, ...] = ()
    quoted: Quoted | None = None
    shown: object = None
    has_form: bool = False


def judgements_of_doubt(case: Case) -> tuple[Choice, ...]:
    """The desk's two answers for each earlier complaint that may be on the same matter (`repeats`)."""
    return tuple(
        Choice(verb=verb, argument=number) for number in case.doubtful for verb in (Verb.SAME, Verb.DIFFERENT)
    )


def letter(template: str, *verbs: Verb, **facts: str) -> Letter:
    """A letter that offers some verbs; facts without a value are left out."""
    return Letter(
        template=template,
        choices=tuple(Choice(verb=verb) for verb in verbs),
        facts={name: value for name, value in facts.items() if value},
    )


def _threaded(notice: Notice, turn: Turn) -> Notice:
    original = turn.case.mail_message_id
    references = (original,) if original else ()
    if notice.to.key == turn.act.by.key and turn.act.message_id:
        return replace(
            notice,
            is_reply=True,
            in_reply_to=turn.act.message_id,
            references=(*references, turn.act.message_id),
        )
    if notice.to.key == turn.case.complainant.key:
        return replace(notice, in_reply_to=original, references=references)
    return replace(notice, references=references)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a complaint is escalated, and what makes this escalation unique within it."""

    once: str
    reason: str
    """'vip', 'repeat' or 'second_failure'."""
    evidence: str
    to: Role = Role.GENERAL_MANAGER


def escalate(turn: Turn, cause: Cause) -> Step:
    """The turn's case escalated, CC the IT service manager; nothing new when this cause was used.

    Source: HANDBOOK 2 'Escalation'. The second failed verification goes to the management
    representative (step 07).
    """
    case = turn.case
    recipients = holders(cause.to, case, turn.organisation)
    if cause.once in {escalation.once for escalation in case.escalations} or not recipients:
        return Step(case=case)
    to = recipients[0]
    entry = Escalation(
        once=cause.once, to=Party.of(to), at=turn.act.at, reason=cause.reason, evidence=cause.evidence
    )
    turn = turn.become(escalations=(*case.escalations, entry))
    copied = holders(Role.IT_SERVICE_MANAGER, case, turn.organisation)
    notice = turn.letter(
        Letter(
            template="escalation",
            choices=(Choice(verb=Verb.NOTE), Choice(verb=Verb.STATUS)),
            facts={"reason": cause.reason, "evidence": cause.evidence},
            cc=tuple(person for person in copied if person.key != to.key),
        ),
        to,
    )
    text = f"{cause.reason}: {cause.evidence} → {to.name}"
    event = replace(turn.event("escalated", text), actor=Party(), role="")
    return turn.step(event, notices=(notice,))


def on_ladder(case: Case, rung: int, rules: Rules) -> Case:
    """The case with so many rungs of its present ladder behind it."""
    ladder = rungs(case.state, case.since or case.recorded_at, case.due_at, rules)
    return replace(case, rung=rung, remind_at=ladder[rung].at if rung < len(ladder) else None)
