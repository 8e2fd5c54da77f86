"""What a mail on a complaint brings about: the complainant's answers, the verbs of the staff.

Source: HANDBOOK 2 (steps 02-10), 8.
"""

from dataclasses import replace

from classify import answer, filled_form, form
from classify.facts import AnswerMeaning, Awaiting, Command, Verb
from classify.trust import Capability
from ombud import quoted_form
from ombud.hand import Hand
from ombud.reply import forged, refuse, reply
from process import complaint
from process.case import Case
from process.record_form import MEASURES
from process.roles import may_read
from process.turn import Refusal
from store import complaints

ANSWER_VERBS = {
    AnswerMeaning.CONFIRM: Verb.CONFIRM,
    AnswerMeaning.NOT_SOLVED: Verb.NOT_SOLVED,
    AnswerMeaning.MORE_INFORMATION: Verb.INFORM,
    AnswerMeaning.UNCLEAR: Verb.UNCLEAR,
}
QUESTIONS = (Awaiting.CONFIRMATION, Awaiting.OBJECTION, Awaiting.RATING)


def answered(hand: Hand) -> str:
    """The complainant's words on their own complaint."""
    matter = hand.facts.matter
    if matter is None:
        return ""
    if not hand.may(Capability.ANSWER):
        return forged(hand)
    return advance(hand, matter.number, _answer_command(hand))


def _answer_command(hand: Hand) -> Command:
    matter, text = hand.facts.matter, hand.facts.own_words
    awaiting = matter.awaiting if matter else None
    if awaiting is Awaiting.RATING and (rating := answer.rating(text)):
        return Command(verb=Verb.RATE, argument=rating, text=text)
    if awaiting not in QUESTIONS:
        return Command(verb=Verb.INFORM, text=text, fields=form.read(text))
    verb = ANSWER_VERBS[hand.decision.answer or answer.meaning(text, hand.office.words).meaning]
    # A closed complaint asks nothing but its rating: only a dispute moves it again.
    is_idle = awaiting is Awaiting.RATING and verb is not Verb.NOT_SOLVED
    return Command(verb=Verb.INFORM if is_idle else verb, text=text)


def command(hand: Hand, number: str) -> str:
    """A verb of the staff (or anybody's 'status'), carried out or answered with what was wrong."""
    case, told = complaints.get(hand.conn, number), _staff_command(hand, number)
    if told is not None and told.verb is Verb.STATUS:
        return _status(hand, case)
    if not hand.may(Capability.COMMAND):
        return refuse(hand, _unproven(hand), case)
    if told is None:
        return refuse(hand, Refusal(problem="no_verb"), case)
    return advance(hand, number, told)


def _status(hand: Hand, case: Case | None) -> str:
    """Where a complaint stands: it changes nothing and goes to the sender's own address, so no token is needed."""
    if not hand.may(Capability.ANSWER):
        return forged(hand)
    if case is None or not may_read(hand.facts.sender, case, hand.office.organisation):
        return refuse(hand, Refusal(problem="not_yours"), None)
    return reply(hand, case, "status", {})


def _unproven(hand: Hand) -> Refusal:
    """Nothing proves that it answers a mail of ours to this person; or that mail is too old by now."""
    if hand.facts.has_expired_token:
        return Refusal(problem="expired")
    return Refusal(problem="not_proven", detail="; ".join(hand.facts.trust.reasons))


def _staff_command(hand: Hand, number: str) -> Command | None:
    """The verb, or 'measures' when a filled-in form of measures came without one; with what the form says.

    A verb of another process ('已完成' above the form) is none here.
    """
    told, facts = hand.decision.command, hand.facts
    told = told if told and told.verb in (*complaint.VERBS, Verb.STATUS) else None
    if told is not None and told.verb is not Verb.MEASURES:
        return told
    filled = filled_form.read(facts.mail, facts.own_words, number, MEASURES)
    fields = filled.fields or quoted_form.read(hand, MEASURES)
    if told is None and not fields and not filled.trouble:
        particulars = form.read(facts.own_words)
        return Command(verb=Verb.INFORM, text=facts.own_words, fields=particulars) if particulars else None
    words = told or Command(verb=Verb.MEASURES, text=facts.own_words if fields else "")
    return replace(words, fields=fields, trouble=filled.trouble)


def advance(hand: Hand, number: str, told: Command) -> str:
    """A verb on a complaint carried out or refused; its number."""
    case = complaints.get(hand.conn, number)
    if case is None:
        return ""
    outcome = complaint.advance(case, hand.act(told), hand.office.organisation, hand.office.rules)
    if isinstance(outcome, Refusal):
        return refuse(hand, outcome, case)
    hand.keep(outcome)
    return number
