"""Doubtful repeats: the desk says whether a complaint is on the same matter as an earlier one.

False merges are worse than misses: only a plain likeness escalates by itself (`opening`), what is
doubtful waits for one of two verbs. Source: HANDBOOK 2 'Escalation', 2.
"""

from classify import bilingual
from classify.token import numbers_in
from process.case import Case
from process.turn import Cause, Refusal, Step, Turn, escalate

BY_MAIL = "repeat-mail"
"""A new mail on a matter is one repeat, however many earlier complaints it is compared with."""


def same(turn: Turn) -> Step | Refusal:
    """The earlier complaint is on the same matter: this one is a repeat, and escalated."""
    number = _number(turn)
    if not number:
        return Refusal(problem="no_doubt", detail=", ".join(turn.case.doubtful))
    turn = turn.become(related=(*turn.case.related, number), doubtful=_without(turn.case, number))
    evidence = f"{number}: {bilingual.HELD_SAME} ({turn.act.by.name})"
    done = escalate(turn, Cause(once=BY_MAIL, reason="repeat", evidence=evidence))
    return Step(
        case=done.case, events=(turn.event("same_matter", number), *done.events), notices=done.notices
    )


def different(turn: Turn) -> Step | Refusal:
    """The earlier complaint is on another matter."""
    number = _number(turn)
    if not number:
        return Refusal(problem="no_doubt", detail=", ".join(turn.case.doubtful))
    turn = turn.become(doubtful=_without(turn.case, number))
    return turn.step(turn.event("different_matter", number))


def _number(turn: Turn) -> str:
    """Which of the doubtful ones is meant; the only one need not be named."""
    doubtful = turn.case.doubtful
    named = numbers_in(turn.act.command.argument)
    if not named:
        return doubtful[0] if len(doubtful) == 1 else ""
    return next((number for number in named if number in doubtful), "")


def _without(case: Case, number: str) -> tuple[str, ...]:
    return tuple(other for other in case.doubtful if other != number)
