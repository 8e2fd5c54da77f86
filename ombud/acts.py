"""What each kind of mail brings about: the acts of the service, in the transaction of its mail.

One function for each kind that does something, chosen in `ACTS`; every other kind stays for the desk.
Each returns the number of the matter that the mail belongs to, '' when there is none.
Source: HANDBOOK 7, 8.
"""

from collections.abc import Callable
from dataclasses import replace

from classify import answer, form
from classify.facts import AnswerMeaning, Awaiting, Command, Grade, Kind, Trust, Verb
from classify.people import Role
from classify.trust import Capability
from ingest.parse import parse
from ombud.admit import Incoming, admit, admit_in_hand, admit_on_behalf
from ombud.gather import who
from ombud.hand import Hand
from process import complaint
from process.case import Case
from process.outgoing import Choice, Notice
from process.roles import is_staff, may_act, may_read
from process.turn import Refusal
from store import complaints, inbox, labels

ANSWER_VERBS = {
    AnswerMeaning.CONFIRM: Verb.CONFIRM,
    AnswerMeaning.NOT_SOLVED: Verb.NOT_SOLVED,
    AnswerMeaning.MORE_INFORMATION: Verb.INFORM,
    AnswerMeaning.UNCLEAR: Verb.UNCLEAR,
}
WRITTEN_BY_PROGRAMS = (Kind.BOUNCE, Kind.LOOP, Kind.AUTOMATIC_REPLY, Kind.LIST_OR_BULK)
QUESTIONS = (Awaiting.CONFIRMATION, Awaiting.OBJECTION, Awaiting.RATING)


def carry_out(hand: Hand) -> str:
    """Does what the decision asks for; the matter's number."""
    act = ACTS.get(hand.decision.kind)
    number = act(hand) if act else ""
    if hand.facts.foreign_number and hand.decision.kind not in WRITTEN_BY_PROGRAMS:
        hand.alert("foreign_number", hand.facts.foreign_number)
    return number


def _recorded_form(hand: Hand) -> str:
    if not hand.may(Capability.RECORD_FOR_OTHERS):
        return _forged(hand)
    return admit_on_behalf(hand)


def _ask(hand: Hand) -> str:
    """The desk is asked whether this is a complaint; the mail itself is the matter."""
    hand.ask_desk(
        "ask_complaint",
        {"evidence": hand.decision.evidence},
        Choice(verb=Verb.COMPLAINT),
        Choice(verb=Verb.NO_COMPLAINT),
    )
    return ""


def _bounce(hand: Hand) -> str:
    """A mail of ours that did not arrive for good is told to the desk: call instead."""
    report, number = hand.facts.bounce, hand.facts.bounced_number
    failed = [r for r in report.recipients if r.is_permanent] if report else []
    if number and failed:
        words = ", ".join(f"{recipient.address} {recipient.status}".strip() for recipient in failed)
        hand.alert("bounced", f"{number}: {words}")
    return number


def _forged(hand: Hand) -> str:
    """Nothing is done for a sender who is not believed; the desk is told."""
    hand.alert("forged", "; ".join(hand.facts.trust.reasons))
    return ""


def _answer(hand: Hand) -> str:
    """The complainant's words on their own complaint."""
    matter = hand.facts.matter
    if matter is None:
        return ""
    if not hand.may(Capability.ANSWER):
        return _forged(hand)
    return _advance(hand, matter.number, _answer_command(hand))


def _answer_command(hand: Hand) -> Command:
    matter, text = hand.facts.matter, hand.facts.own_words
    awaiting = matter.awaiting if matter else None
    if awaiting is Awaiting.RATING and (rating := answer.rating(text)):
        return Command(verb=Verb.RATE, argument=rating, text=text)
    if awaiting not in QUESTIONS:
        return Command(verb=Verb.INFORM, text=text)
    verb = ANSWER_VERBS[hand.decision.answer or answer.meaning(text, hand.office.words).meaning]
    # A closed complaint asks nothing but its rating: only a dispute moves it again.
    is_idle = awaiting is Awaiting.RATING and verb is not Verb.NOT_SOLVED
    return Command(verb=Verb.INFORM if is_idle else verb, text=text)


def _command(hand: Hand) -> str:
    """A verb of the staff (or anybody's 'status'), carried out or answered with what was wrong."""
    matter = hand.facts.matter
    if matter is None:
        return _refuse(hand, Refusal(problem="no_matter"), None)
    if matter.number.startswith("M-"):
        return _answer_about_mail(hand, matter.number)
    case, command = complaints.get(hand.conn, matter.number), _staff_command(hand)
    if not hand.may(Capability.COMMAND):
        return _refuse(hand, Refusal(problem="not_proven", detail="; ".join(hand.facts.trust.reasons)), case)
    if command is None:
        return _refuse(hand, Refusal(problem="no_verb"), case)
    if command.verb is Verb.STATUS:
        return _reply(hand, case, "status", {})
    return _advance(hand, matter.number, command)


