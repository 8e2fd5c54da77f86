"""Call-backs: what is known of one, the mails that ask for results, and what an answer changes.

In mode "desk" an engineer calls and reports several results by reply to the day's work list; in mode "user" each
user is asked by a mail of their own. Pure: values in, values out. Source: HANDBOOK 3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from urllib.parse import quote

from classify.callback_answer import MARKS, Result
from classify.callback_lines import Reported
from classify.facts import Verb
from classify.people import Person
from process.outgoing import Choice, Item, Notice, Quoted
from process.sampling import Plan, Reason, Tier
from process.workorder import WorkOrder

TIERS = (Tier(up_to=100, percent=100), Tier(up_to=300, percent=30), Tier(up_to=None, percent=10))
FORM_CHARS_MAX = 1_200
"""Of the lines of one ready-made form, percent-encoded: mail programs cut long links (`notify/links.py`)."""
ROW_CHARS = 40
"""What stands behind a number in such a line, and the line's end."""
LINKED_MAX = 20
"""Orders of a work list that get ready-made answers of their own; mail programs cut long mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How the organisation calls back."""

    mode: Literal["desk", "user", "off"] = "desk"
    at: time = time(9)
    """When the orders are drawn, local time."""
    tiers: tuple[Tier, ...] = TIERS
    cool_off_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The draw of a day."""

    plan: Plan
    at: datetime
    since: datetime
    """Orders closed from here (or a little before, when they came late) …"""
    until: datetime
    """… to before here."""
    volume: int
    """Of the month, by which the share was chosen."""

    @property
    def matter(self) -> str:
        return worklist_number(self.plan.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A drawn order, and its answer when there is one."""

    order: WorkOrder
    day: date
    """Of the draw."""
    person_key: str
    department: str
    category: str
    """Both as they were when it was drawn."""
    is_complaint: bool
    is_called: bool
    reason: Reason
    question: str = ""
    """'B-2026-00042' when the user is asked by mail."""
    asked_back_at: datetime | None = None
    """When an answer was not understood and asked for once more."""
    result: Result | None = None
    remarks: str = ""
    answered_at: datetime | None = None
    complaint: str = ""
    """Number of the complaint that the answer opened."""

    @property
    def number(self) -> str:
        return self.order.number


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """What the desk is to call today."""

    draw: Draw
    drawn_from: int
    """Orders that were closed in the period."""
    today: tuple[Callback, ...]
    earlier: tuple[Callback, ...]
    """Without a result since earlier days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A result that was put down."""

    callback: Callback
    """As it is now."""
    before: Result | None = None
    """The result that it replaces; None for the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Who reported a result and when; or who reports one now, and as of when they knew what was reported."""

    person_key: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A result that somebody else was first with: it stands."""

    callback: Callback
    by: str
    """Their name."""
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was made of an answer, for whom it came from, and for the others on the list."""

    taken: tuple[Taken, ...] = ()
    settled: tuple[Settled, ...] = ()
    unclear: tuple[Reported, ...] = ()
    strange: tuple[str, ...] = ()
    is_for_user: bool = False
    missing: tuple[Callback, ...] = ()
    """Of the list that was answered, still without a result."""
    by: str = ""
    """Who reported it, where it is told to the others."""


def worklist_number(day: date) -> str:
    """'W-20261124', the matter of a day's work list."""
    return f"W-{day:%Y%m%d}"


def worklist_day(number: str) -> date | None:
    """The day of a work list; None when the number is none."""
    try:
        return date(int(number[2:6]), int(number[6:8]), int(number[8:]))
    except ValueError:
        return None


def worklist_notice(shown: WorkList, engineer: Person) -> Notice:
    """The day's list for an engineer, with forms to be filled in by reply."""
    everything = (*shown.today, *shown.earlier)
    return Notice(
        template="callback_worklist",
        to=engineer,
        matter=shown.draw.matter,
        shown=shown,
        items=tuple(_item(one, shown.draw.matter) for one in everything[:LINKED_MAX]),
        choices=forms(one.number for one in everything),
    )


def worklist_news(number: str, news: Understood, engineer: Person) -> Notice:
    """What somebody else reported of the list, to an engineer who has it too."""
    choices = forms(one.number for one in news.missing)
    return Notice(template="callback_read", to=engineer, matter=number, shown=news, choices=choices)


def _item(one: Callback, matter: str) -> Item:
    choices = (Choice(verb=Verb.RATE, argument=str(mark), about=one.number) for mark in MARKS.values())
    about = Quoted(number=matter, sender="", subject=one.number, text="")
    return Item(matter=matter, group=one.number, quoted=about, choices=tuple(choices))


def forms(numbers: Iterable[str]) -> tuple[Choice, ...]:
    """Replies with a line for each order, as many as fit into a link."""
    batches: list[list[str]] = []
    for number in numbers:
        if not batches or sum(map(_chars, (*batches[-1], number))) > FORM_CHARS_MAX:
            batches.append([])
        batches[-1].append(number)
    return tuple(
        Choice(verb=Verb.RESULTS, argument=batch[0] if len(batches) > 1 else "", rows=tuple(batch))
        for batch in batches
    )


def _chars(number: str) -> int:
    """Of a line with this number in a link."""
    return len(quote(number)) + ROW_CHARS


def question_notice(one: Callback, person: Person) -> Notice:
    """The one question to a user."""
    return Notice(
        template="callback_question",
        to=person,
        matter=one.question,
        shown=one,
        choices=tuple(Choice(verb=Verb.RATE, argument=str(mark)) for mark in MARKS.values()),
    )


def is_news(one: Callback, reported: Reported) -> bool:
    """Whether a report changes what is known; what was only quoted never replaces a result."""
    said = reported.said
    if said.result is None or (reported.is_quoted and one.result is not None):
        return False
    return (said.result, said.remarks or one.remarks) != (one.result, one.remarks)


def is_settled(one: Callback, reported: Reported, before: Given, now: Given) -> bool:
    """Whether an earlier result stands against a report of somebody who could not know of it.

    That nobody answered settles nothing, and what opens a complaint always counts.
    """
    result = reported.said.result
    if result is None or one.result in (None, Result.NO_ANSWER) or opens_complaint(one, result):
        return False
    if before.person_key == now.person_key or before.at is None:
        return False
    return now.at is None or now.at < before.at


def opens_complaint(one: Callback, result: Result) -> bool:
    """'Very dissatisfied' opens a complaint, once for each order."""
    return result is Result.VERY_DISSATISFIED and not one.complaint


def without_result(callbacks: Sequence[Callback]) -> tuple[Callback, ...]:
    """Those that somebody still has to answer."""
    return tuple(one for one in callbacks if one.is_called and one.result is None)
