"""Steps 02 and 03: accept, ask for particulars, judge validity, decide an objection.

Source: HANDBOOK 2, rows 02 and 03.
"""

from dataclasses import replace

from classify.facts import Verb
from classify.people import Role
from process.case import Closing, Judgement, State
from process.dispatch import suggestions
from process.ladder import hours_left, resumed_due
from process.outgoing import Choice
from process.particulars import missing, taken_up
from process.turn import Act, Refusal, Step, Turn, letter

JUDGE = (Verb.VALID, Verb.INVALID, Verb.ASK, Verb.NOTE)
ACCEPT = (Verb.ACCEPT, Verb.ASK, Verb.NOTE)


def judgement(act: Act, is_yes: bool, by: Turn) -> Judgement:
    """A yes or no of the actor, with their reason."""
    return Judgement(is_yes=is_yes, by=by.actor, at=act.at, reason=by.reason)


def accept(turn: Turn) -> Step | Refusal:
    """02 → 03: the engineer who accepts owns the complaint from here on."""
    turn = turn.become(state=State.ACCEPTED, accepted=judgement(turn.act, True, turn))
    return turn.step(turn.event("accepted", turn.reason), notices=turn.to_owner(letter("task_judge", *JUDGE)))


def ask(turn: Turn) -> Step | Refusal:
    """The complainant is asked for particulars; nobody is waited for meanwhile."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    if not turn.case.complainant.address:
        return Refusal(problem="wrong_state", detail=turn.case.complainant.phone)
    is_again = turn.case.state is State.ASKED
    left = turn.case.left_hours if is_again else hours_left(turn.act.at, turn.case.due_at, turn.rules)
    turn = turn.become(state=State.ASKED, left_hours=left, question=turn.reason)
    offered = missing(turn.case)
    fill_in = (Choice(verb=Verb.INFORM, fields=offered),) if offered else ()
    question = replace(letter("request_particulars", question=turn.reason), choices=fill_in)
    return turn.step(turn.event("asked", turn.reason), notices=turn.to_complainant(question))


def particulars(turn: Turn) -> Step | Refusal:
    """The complainant answered: back to where the question was asked."""
    turn, told = taken_up(turn)
    is_accepted = turn.case.accepted is not None
    due_at = resumed_due(turn.act.at, turn.case.left_hours, turn.rules)
    turn = turn.become(state=State.ACCEPTED if is_accepted else State.RECORDED, due_at=due_at)
    template, verbs = ("task_judge", JUDGE) if is_accepted else ("task_accept", ACCEPT)
    task = letter(template, *verbs, information=turn.reason)
    return turn.step(turn.event("informed", turn.reason), notices=(*turn.to_owner(task), *told))


def valid(turn: Turn) -> Step | Refusal:
    """03 → 05: true on investigation; the desk chooses the department."""
    turn = turn.become(state=State.VALID, valid=judgement(turn.act, True, turn))
    return turn.step(turn.event("judged_valid", turn.reason), notices=turn.to_owner(suggestions(turn)))


def invalid(turn: Turn) -> Step | Refusal:
    """03: the complainant is told the reason first, and may object once."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    turn = turn.become(state=State.NOT_VALID, valid=judgement(turn.act, False, turn))
    told = letter("not_valid", Verb.CONFIRM, Verb.NOT_SOLVED, reason=turn.reason)
    return turn.step(turn.event("judged_invalid", turn.reason), notices=turn.to_complainant(told))


def objected(turn: Turn) -> Step | Refusal:
    """03: the complainant objects; the management representative decides."""
    if turn.case.has_objected:
        news = letter("news", what="disputed", text=turn.reason)
        return turn.step(turn.event("objected_again", turn.reason), notices=turn.to_owner(news))
    turn = turn.become(state=State.OBJECTED, has_objected=True, user_answer=turn.reason, closing=None)
    decide = letter("task_decide", Verb.VALID, Verb.INVALID, Verb.NOTE, objection=turn.reason)
    notices = (
        *turn.to_role(Role.MANAGEMENT_REPRESENTATIVE, decide),
        *turn.to_owner(letter("news", what="objected", text=turn.reason)),
    )
    return turn.step(turn.event("objected", turn.reason), notices=notices)


def overruled(turn: Turn) -> Step | Refusal:
    """03 → 10: the management representative upholds 'not valid'; the complainant is told why."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    closing = Closing(by=turn.actor, at=turn.act.at, how="not_valid", reason=turn.reason)
    turn = turn.become(state=State.CLOSED, closing=closing, valid=judgement(turn.act, False, turn))
    notices = (
        *turn.to_complainant(letter("closure")),
        *turn.to_owner(letter("news", what="closed", text=turn.reason)),
    )
    events = (turn.event("judged_invalid", turn.reason), turn.event("closed", turn.reason))
    return turn.step(*events, notices=notices)
