"""How a complaint stands, in the words of the mail that shows it: who is waited for, since when, how late."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from process.case import Case
from process.roles import OF_USER, OWNERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a card says beyond the record itself."""

    owner: str
    """Post and name of whom it waits for; '' when it is closed."""
    since: datetime | None
    is_late: bool


def standing(case: Case, words: dict[str, Any], now: datetime) -> Standing:
    """The standing of a case in the words of a language (`owners` by state)."""
    post, name = words["owners"][case.state.value], _name(case)
    return Standing(
        owner=f"{post} ({name})" if post and name else post,
        since=case.since or case.recorded_at,
        is_late=case.due_at is not None and now > case.due_at,
    )


def _name(case: Case) -> str:
    """The name of the owner, where the record knows it."""
    if case.state in OF_USER:
        return case.complainant.name
    role = OWNERS.get(case.state)
    if role == "department_manager":
        return " · ".join(filter(None, (case.department_manager.name, case.department)))
    if role == "service_desk" and case.accepted is not None:
        return case.accepted.by.name
    return ""
