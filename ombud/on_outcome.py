"""What a reply on an action or decision of the review brings about: done, given another date, taken over by change management.

The owner (or who stands in) and the IT service manager may speak for it. An owner's new date needs a reason, and goes to the
secretary, the IT service manager and the management representative: who set the date can set it back by the same word.
Source: HANDBOOK 6, 8.
"""

from classify.facts import Command, Verb
from classify.people import Role
from ombud import reviewing
from ombud.hand import Hand
from ombud.reply import refuse
from process.case import Party
from process.outcome import Move, Outcome, OutcomeState, due_in, ended, rescheduled
from process.roles import may_act
from process.turn import Refusal
from store import reviews

TOLD_OF_DATES = (Role.IT_SERVICE_MANAGER, Role.MANAGEMENT_REPRESENTATIVE)
_SEPARATORS = " \t\n\u3000,，.。;；:：-—–、()（）"


def command(hand: Hand, outcome: Outcome) -> str:
    """Done or given another date, by the owner or the IT service manager; confirmed or returned, by change management."""
    told = hand.decision.command
    if not _is_theirs(hand, outcome):
        return refuse(hand, Refusal(problem="not_your_role", detail=outcome.owner.name), None)
    if told is None or told.verb is Verb.NOTE:
        return _said(hand, outcome)
    if told.verb is Verb.RESCHEDULE and outcome.is_action:
        return _reschedule(hand, outcome, told)
    state = _next_state(told.verb, outcome)
    if state is None:
        return refuse(hand, Refusal(problem="no_verb"), None)
    if not outcome.is_open:
        return refuse(hand, Refusal(problem="already_done", detail=outcome.owner.name), None)
    if state is OutcomeState.RETURNED and not told.reason:
        return refuse(hand, Refusal(problem="no_reason"), None)
    new = ended(outcome, state, hand.facts.now, told.reason)
    reviews.save_outcome(hand.conn, new)
    reviewing.note(hand.conn, new.number, state.value, hand.facts.now, by=hand.facts.sender, text=told.reason)
    reviewing.tell(hand.post, reviewing.secretaries(hand.office), new, state.value, told.reason)
    return new.number


def _is_theirs(hand: Hand, outcome: Outcome) -> bool:
    organisation, sender = hand.office.organisation, hand.facts.sender
    owner = organisation.person(outcome.owner.address) or outcome.owner.person
    return sender.key in {owner.key, organisation.on_duty(owner).key} or may_act(
        sender, Role.IT_SERVICE_MANAGER, organisation
    )


def _next_state(verb: Verb, outcome: Outcome) -> OutcomeState | None:
    if outcome.is_action:
        return OutcomeState.DONE if verb is Verb.DONE else None
    if verb in (Verb.ACCEPT, Verb.CONFIRM, Verb.APPROVE, Verb.DONE):
        return OutcomeState.CONFIRMED
    return OutcomeState.RETURNED if verb in (Verb.REJECT, Verb.RETURN) else None


def _said(hand: Hand, outcome: Outcome) -> str:
    """A remark on an action is on record and told to the secretary; it changes nothing."""
    text = hand.facts.own_words
    reviewing.note(hand.conn, outcome.number, "noted", hand.facts.now, by=hand.facts.sender, text=text)
    reviewing.tell(hand.post, reviewing.secretaries(hand.office), outcome, "noted", text)
    return outcome.number


def _reschedule(hand: Hand, outcome: Outcome, told: Command) -> str:
    """Another date; the same one again changes nothing."""
    rules, now = hand.office.rules, hand.facts.now
    if not outcome.is_open:
        return refuse(hand, Refusal(problem="already_done", detail=outcome.owner.name), None)
    due_at, why = due_in(told.reason, now, rules.calendar)
    if due_at is None:
        return refuse(hand, Refusal(problem="no_due_date"), None)
    why = why.strip(_SEPARATORS)
    is_manager = may_act(hand.facts.sender, Role.IT_SERVICE_MANAGER, hand.office.organisation)
    if not why and not is_manager:
        return refuse(hand, Refusal(problem="no_reason"), None)
    if due_at == outcome.due_at:
        return outcome.number
    move = Move(at=now, by=Party.of(hand.facts.sender), due_at=outcome.due_at, why=why)
    new = rescheduled(outcome, due_at, move, rules.calendar, hand.office.review_rules.remind_days)
    reviews.save_outcome(hand.conn, new)
    reviewing.note(hand.conn, new.number, "rescheduled", now, by=hand.facts.sender, text=told.reason)
    _tell_date(hand, new, why)
    return new.number


def _tell_date(hand: Hand, outcome: Outcome, why: str) -> None:
    """The owner gets the action anew; who oversees the review hears of it, but for those two who know."""
    reviewing.to_owner(hand.post, outcome, "rescheduled")
    organisation = hand.office.organisation
    acting = (person for role in TOLD_OF_DATES for person in organisation.acting(role))
    people = {person.key: person for person in (*reviewing.secretaries(hand.office), *acting)}
    knowing = {hand.facts.sender.key, organisation.key(outcome.owner.address)}
    told = (person for key, person in people.items() if key not in knowing)
    reviewing.tell(hand.post, told, outcome, "rescheduled", why)
