"""How a complaint stands, in the words of the mail that shows it: who is waited for, since when, how late."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from process.case import Case, State
from process.outgoing import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a card says beyond the record itself."""

    owner: str
    """Post and name of whom it waits for; '' when it is closed."""
    since: datetime | None
    is_late: bool


def standing(notice: Notice, case: Case, words: dict[str, Any], now: datetime) -> Standing:
    """The standing of a notice's case in the words of a language (`owners` by state)."""
    post, names = words["owners"][case.state.value], words["labels"]["comma"].join(notice.waits_for)
    if case.state is State.HANDLING:
        names = " · ".join(filter(None, (names, case.department)))
    return Standing(
        owner=words["labels"]["post_and_name"].format(post=post, name=names) if post and names else post,
        since=case.since or case.recorded_at,
        is_late=case.due_at is not None and now > case.due_at,
    )
