"""The clock of each step: when it is due, and the rungs of the ladder that is climbed meanwhile.

Pure: state, times and rules in, times out. A ladder belongs to one stay in a state; it ends when the
state does, that is when whoever was waited for has answered.
Source: HANDBOOK 2 'Clocks', rows 05 and 09.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from process.case import State
from process.roles import OF_USER, OWNERS
from process.rules import Rules

RESUMED_HOURS_MIN = 1.0
"""Left at least when the complainant has answered a question, however late it was asked."""


class Audience(StrEnum):
    """Who hears of a rung."""

    OWNER = "owner"
    """Who has to take the step."""
    NEXT = "next"
    """Who stands above the owner (`roles.SUCCESSION`)."""
    USER = "user"
    """The complainant."""
    DESK = "desk"
    """The desk, about a complainant who does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One reminder of a ladder."""

    name: str
    """'remind', 'warn', 'escalate', 'remind_user' or 'no_answer'; a template's word."""
    at: datetime
    to: Audience


def due_from(at: datetime, state: State, rules: Rules) -> datetime | None:
    """When a step that begins at `at` is due; None for states in which nobody is waited for."""
    if state is State.RECORDED:
        return rules.calendar.add_hours(at, rules.accept_hours)
    days = {
        State.ACCEPTED: rules.judge_days,
        State.OBJECTED: rules.judge_days,
        State.VALID: rules.judge_days,
        State.HANDLING: rules.department_days,
        State.VERIFYING: rules.verify_days,
        State.FEEDING_BACK: rules.feedback_days,
        State.CONFIRMING: rules.confirm_days,
        State.NOT_VALID: rules.confirm_days,
    }.get(state)
    return None if days is None else rules.calendar.add_days(at, days)


def rungs(state: State, since: datetime, due_at: datetime | None, rules: Rules) -> tuple[Rung, ...]:
    """The ladder of a stay in a state that began at `since`, lowest rung first; () when nobody is late."""
    if state in OF_USER:
        return _of_user(since, rules)
    if state not in OWNERS or due_at is None:
        return ()
    calendar = rules.calendar
    allowed = _hours(calendar.elapsed(since, due_at))
    patience = 0.0 if state is State.HANDLING else rules.escalate_hours
    remind_at = calendar.add_hours(since, max(allowed / 2, allowed - rules.remind_hours))
    escalate_at = calendar.add_hours(due_at, patience) if patience else due_at
    return (
        Rung(name="remind", at=min(remind_at, due_at), to=Audience.OWNER),
        Rung(name="warn", at=due_at, to=Audience.OWNER),
        Rung(name="escalate", at=escalate_at, to=Audience.NEXT),
    )


def _of_user(since: datetime, rules: Rules) -> tuple[Rung, ...]:
    remind_at = rules.calendar.add_days(since, rules.remind_user_days)
    tell_desk_at = rules.calendar.add_days(since, rules.confirm_days)
    return (
        Rung(name="remind_user", at=min(remind_at, tell_desk_at), to=Audience.USER),
        Rung(name="no_answer", at=tell_desk_at, to=Audience.DESK),
    )


def hours_left(at: datetime, due_at: datetime | None, rules: Rules) -> float:
    """Working hours until a due date; 0 when it has passed or there is none."""
    return _hours(rules.calendar.elapsed(at, due_at)) if due_at else 0.0


def resumed_due(at: datetime, left_hours: float, rules: Rules) -> datetime:
    """The due date of a step whose clock was paused with so much time left."""
    return rules.calendar.add_hours(at, max(left_hours, RESUMED_HOURS_MIN))


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
