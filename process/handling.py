"""Steps 05 to 07: the department returns it, or its measures (`answering.py`) are judged by the IT service manager.

Source: HANDBOOK 2, rows 05-07.
"""

from dataclasses import replace

from classify.people import Role
from process.case import Judgement, State
from process.closing import feed_back
from process.dispatch import dispatched, noted_on_form, suggestions
from process.turn import Cause, Refusal, Step, Turn, escalate

FAILURES_UNTIL_ESCALATION = 2
"""A second 'not effective' goes to the management representative (step 07)."""


def return_to_desk(turn: Turn) -> Step | Refusal:
    """05: not ours; the desk chooses another department."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    event = turn.event("returned", turn.reason)
    turn = turn.become(state=State.VALID)
    return turn.step(event, notices=turn.to_owner(suggestions(turn, returned=turn.reason)))


def passed(turn: Turn) -> Step | Refusal:
    """07 yes → 08."""
    turn = turn.become(verification=_verdict(turn, True))
    return feed_back(turn, turn.event("verified", turn.reason))


def failed(turn: Turn) -> Step | Refusal:
    """07 no → 05 with the reason and a new due date; the second time the representative is told."""
    if not turn.reason:
        return Refusal(problem="no_reason")
    turn = turn.become(
        state=State.HANDLING,
        verification=_verdict(turn, False),
        failed_verifications=turn.case.failed_verifications + 1,
    )
    escalated = Step(case=turn.case)
    if turn.case.failed_verifications >= FAILURES_UNTIL_ESCALATION:
        cause = Cause(
            once=f"second-failure-{turn.case.failed_verifications}",
            reason="second_failure",
            evidence=turn.reason,
            to=Role.MANAGEMENT_REPRESENTATIVE,
        )
        escalated = escalate(turn, cause)
    turn = noted_on_form(replace(turn, case=escalated.case))
    step = turn.step(
        turn.event("failed", turn.reason), *escalated.events, notices=dispatched(turn, why=turn.reason)
    )
    return replace(step, notices=(*step.notices, *escalated.notices))


def _verdict(turn: Turn, is_yes: bool) -> Judgement:
    return Judgement(is_yes=is_yes, by=turn.actor, at=turn.act.at, reason=turn.reason)
