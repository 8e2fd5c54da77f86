"""The one door by which a complaint comes in: by mail, by telephone, from a call-back or a survey.

`open_case` gives step 01 whole: the record, its trail, the acknowledgement, the task of the desk, and
the escalation of a VIP's or a repeated complaint.
Source: HANDBOOK 2, steps 01 and 04, 'Escalation'.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from classify import bilingual
from classify.escalation import Account, Likeness, likeness, vip_reason
from classify.facts import Command, Grade, Trust, Verb
from classify.particulars import Particulars
from classify.people import Organisation, Person, Role
from classify.token import numbers_in
from process.case import AttachmentNote, Case, Event, Party, Source, State, Stay
from process.ladder import due_from
from process.outgoing import Choice, Notice
from process.repeats import BY_MAIL
from process.rules import Rules
from process.turn import Act, Cause, Step, Turn, escalate, judgements_of_doubt, letter, on_ladder

TEXT_CHARS_MAX = 20_000
"""Of the complaint's text on the record form; the mail itself is stored whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A complaint as it came in."""

    number: str
    received_at: datetime
    now: datetime
    complainant: Person
    address: str
    """The complainant wrote from here, and is answered here; '' when only a telephone is known."""
    on_behalf_of: Person | None = None
    recorder: Person | None = None
    source: Source = Source.MAIL
    subject: str
    """Base subject (RFC 5256)."""
    text: str
    language: str
    fingerprint: str
    message_id: str = ""
    attachments: tuple[AttachmentNote, ...] = ()
    particulars: Particulars = field(default_factory=Particulars)
    earlier: tuple[Case, ...] = ()
    """Complaints of the same person within the window, newest first."""
    may_escalate: bool = True
    """Whether the sender is believed enough for a VIP's name to move the general manager, and…"""
    may_repeat: bool = True
    """…for an earlier complaint of theirs to do so."""
    trust: Trust | None = None
    mail_id: int | None = None


Earlier = list[tuple[Case, str]]
"""Earlier complaints, each with what it is held to be."""


def open_case(opening: Opening, organisation: Organisation, rules: Rules) -> Step:
    """Step 01: the recorded case, and all that goes out at once."""
    repeats, doubtful = _earlier_on_the_matter(opening, rules.repeat_similarity)
    vip = _vip_reason(opening, organisation, opening.now.astimezone(rules.calendar.timezone).date())
    case = replace(
        _record(opening, rules),
        is_vip=bool(vip),
        related=tuple(earlier.number for earlier, _ in repeats),
        doubtful=tuple(earlier.number for earlier, _ in doubtful),
    )
    turn = _turn(case, opening, organisation, rules)
    recorded = turn.event("recorded", opening.subject)
    escalated = _escalations(turn, vip if opening.may_escalate else "", repeats if opening.may_repeat else [])
    turn = replace(turn, case=escalated.case)
    notices = (*_acknowledge(turn), *_task(turn, _warnings(turn.case, opening, vip, (repeats, doubtful))))
    step = turn.step(recorded, *escalated.events, notices=notices)
    return replace(step, notices=(*step.notices, *escalated.notices))


def _record(opening: Opening, rules: Rules) -> Case:
    found = opening.particulars
    due_at = due_from(opening.now, State.RECORDED, rules)
    case = Case(
        number=opening.number,
        state=State.RECORDED,
        language=opening.language,
        source=opening.source,
        received_at=opening.received_at,
        recorded_at=opening.now,
        recorder=Party.of(opening.recorder) if opening.recorder else Party(),
        complainant=Party.of(opening.complainant, address=opening.address),
        trust=opening.trust,
        on_behalf_of=Party.of(opening.on_behalf_of) if opening.on_behalf_of else Party(),
        subject=opening.subject,
        text=opening.text[:TEXT_CHARS_MAX],
        fingerprint=opening.fingerprint,
        mail_message_id=opening.message_id,
        attachments=opening.attachments,
        work_order=found.work_order,
        about=found.about,
        about_keys=found.about_keys,
        category=found.category,
        severity=found.severity,
        remedy=found.remedy,
        since=opening.now,
        due_at=due_at,
        stays=(Stay(state=State.RECORDED, since=opening.now, due_at=due_at),),
    )
    return on_ladder(case, 0, rules)


