"""What the organisation configured about the process: durations and who approves what."""

from dataclasses import dataclass

from classify.escalation import SAME_AT
from process.worktime import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Durations are working time of the calendar."""

    calendar: Calendar
    accept_hours: float = 4
    judge_days: int = 1
    department_days: int = 3
    verify_days: int = 1
    feedback_days: int = 1
    remind_user_days: int = 3
    confirm_days: int = 5
    remind_hours: float = 4
    """How long before its due date a step is reminded of; never before half of its time."""
    escalate_hours: float = 8
    """How long after its due date the next person hears of it; of the department's answer at once."""
    repeat_similarity: float = SAME_AT
    """Of two texts, above 0 up to 1: from here on they are held to be on the same matter."""
    is_feedback_automatic: bool = False
    """False: the desk approves the draft of the feedback (step 08) before the user gets it."""
