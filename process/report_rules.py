"""What the organisation configured about its service reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

TARGETS = {
    "accepted_on_time": 0.95,
    "answered_on_time": 0.95,
    "closed_on_time": 0.9,
    "verified_first_time": 0.9,
    "callback_coverage": 0.95,
    "callback_satisfied": 0.9,
    "closure_satisfied": 0.85,
    "survey_index": 85.0,
}
"""Figures with a target unless configured otherwise: shares of 1, the index of 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """When reports are drafted, against which targets, and who reads them."""

    month_day: int = 3
    """Working day of the next month on which a month's draft is made; 0 for never by the clock."""
    year_day: int = 5
    at: time = time(9)
    """Local time of it."""
    close_days: int = 15
    """Working days within which a complaint ought to be closed."""
    readers: tuple[str, ...] = ()
    """Addresses; when there are none, the managers of the departments in the survey's scope."""
    targets: Mapping[str, float] = field(default_factory=lambda: dict(TARGETS))
