"""A satisfaction survey: the plan, how far it is, and what may be done with it; pure.

`TABLE` says which verb of whom moves it from where to where; what no row allows is refused and changes
nothing. What time brings about (opening, closing) are steps of their own. Source: HANDBOOK 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from classify.facts import Verb
from classify.people import Role
from classify.questionnaire import Questionnaire
from process.case import Event, Party
from process.outgoing import Choice
from process.turn import Act, Refusal
from process.worktime import Calendar


class State(StrEnum):
    """How far a survey is."""

    PLANNED = "planned"
    """The IT service manager is asked for a go-ahead."""
    REJECTED = "rejected"
    """Not wanted so; it can be planned anew."""
    APPROVED = "approved"
    """Waits for its opening."""
    RUNNING = "running"
    """Forms go out in batches, answers are read."""
    CLOSED = "closed"
    """Answers no longer count; the report is to be drafted."""
    DRAFTED = "drafted"
    """The IT service manager has the draft of the report."""
    SUBMITTED = "submitted"
    """The general manager is asked to approve the report."""
    PUBLISHED = "published"


OVER = frozenset({State.CLOSED, State.DRAFTED, State.SUBMITTED, State.PUBLISHED})
"""States in which an answer comes too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyRules:
    """What the organisation configured about surveys."""

    form: Questionnaire
    is_sampled: bool = False
    """False: everybody in scope is asked."""
    confidence: float = 0.95
    margin: float = 0.05
    """Half the width of the interval of a share, at that confidence."""
    expected_response: float = 0.7
    """Share of answers reckoned with when the sample is drawn."""
    open_days: int = 10
    """Working days from opening to closing."""
    remind_before_days: tuple[int, ...] = (5, 2)
    """Working days before the closing."""
    batch_per_hour: int = 200
    """Forms and reminders written in an hour, within half of the outgoing budget."""
    min_cell: int = 5
    """Fewer answers of a department are shown together with others."""
    target: float = 0.8
    """Share of satisfied answers below which a question is a weak point."""
    is_pseudonymous: bool = True
    publish_to: tuple[str, ...] = ()
    """Addresses; () is the managers of the departments asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A department in scope."""

    department: str
    size: int
    """People in the directory when it was planned."""
    invited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One question's figures, as next year's survey compares itself with them."""

    id: str
    n: int
    mean: float
    margin: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What stands of a survey for the next one."""

    index: float
    margin: float | None
    """Half the width of the index's interval, in points."""
    answered: int
    response_rate: float
    questions: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The plan and its fate."""

    number: str
    """'Q-2026'."""
    year: int
    state: State
    form: Questionnaire
    """As it was when planned."""
    is_sampled: bool
    confidence: float
    margin: float
    expected_response: float
    seed: str
    """Of the draw; with the directory of that day anybody can draw again."""
    pseudonym_seed: str
    """Orders the raw answers so that nobody can tell whose they are; never shown."""
    is_pseudonymous: bool
    min_cell: int
    target: float
    strata: tuple[Stratum, ...]
    planned_at: datetime
    opens_at: datetime
    closes_at: datetime
    remind_at: tuple[datetime, ...] = ()
    closed_at: datetime | None = None
    reason: str = ""
    """Why it, or the draft of its report, was sent back last."""
    remarks: tuple[str, ...] = ()
    """What the IT service manager added to the report's suggestions."""
    outcome: Outcome | None = None
    version: int = 0

    @property
    def population(self) -> int:
        return sum(stratum.size for stratum in self.strata)

    @property
    def invited(self) -> int:
        return sum(stratum.invited for stratum in self.strata)

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def reminders_due(self, now: datetime) -> int:
        """How many rungs of the reminders are behind."""
        return sum(at <= now for at in self.remind_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyStep:
    """The next survey and the line of its trail."""

    survey: Survey
    event: Event


@dataclass(frozen=True, slots=True)
class Row:
    """One move: a verb of a role in a state, and the state that follows."""

    verb: Verb
    state: State
    role: Role
    then: State
    what: str
    needs_reason: bool = False


TABLE = (
    Row(Verb.APPROVE, State.PLANNED, Role.IT_SERVICE_MANAGER, State.APPROVED, "survey_approved"),
    Row(
        Verb.REJECT,
        State.PLANNED,
        Role.IT_SERVICE_MANAGER,
        State.REJECTED,
        "survey_rejected",
        needs_reason=True,
    ),
    Row(Verb.CLOSE, State.RUNNING, Role.IT_SERVICE_MANAGER, State.CLOSED, "survey_closed"),
    Row(Verb.APPROVE, State.DRAFTED, Role.IT_SERVICE_MANAGER, State.SUBMITTED, "survey_report_submitted"),
    Row(
        Verb.NOTE,
        State.DRAFTED,
        Role.IT_SERVICE_MANAGER,
        State.DRAFTED,
        "survey_report_remarked",
        needs_reason=True,
    ),
    Row(Verb.APPROVE, State.SUBMITTED, Role.GENERAL_MANAGER, State.PUBLISHED, "survey_published"),
    Row(
        Verb.REJECT,
        State.SUBMITTED,
        Role.GENERAL_MANAGER,
        State.DRAFTED,
        "survey_report_rejected",
        needs_reason=True,
    ),
)
"""Read from top to bottom; a verb that no row allows is refused."""


def advance(survey: Survey, act: Act, roles: Sequence[Role]) -> SurveyStep | Refusal:
    """What a verb does; `roles` are those that the sender holds. Source: HANDBOOK 4, 8."""
    reason = act.command.reason.strip()
    # '退回' is one word for "not ours" and for "not so": nothing is anybody's to hand back here.
    verb = Verb.REJECT if act.command.verb is Verb.RETURN else act.command.verb
    rows = [row for row in TABLE if row.verb is verb]
    if not rows:
        return Refusal(problem="no_verb")
    row = next((row for row in rows if row.state is survey.state), None)
    if row is None:
        return Refusal(problem="survey_wrong_state")
    if row.role not in roles:
        return Refusal(problem="not_your_role")
    if row.needs_reason and not reason:
        return Refusal(problem="no_reason")
    event = Event(
        at=act.at,
        actor=Party.of(act.by),
        role=row.role.value,
        what=row.what,
        text=reason,
        mail_id=act.mail_id,
    )
    return SurveyStep(survey=_moved(survey, row, reason, act.at), event=event)


def _moved(survey: Survey, row: Row, reason: str, now: datetime) -> Survey:
    moved = replace(survey, state=row.then, version=survey.version + 1)
    if row.verb is Verb.REJECT:
        return replace(moved, reason=reason)
    if row.verb is Verb.NOTE:
        return replace(moved, remarks=(*survey.remarks, reason))
    if row.verb is Verb.CLOSE:
        return replace(moved, closed_at=now)
    return replace(moved, reason="")


def by_time(survey: Survey, then: State, what: str, now: datetime) -> SurveyStep:
    """A move that the clock or the command line makes."""
    moved = replace(survey, state=then, version=survey.version + 1)
    if then is State.CLOSED:
        moved = replace(moved, closed_at=now)
    if then is State.RUNNING:
        moved = replace(moved, opens_at=min(survey.opens_at, now))
    return SurveyStep(survey=moved, event=Event(at=now, actor=Party(), role="", what=what))


def choices(survey: Survey, roles: Sequence[Role]) -> tuple[Choice, ...]:
    """What may be answered now by somebody of these roles."""
    return tuple(Choice(verb=row.verb) for row in TABLE if row.state is survey.state and row.role in roles)


def dates(
    rules: SurveyRules, opens_at: datetime, closes_at: datetime | None, calendar: Calendar
) -> tuple[datetime, tuple[datetime, ...]]:
    """Closing and reminders of a survey: the reminders lie between opening and closing, earliest first."""
    closing = closes_at or calendar.add_days(opens_at, rules.open_days)
    found = sorted(_days_before(closing, days, calendar) for days in rules.remind_before_days)
    return closing, tuple(at for at in found if opens_at < at < closing)


def _days_before(at: datetime, days: int, calendar: Calendar) -> datetime:
    """The same time of day so many working days earlier."""
    local = at.astimezone(calendar.timezone)
    while days > 0:
        local -= timedelta(days=1)
        days -= calendar.is_workday(local.date())
    return local.astimezone(at.tzinfo)
