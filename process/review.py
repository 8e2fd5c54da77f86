"""The annual service review: invitation, who comes, minutes; as values, each function giving the next one.

Every change of time or place, and the cancellation, counts the invitation's sequence up, as calendars want it
(RFC 5545 3.8.7.4). Source: HANDBOOK 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from classify.people import Person
from process.case import AttachmentNote, Party

WORDS_CHARS_MAX = 1_000
MINUTES_CHARS_MAX = 20_000


class ReviewState(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


class Attendance(StrEnum):
    """RFC 5545 3.2.12 PARTSTAT, as far as it is needed."""

    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who is invited, and what they answered last."""

    party: Party
    attendance: Attendance = Attendance.UNANSWERED
    at: datetime | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One mail of minutes; its files lie in the mail."""

    at: datetime
    by: Party
    mail_id: int
    text: str
    files: tuple[AttachmentNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A service review."""

    number: str
    """'A-2026': the year that is looked back on."""
    state: ReviewState
    starts_at: datetime
    hours: float
    place: str
    agenda: tuple[str, ...]
    participants: tuple[Participant, ...]
    sequence: int = 0
    minutes: tuple[Minutes, ...] = ()
    remind_at: datetime | None = None
    """When the minutes are asked for; None when that is behind."""
    version: int = 0
    """Of the record that it was read from; 0 before it was ever stored."""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(hours=self.hours)

    @property
    def year(self) -> int:
        return int(self.number.removeprefix("A-"))

    @property
    def is_cancelled(self) -> bool:
        return self.state is ReviewState.CANCELLED

    def participant(self, key: str) -> Participant | None:
        return next((one for one in self.participants if one.party.key == key), None)

    def count(self, attendance: str) -> int:
        return sum(one.attendance == attendance for one in self.participants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """When and where, and about what."""

    starts_at: datetime
    hours: float
    place: str = ""
    agenda: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """What the organisation configured about its reviews."""

    stakeholders: tuple[str, ...] = ()
    """Addresses, besides the role holders and department managers, who are always invited."""
    secretary: str = ""
    """Who is asked for the minutes; '' is the IT service manager."""
    change_management: str = ""
    """Where decisions on scope, service levels and contracts go; '' is the IT service manager."""
    agenda: tuple[str, ...] = field(default=())
    """'' is the templates' own."""
    remind_days: int = 3
    """Working days before its due date that the owner of an action is reminded."""


def planned(number: str, meeting: Meeting, people: Iterable[Person], earlier: Review | None = None) -> Review:
    """A review with its first invitation; after a cancellation, the same one again."""
    return Review(
        number=number,
        state=ReviewState.PLANNED,
        starts_at=meeting.starts_at,
        hours=meeting.hours,
        place=meeting.place,
        agenda=meeting.agenda,
        participants=tuple(Participant(party=Party.of(person)) for person in people),
        sequence=earlier.sequence + 1 if earlier else 0,
        minutes=earlier.minutes if earlier else (),
        remind_at=meeting.starts_at + timedelta(hours=meeting.hours),
        version=earlier.version if earlier else 0,
    )


def moved(review: Review, meeting: Meeting) -> Review:
    """Another time or place: everybody is asked anew."""
    participants = tuple(Participant(party=one.party) for one in review.participants)
    return replace(
        review,
        starts_at=meeting.starts_at,
        hours=meeting.hours,
        place=meeting.place or review.place,
        participants=participants,
        sequence=review.sequence + 1,
        remind_at=meeting.starts_at + timedelta(hours=meeting.hours),
    )


def cancelled(review: Review) -> Review:
    """Called off; the minutes are not asked for."""
    return replace(review, state=ReviewState.CANCELLED, sequence=review.sequence + 1, remind_at=None)


def answered(review: Review, key: str, attendance: Attendance, at: datetime, words: str) -> Review:
    """The review with somebody's answer; the last one counts."""
    participants = tuple(
        replace(one, attendance=attendance, at=at, words=words[:WORDS_CHARS_MAX])
        if one.party.key == key
        else one
        for one in review.participants
    )
    return replace(review, participants=participants)


def minuted(review: Review, minutes: Minutes) -> Review:
    """The review with further minutes; they are not asked for any more."""
    kept = replace(minutes, text=minutes.text[:MINUTES_CHARS_MAX])
    return replace(review, minutes=(*review.minutes, kept), remind_at=None)
