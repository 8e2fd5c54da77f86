"""Steps 08 to 10: tell the user, hear whether it is solved, close; and reopen what is disputed.

Nothing is closed here that was not verified (07) or judged not valid (03): the table in
`complaint.py` lets these steps begin only in the states after those.
Source: HANDBOOK 2, rows 08-10, 'Closing', 'Escalation'.
"""

from dataclasses import replace

from classify import bilingual
from classify.facts import Verb
from classify.form import read as read_form
from classify.people import Role
from process.case import Closing, Event, Measures, State
from process.dispatch import dispatched, noted_on_form, suggestions
from process.judging import objected
from process.outgoing import Choice, Notice
from process.turn import Cause, Refusal, Step, Turn, escalate, letter

RATINGS = ("5", "4", "3", "2", "1")
VERY_DISSATISFIED = "1"
CONFIRM = (Verb.CONFIRM, Verb.NOT_SOLVED)


def feed_back(turn: Turn, event: Event) -> Step:
    """08: the desk approves the draft first, unless the feedback is configured to be automatic."""
    # The verifier's grounds are the staff's own; only what is marked so is meant for the user.
    draft = dict(read_form(turn.reason)).get("feedback", "") or result_in_words(turn.case.measures)
    if turn.rules.is_feedback_automatic:
        return _tell_user(turn, draft, event)
    turn = turn.become(state=State.FEEDING_BACK, feedback=draft)
    task = letter("task_feedback", Verb.APPROVE, Verb.REJECT, Verb.NOTE, draft=draft)
    return turn.step(event, notices=turn.to_owner(task))


def result_in_words(measures: Measures | None) -> str:
    """What the complainant is told of the measures: what was done, not whose fault it was."""
    if measures is None:
        return ""
    lines = (measures.corrective, measures.preventive) if measures.corrective else (measures.text,)
    return "\n".join(line for line in lines if line) or measures.cause


def approved(turn: Turn) -> Step | Refusal:
    """08 → 09: the feedback goes out, in the desk's own words where it gave some.

    Those stand on the verb's line or behind '反馈：'; whatever else is below may be a signature.
    """
    own = dict(read_form(turn.act.command.text)).get("feedback", "") or turn.act.command.argument
    text = own or turn.case.feedback
    return _tell_user(turn, text, turn.event("feedback_approved", turn.reason))


def rejected(turn: Turn) -> Step | Refusal:
    """08: the desk finds the result not fit to be told; it is verified again."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    event = turn.event("feedback_rejected", turn.reason)
    turn = turn.become(state=State.VERIFYING)
    task = letter("task_verify", Verb.PASS, Verb.FAIL, Verb.NOTE, why=turn.reason)
    return turn.step(event, notices=turn.to_role(Role.IT_SERVICE_MANAGER, task))


def _tell_user(turn: Turn, text: str, event: Event) -> Step:
    turn = turn.become(state=State.CONFIRMING, feedback=text, feedback_at=turn.act.at, feedback_by=turn.actor)
    told = turn.to_complainant(letter("feedback", *CONFIRM))
    return turn.step(event, turn.event("feedback_sent", text), notices=told)


def confirmed(turn: Turn) -> Step | Refusal:
    """09 → 10: the complainant agrees (or accepts that it was not valid)."""
    how = "not_valid" if turn.case.state is State.NOT_VALID else "confirmed"
    event = turn.event("confirmed", turn.reason)
    return _close(turn.become(user_answer=turn.reason), how, event)


def closed_by_desk(turn: Turn) -> Step | Refusal:
    """09 → 10 by the desk: the user was told, and there is a reason."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    how = "not_valid" if turn.case.state is State.NOT_VALID else "desk"
    return _close(turn, how)


def _close(turn: Turn, how: str, *events: Event) -> Step:
    closing = Closing(by=turn.actor, at=turn.act.at, how=how, reason=turn.reason)
    turn = turn.become(state=State.CLOSED, closing=closing)
    ratings = tuple(Choice(verb=Verb.RATE, argument=rating) for rating in RATINGS)
    last = replace(letter("closure"), choices=() if how == "not_valid" else ratings, has_form=True)
    told = letter("news", what="confirmed" if how == "confirmed" else "closed", text=turn.reason)
    news = replace(told, has_form=True)
    notices = (*turn.to_complainant(last), *turn.to_owner(news), *_to_complaint_manager(turn))
    return turn.step(*events, turn.event("closed", turn.reason), notices=notices)


def _to_complaint_manager(turn: Turn) -> tuple[Notice, ...]:
    """The owner of the record form gets it whole, unless that person is told as engineer anyway."""
    told = {notice.to.key for notice in turn.to_owner(letter("news", what="closed"))}
    news = replace(letter("news", what="closed", text=turn.reason), has_form=True)
    return tuple(one for one in turn.to_role(Role.COMPLAINT_MANAGER, news) if one.to.key not in told)


def not_solved(turn: Turn) -> Step | Refusal:
    """09 no, or a closure disputed: a repeat complaint. Escalated, and back to 05."""
    was_closed = turn.case.is_closed
    turn = turn.become(
        repeats=turn.case.repeats + 1,
        user_answer=turn.reason,
        closing=None,
        state=State.HANDLING if turn.case.department_manager.is_known else State.VALID,
    )
    cause = Cause(once=f"repeat-{turn.case.repeats}", reason="repeat", evidence=_evidence(turn, was_closed))
    escalated = escalate(turn, cause)
    turn = replace(turn, case=escalated.case)
    turn = noted_on_form(turn) if turn.case.department_manager.is_known else turn
    again = (
        dispatched(turn, why=turn.reason)
        if turn.case.department_manager.is_known
        else turn.to_owner(suggestions(turn, returned=turn.reason))
    )
    news = turn.to_owner(letter("news", what="reopened" if was_closed else "disputed", text=turn.reason))
    step = turn.step(
        turn.event("reopened" if was_closed else "not_solved", turn.reason),
        *escalated.events,
        notices=(*again, *news),
    )
    return replace(step, notices=(*step.notices, *escalated.notices))


def disputed(turn: Turn) -> Step | Refusal:
    """A closure disputed: of one judged not valid it is the objection, else a repeat complaint."""
    was_valid = turn.case.valid is not None and turn.case.valid.is_yes
    return not_solved(turn) if was_valid else objected(turn)


def _evidence(turn: Turn, was_closed: bool) -> str:
    told = bilingual.DISPUTED if was_closed else bilingual.NOT_SOLVED
    return f"{turn.case.number}: {told}: {turn.reason}"


def unclear(turn: Turn) -> Step | Refusal:
    """09: neither yes nor no; asked back, never guessed into a closure."""
    turn = turn.become(user_answer=turn.reason)
    question = letter("answer_unclear", *CONFIRM, answer=turn.reason)
    news = letter("news", what="unclear_answer", text=turn.reason)
    return turn.step(
        turn.event("unclear_answer", turn.reason),
        notices=(*turn.to_complainant(question), *turn.to_owner(news)),
    )


def rated(turn: Turn) -> Step | Refusal:
    """10: the one question of the closure mail; the desk hears of the worst mark."""
    rating = turn.act.command.argument
    turn = turn.become(rating=rating)
    news: tuple[Notice, ...] = ()
    if rating == VERY_DISSATISFIED:
        news = turn.to_owner(letter("news", what="rated", text=turn.act.command.text))
    return turn.step(turn.event("rated", rating), notices=news)
