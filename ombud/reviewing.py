"""Service reviews planned, moved and called off; minutes asked for; owners of actions reminded.

Source: HANDBOOK 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from classify.facts import Verb
from classify.people import Person, Role
from notify import calendar
from notify.render import words
from ombud import reporting
from ombud.office import Office
from ombud.post import Post
from process.case import Event, Party
from process.outcome import Outcome, Resolved, climbed
from process.outgoing import Choice, Enclosure, Notice
from process.period import Period
from process.report_view import Line
from process.review import Meeting, Review, cancelled, moved, planned
from store import events, reviews
from store.database import deciding

log = structlog.get_logger()

ATTENDANCE = (Choice(verb=Verb.ATTEND), Choice(verb=Verb.DECLINE), Choice(verb=Verb.TENTATIVE))
ON_ACTION = (Choice(verb=Verb.DONE), Choice(verb=Verb.RESCHEDULE), Choice(verb=Verb.NOTE))
SHOWN = (
    "received",
    "closed_on_time",
    "hours_to_close",
    "repeats",
    "callback_satisfied",
    "survey_index",
    "actions_open",
)
"""Figures of the year that the invitation itself shows; the workbook has all."""


class NotPlanned(Exception):
    """There is no such review, it is called off, or it is planned already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewShown:
    """What a mail on a review shows."""

    review: Review
    agenda: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    wrong: tuple[Resolved, ...] = ()
    """Entries of the minutes that could not be taken down."""


def plan(office: Office, year: int, meeting: Meeting) -> Review:
    """A review planned and its invitations written. Raises NotPlanned when it is planned already."""
    year_files = _year(office, year)
    with deciding(office.engine) as conn:
        earlier = reviews.get(conn, f"A-{year}")
        if earlier and not earlier.is_cancelled:
            raise NotPlanned(f"A-{year} is planned already; use `ombud review move`")
        review = planned(f"A-{year}", meeting, invited(office), earlier)
        return _keep(conn, office, review, ("planned", year_files))


def move(office: Office, year: int, meeting: Meeting) -> Review:
    """A review at another time or place. Raises NotPlanned."""
    year_files = _year(office, year)
    with deciding(office.engine) as conn:
        return _keep(conn, office, moved(_planned(conn, year), meeting), ("moved", year_files))


def cancel(office: Office, year: int, reason: str) -> Review:
    """A review called off. Raises NotPlanned."""
    with deciding(office.engine) as conn:
        return _keep(conn, office, cancelled(_planned(conn, year)), ("cancelled", None), reason)


def _planned(conn: Connection, year: int) -> Review:
    review = reviews.get(conn, f"A-{year}")
    if review is None or review.is_cancelled:
        raise NotPlanned(f"A-{year} is not planned")
    return review


def invited(office: Office) -> tuple[Person, ...]:
    """Role holders, the managers of the departments served, and the configured stakeholders."""
    organisation = office.organisation
    roles = (Role.GENERAL_MANAGER, Role.IT_SERVICE_MANAGER, Role.MANAGEMENT_REPRESENTATIVE)
    departments = [d for d in organisation.departments if d.is_in_survey] or organisation.departments
    addresses = (*(d.manager for d in departments), *office.review_rules.stakeholders)
    people = (*(p for role in roles for p in organisation.holders(role)), *map(organisation.who, addresses))
    return tuple({person.key: person for person in people}.values())


@dataclass(frozen=True, slots=True)
class _Year:
    """The year's figures as they go with an invitation."""

    lines: tuple[Line, ...]
    workbook: Enclosure


def _year(office: Office, year: int) -> _Year:
    shown, workbook = reporting.figures(office, Period(year=year))
    return _Year(tuple(line for line in shown.lines if line.name in SHOWN), workbook)


def _keep(
    conn: Connection, office: Office, review: Review, what: tuple[str, _Year | None], reason: str = ""
) -> Review:
    """The review saved, and everybody invited (again) or told that it is off."""
    now = office.clock()
    reviews.save(conn, review)
    note(conn, review.number, f"review_{what[0]}", now, text=reason)
    post = Post(conn=conn, office=office, now=now)
    for participant in review.participants:
        post.send(_invitation(office, review, participant.party.person, what, reason))
    log.info("review " + what[0], review=review.number)
    return review


