"""Steps 05 to 07: the department answers with measures, the IT service manager judges them.

Source: HANDBOOK 2, rows 05-07.
"""

from dataclasses import replace

from classify.due import due
from classify.facts import Verb
from classify.form import read as read_form
from classify.people import Role
from process.case import Judgement, Measures, State
from process.closing import feed_back
from process.dispatch import dispatched, noted_on_form, suggestions
from process.turn import Cause, Refusal, Step, Turn, escalate, letter

FAILURES_UNTIL_ESCALATION = 2
"""A second 'not effective' goes to the management representative (step 07)."""
VERIFY = (Verb.PASS, Verb.FAIL, Verb.NOTE)
_FORM_FIELDS = ("cause", "corrective", "preventive", "responsible", "planned", "actual")


def measures(turn: Turn) -> Step | Refusal:
    """05 → 06: cause and measures, as free words or as the form."""
    taken = _measures(turn)
    if not any((taken.text, taken.cause, taken.corrective, taken.preventive)):
        return Refusal(problem="no_measures")
    turn = turn.become(state=State.VERIFYING, measures=taken)
    task = letter("task_verify", *VERIFY)
    return turn.step(
        turn.event("measures_reported", turn.reason), notices=turn.to_role(Role.IT_SERVICE_MANAGER, task)
    )


def _measures(turn: Turn) -> Measures:
    fields = {name: value for name, value in read_form(turn.reason) if name in _FORM_FIELDS}
    for name in ("planned", "actual"):
        fields[name] = _dated(fields.get(name, ""), turn)
    # The form's lines stand in its fields; free words are kept as they are.
    text = "" if any(fields.values()) else turn.reason
    return Measures(text=text, **fields, by=turn.actor, at=turn.act.at)


def _dated(words: str, turn: Turn) -> str:
    """A date in words with the day that it means beside it: '下周三' is another one next week."""
    named = due(words, turn.act.at, turn.rules.calendar.timezone)
    if named is None or str(named.day.year) in words:
        return words
    return f"{words} ({named.day:%Y-%m-%d})"


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