def _turn(case: Case, opening: Opening, organisation: Organisation, rules: Rules) -> Turn:
    """Recording is an act of whoever wrote the mail: the recorder, else the complainant."""
    act = Act(
        command=Command(verb=Verb.COMPLAINT, text=opening.text),
        by=opening.recorder or opening.complainant,
        at=opening.now,
        mail_id=opening.mail_id,
        message_id=opening.message_id,
    )
    role = Role.SERVICE_DESK if opening.recorder else Role.COMPLAINANT
    return Turn(case=case, act=act, role=role, organisation=organisation, rules=rules)


def _vip_reason(opening: Opening, organisation: Organisation, day: date) -> str:
    """Why the complaint is a VIP's: of the complainant, or of the person on whose behalf it is."""
    for person in (opening.complainant, opening.on_behalf_of):
        reason = vip_reason(person, organisation, day) if person else ""
        if person and reason:
            return bilingual.noted(person.name, reason)
    return ""


def _earlier_on_the_matter(opening: Opening, same_at: float) -> tuple[Earlier, Earlier]:
    """The earlier complaints on the same matter with the evidence, and the doubtful ones."""
    found: dict[Likeness, Earlier] = {likeness: [] for likeness in Likeness}
    for case in opening.earlier:
        verdict, evidence = _compared(opening, case, same_at)
        found[verdict].append((case, evidence))
    return found[Likeness.SAME], found[Likeness.DOUBTFUL]


def _compared(opening: Opening, case: Case, same_at: float) -> tuple[Likeness, str]:
    """Whether an earlier complaint is on the same matter, and why.

    Where a delegate does not say for whom they write, it may be a matter of their own: no text decides that.
    """
    if case.number in numbers_in(f"{opening.subject}\n{opening.text}"):
        return Likeness.SAME, bilingual.NAMES_NUMBER
    work_order = opening.particulars.work_order
    new = Account(subject=opening.subject, text=opening.text, work_order=work_order)
    old = Account(subject=case.subject, text=case.text, work_order=case.work_order)
    verdict, evidence = likeness(new, old, same_at)
    principal = opening.on_behalf_of or opening.complainant
    if principal.key == (case.on_behalf_of if case.on_behalf_of.is_known else case.complainant).key:
        return verdict, evidence
    if verdict is not Likeness.SAME:
        return Likeness.DIFFERENT, evidence
    if work_order and work_order == case.work_order:
        return verdict, evidence
    return Likeness.DOUBTFUL, f"{evidence}; {bilingual.FOR_WHOM}"


def _escalations(turn: Turn, vip: str, repeats: list[tuple[Case, str]]) -> Step:
    events: tuple[Event, ...] = ()
    step = Step(case=turn.case)
    causes = []
    if vip:
        causes.append(Cause(once="vip", reason="vip", evidence=vip))
    if repeats:
        causes.append(Cause(once=BY_MAIL, reason="repeat", evidence=_listed(repeats)))
    for cause in causes:
        done = escalate(replace(turn, case=step.case), cause)
        events = (*step.events, *done.events)
        step = Step(case=done.case, events=events, notices=(*step.notices, *done.notices))
    return step


def _acknowledge(turn: Turn) -> tuple[Notice, ...]:
    return turn.to_complainant(letter("acknowledgement", Verb.STATUS))


def _warnings(case: Case, opening: Opening, vip: str, earlier: tuple[Earlier, Earlier]) -> Iterator[str]:
    """What the desk must know before it believes the mail, in both languages."""
    repeats, doubtful = earlier
    if opening.trust:
        if opening.trust.grade is Grade.FAILED:
            yield bilingual.PERHAPS_FORGED
        yield from opening.trust.disguise
    if vip and not opening.may_escalate:
        yield f"{bilingual.NO_VIP}: {vip}"
    if repeats and not opening.may_repeat:
        yield f"{bilingual.NO_REPEAT}: {_listed(repeats)}"
    if doubtful:
        yield f"{bilingual.PERHAPS_SAME}: {_listed(doubtful)}"
    if case.about_keys:
        yield f"{bilingual.ABOUT}: {case.about}"


def _listed(earlier: Earlier) -> str:
    return "; ".join(f"{case.number} ({evidence})" for case, evidence in earlier)


def _task(turn: Turn, warnings: Iterable[str]) -> tuple[Notice, ...]:
    task = letter("task_accept", Verb.ACCEPT, Verb.ASK, warning="\n".join(warnings))
    choices = (*task.choices, *judgements_of_doubt(turn.case), Choice(verb=Verb.NOTE))
    return turn.to_role(Role.SERVICE_DESK, replace(task, choices=choices))