def _invitation(
    office: Office, review: Review, to: Person, what: tuple[str, _Year | None], reason: str
) -> Notice:
    language = to.language or office.letterhead.default_language
    named, year = what
    said = words(language)["review"]
    head, agenda = office.letterhead, office.review_rules.agenda or tuple(said["agenda_items"])
    organizer = calendar.Organizer(name=head.desk_name, address=head.desk_address, domain=head.domain)
    files = calendar.invitation(
        review, said["summary"].format(year=review.year), "\n".join(agenda), organizer, office.clock()
    )
    return Notice(
        template="review_invitation",
        to=to,
        matter=review.number,
        shown=ReviewShown(review=review, agenda=agenda, lines=year.lines if year else ()),
        facts={"what": named, "reason": reason},
        choices=() if review.is_cancelled else ATTENDANCE,
        enclosures=(*files, *((year.workbook,) if year else ())),
        language=language,
    )


def due(office: Office) -> int:
    """Asks for minutes and reminds owners, in office hours; of how many reviews and actions."""
    now = office.clock()
    if not office.rules.calendar.is_open(now):
        return 0
    with deciding(office.engine) as conn:
        post = Post(conn=conn, office=office, now=now)
        over, late = reviews.to_minute(conn, now), reviews.to_remind(conn, now)
        for review in over:
            _ask_minutes(post, review)
        for outcome in late:
            _remind(post, outcome)
    return len(over) + len(late)


def _ask_minutes(post: Post, review: Review) -> None:
    reviews.save(post.conn, replace(review, remind_at=None))
    language_items = post.office.review_rules.agenda
    for person in secretaries(post.office):
        language = person.language or post.office.letterhead.default_language
        agenda = language_items or tuple(words(language)["review"]["agenda_items"])
        post.send(
            Notice(
                template="review_minutes",
                to=person,
                matter=review.number,
                shown=ReviewShown(review=review, agenda=agenda),
                language=language,
            )
        )


def secretaries(office: Office) -> tuple[Person, ...]:
    """Who is asked for the minutes."""
    named = office.review_rules.secretary
    organisation = office.organisation
    appointed = (organisation.who(named),) if named else organisation.holders(Role.IT_SERVICE_MANAGER)
    return tuple(organisation.on_duty(person) for person in appointed)


def change_management(office: Office) -> Person:
    """Who takes over decisions on scope, service levels and contracts."""
    named = office.review_rules.change_management
    acting = office.organisation.acting(Role.IT_SERVICE_MANAGER)
    return office.organisation.who(named) if named else acting[0]


def _remind(post: Post, outcome: Outcome) -> None:
    rules = post.office.review_rules
    new, rung = climbed(outcome, post.now, post.office.rules.calendar, rules.remind_days)
    reviews.save_outcome(post.conn, new)
    note(post.conn, outcome.number, f"action_{rung}", post.now)
    to_owner(post, new, rung)
    if rung == "overdue":
        tell(post, post.office.organisation.acting(Role.IT_SERVICE_MANAGER), new, rung)


def to_owner(post: Post, outcome: Outcome, what: str) -> None:
    """An action to its owner (or who stands in): 'assigned', or a rung of its ladder."""
    organisation = post.office.organisation
    owner = organisation.person(outcome.owner.address) or outcome.owner.person
    post.send(_about(organisation.on_duty(owner), outcome, "action", (what, ON_ACTION)))


def hand_over(post: Post, outcome: Outcome) -> None:
    """A decision to change management, to be confirmed by reply."""
    choices = (Choice(verb=Verb.ACCEPT), Choice(verb=Verb.REJECT))
    post.send(_about(outcome.owner.person, outcome, "change_handover", ("handed_over", choices)))


def tell(post: Post, people: Iterable[Person], outcome: Outcome, what: str, said: str = "") -> None:
    """Somebody hears what became of an action or decision."""
    for person in people:
        notice = _about(person, outcome, "review_news", (what, ()))
        post.send(replace(notice, facts={**notice.facts, "said": said}))


def _about(to: Person, outcome: Outcome, template: str, said: tuple[str, tuple[Choice, ...]]) -> Notice:
    what, choices = said
    return Notice(
        template=template, to=to, matter=outcome.number, shown=outcome, facts={"what": what, "said": ""}, choices=choices
    )  # fmt: skip


def note(
    conn: Connection, number: str, what: str, at: datetime, *, by: Person | None = None, text: str = ""
) -> None:
    """A line in the log for what became of a review, a decision or an action."""
    actor = Party.of(by) if by else Party()
    events.append(conn, number, (Event(at=at, actor=actor, role="", what=what, text=text),))


def instant(office: Office, local: datetime) -> datetime:
    """A naive local time as people give it to a command, as an instant."""
    return local.replace(tzinfo=office.rules.calendar.timezone).astimezone(UTC)


def year_of(local: datetime) -> int:
    """The year that a review looks back on: early in a year it is the last one."""
    return local.year - 1 if local.month <= 3 else local.year
