"""What a service report is counted from: the records as values, read by `store/report_rows.py`.

Nothing but what figures need: no names, no texts of users.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from process.case import Case, Measures, State, Stay
from process.period import Span

TEXT_CHARS_MAX = 400
"""Of a measure's text in a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One act of a complaint's trail that figures look at."""

    at: datetime
    what: str
    text: str = ""
    """Of 'rated': the rating, '5' (best) to '1'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMeasures:
    """Measures that a department took, as a report lists them."""

    text: str
    """What keeps it from happening again, else what was done about it."""
    owner: str
    due: str

    @classmethod
    def of(cls, measures: Measures, department: str) -> "TakenMeasures":
        text = measures.preventive or measures.corrective or measures.text
        due = measures.actual or measures.planned
        return cls(text=text[:TEXT_CHARS_MAX], owner=department, due=due[:TEXT_CHARS_MAX])


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRow:
    """A complaint with the marks of its trail, oldest first."""

    number: str
    received_at: datetime
    recorded_at: datetime
    origin: str = ""
    """The complainant's department."""
    department: str = ""
    """That handles it."""
    category: str = ""
    is_related: bool = False
    """On an earlier matter."""
    escalated_at: tuple[datetime, ...] = ()
    stays: tuple[Stay, ...] = ()
    """All states that it was in, oldest first."""
    measures: TakenMeasures | None = None
    """None as well where it is about a person: that concerns nobody else."""
    marks: tuple[Mark, ...] = ()

    @classmethod
    def of(cls, case: Case, marks: Collection[Mark] = ()) -> "ComplaintRow":
        """What figures need of a case; its texts are left behind, a year of them would not fit into memory."""
        measures = None if case.about_keys else case.measures
        return cls(
            number=case.number,
            received_at=case.received_at,
            recorded_at=case.recorded_at,
            origin=case.complainant.department,
            department=case.department,
            category=case.category,
            is_related=bool(case.related),
            escalated_at=tuple(escalation.at for escalation in case.escalations),
            stays=case.stays,
            measures=TakenMeasures.of(measures, case.department) if measures else None,
            marks=tuple(marks),
        )

    @property
    def steps(self) -> Iterator[tuple[Stay, datetime | None, State | None]]:
        """Each stay in a state, when it ended, and the state after it; None while it lasts."""
        for stay, after in zip(self.stays, (*self.stays[1:], None), strict=True):
            yield stay, (after.since if after else None), (after.state if after else None)

    @property
    def closings(self) -> tuple[datetime, ...]:
        return tuple(stay.since for stay in self.stays if stay.state is State.CLOSED)

    @property
    def closed_first_at(self) -> datetime | None:
        return next(iter(self.closings), None)

    @property
    def dispatched_at(self) -> datetime | None:
        """When a department got it for the first time."""
        return next((stay.since for stay in self.stays if stay.state is State.HANDLING), None)

    @property
    def ended_at(self) -> datetime | None:
        """The last instant that figures look at; None while it is open."""
        if not self.stays or self.stays[-1].state is not State.CLOSED:
            return None
        known = (*self.escalated_at, *(mark.at for mark in self.marks), *(stay.since for stay in self.stays))
        return max(self.received_at, self.recorded_at, *known)

    def is_closed_at(self, at: datetime) -> bool:
        """Whether it was closed just before an instant."""
        before = [stay for stay in self.stays if stay.since < at]
        return bool(before) and before[-1].state is State.CLOSED

    def last(self, acts: Collection[str], span: Span) -> str:
        """The last of these acts within the span; '' when there was none."""
        found = [mark.what for mark in self.marks if mark.what in acts and span.holds(mark.at)]
        return found[-1] if found else ""

    def last_rating(self, span: Span) -> int:
        """The last rating within the span, 1 to 5; 0 when there was none."""
        found = [mark.text for mark in self.marks if mark.what == "rated" and span.holds(mark.at)]
        return int(found[-1]) if found and found[-1].isdecimal() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrderRow:
    """A work order that was closed."""

    number: str
    closed_at: datetime
    department: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRow:
    """A work order drawn for a call-back."""

    work_order: str
    drawn_at: datetime
    is_reached: bool = False
    """Whether the person was spoken to (or answered), also when they did not want to say."""
    result: int | None = None
    """5 (very satisfied) to 1; None while there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRow:
    """A satisfaction survey that was closed."""

    number: str
    closed_at: datetime
    index: float | None = None
    """0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """An action decided on in a service review."""

    number: str
    decided_at: datetime
    done_at: datetime | None = None
    what: str = ""
    owner: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All records that bear on a report and its trend."""

    complaints: tuple[ComplaintRow, ...] = ()
    work_orders: tuple[WorkOrderRow, ...] = ()
    callbacks: tuple[CallbackRow, ...] = ()
    surveys: tuple[SurveyRow, ...] = ()
    actions: tuple[ActionRow, ...] = ()