def _staff_command(hand: Hand) -> Command | None:
    """The verb, or 'measures' when a filled-in form of measures came without one."""
    if hand.decision.command is None and form.read(hand.facts.own_words):
        return Command(verb=Verb.MEASURES, text=hand.facts.own_words)
    return hand.decision.command


def _advance(hand: Hand, number: str, command: Command) -> str:
    case = complaints.get(hand.conn, number)
    if case is None:
        return ""
    outcome = complaint.advance(case, hand.act(command), hand.office.organisation, hand.office.rules)
    if isinstance(outcome, Refusal):
        return _refuse(hand, outcome, case)
    hand.keep(outcome)
    return number


def _refuse(hand: Hand, refusal: Refusal, case: Case | None) -> str:
    """What was wrong and what can be done; somebody who is not believed learns nothing."""
    is_known = hand.facts.is_party or is_staff(hand.facts.sender, hand.office.organisation)
    if hand.facts.trust.grade is Grade.FAILED or not is_known:
        return _forged(hand)
    return _reply(hand, case, "not_understood", {"problem": refusal.problem, "detail": refusal.detail})


def _reply(hand: Hand, case: Case | None, template: str, facts: dict[str, str]) -> str:
    """An answer to the mail in hand, with what its sender may do about the case."""
    sender, mail, organisation = hand.facts.sender, hand.facts.mail, hand.office.organisation
    matter = hand.facts.matter
    if case is not None and not (hand.facts.is_party or may_read(sender, case, organisation)):
        case = None
    hand.post.send(
        Notice(
            template=template,
            to=replace(sender, addresses=(mail.sender.address,)),
            matter=case.number if case else matter.number if matter else "",
            case=case,
            choices=complaint.choices(case, sender, organisation) if case else (),
            facts=facts,
            quoted=hand.quoted,
            is_reply=True,
            in_reply_to=mail.message_id,
            references=(*mail.references, mail.message_id) if mail.message_id else (),
            language=sender.language or mail.language,
        )
    )
    return case.number if case else ""


def _answer_about_mail(hand: Hand, number: str) -> str:
    """The desk says whether a mail is a complaint; the first answer counts, and is kept as a label."""
    command = hand.decision.command
    if not may_act(hand.facts.sender, Role.SERVICE_DESK, hand.office.organisation):
        return _refuse(hand, Refusal(problem="not_your_role"), None)
    if not hand.may(Capability.COMMAND):
        return _refuse(hand, Refusal(problem="not_proven"), None)
    mail_id = int(number.removeprefix("M-"))
    if command is not None and command.verb in (Verb.RELEASE, Verb.DISCARD):
        return _set_aside(hand, mail_id, command.verb)
    if command is None or command.verb not in (Verb.COMPLAINT, Verb.NO_COMPLAINT):
        return _refuse(hand, Refusal(problem="no_verb"), None)
    return _label(hand, mail_id, command.verb is Verb.COMPLAINT)


def _set_aside(hand: Hand, mail_id: int, verb: Verb) -> str:
    """A mail that was set aside is handled again or left for good."""
    decide = inbox.release if verb is Verb.RELEASE else inbox.discard
    try:
        decide(hand.conn, mail_id, hand.facts.now)
    except LookupError:
        return _refuse(hand, Refusal(problem="not_set_aside"), None)
    return ""


def _label(hand: Hand, mail_id: int, is_complaint: bool) -> str:
    stored = inbox.get(hand.conn, mail_id)
    if stored is None:
        return _refuse(hand, Refusal(problem="no_matter"), None)
    by = hand.facts.sender.key
    if stored.matter.startswith("C-") or not labels.add(hand.conn, mail_id, is_complaint, by, hand.facts.now):
        return _refuse(hand, Refusal(problem="already_done", detail=stored.matter), None)
    if not is_complaint:
        return ""
    mail, organisation = parse(stored.content), hand.office.organisation
    sender = who(mail.sender, organisation)
    number = admit(
        hand,
        Incoming(
            mail=mail,
            mail_id=mail_id,
            received_at=stored.received_at,
            sender=sender,
            trust=_as_it_came(stored.trust, organisation.disguise(mail.sender.name, sender)),
        ),
    )
    inbox.set_matter(hand.conn, mail_id, number)
    return number


def _as_it_came(grade: str, disguise: tuple[str, ...]) -> Trust:
    """The grade that the mail got when it came: the desk's word makes it a complaint, not authentic."""
    found = Grade(grade) if grade in set(Grade) else Grade.UNKNOWN
    return Trust(grade=found, reasons=("按来信时的判定 / as found when the mail came",), disguise=disguise)


ACTS: dict[Kind, Callable[[Hand], str]] = {
    Kind.BOUNCE: _bounce,
    Kind.COMMAND: _command,
    Kind.ANSWER: _answer,
    Kind.RECORDED_FORM: _recorded_form,
    Kind.COMPLAINT: admit_in_hand,
    Kind.ASK: _ask,
}
