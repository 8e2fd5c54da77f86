"""The complaint record form (投诉记录单) as a value, its states and its trail.

A `Case` never changes; `complaint.advance` gives the next one. Times are aware UTC datetimes.
Source: HANDBOOK 2.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from classify.facts import Trust
from classify.people import Person


class State(StrEnum):
    """Where a complaint stands. `step_code` gives the handbook's code."""

    RECORDED = "recorded"
    """01/02: the desk is asked to accept."""
    ASKED = "asked"
    """02: the complainant is asked for particulars; the clock pauses."""
    ACCEPTED = "accepted"
    """03: the desk investigates and judges validity."""
    NOT_VALID = "not_valid"
    """03: the complainant was told why, and may object once."""
    OBJECTED = "objected"
    """03: the management representative decides."""
    VALID = "valid"
    """05: the desk chooses the department."""
    HANDLING = "handling"
    """05: the department manager finds cause and measures."""
    VERIFYING = "verifying"
    """06/07: the measures are judged."""
    FEEDING_BACK = "feeding_back"
    """08: the desk approves the draft of the feedback."""
    CONFIRMING = "confirming"
    """09: the complainant is asked whether it is solved."""
    CLOSED = "closed"
    """10."""

    @property
    def step_code(self) -> str:
        return STEP_CODES[self]


STEP_CODES = {
    State.RECORDED: "02",
    State.ASKED: "02",
    State.ACCEPTED: "03",
    State.NOT_VALID: "03",
    State.OBJECTED: "03",
    State.VALID: "05",
    State.HANDLING: "05",
    State.VERIFYING: "06",
    State.FEEDING_BACK: "08",
    State.CONFIRMING: "09",
    State.CLOSED: "10",
}


class Source(StrEnum):
    """How the complaint reached us."""

    MAIL = "mail"
    PHONE = "phone"
    CALLBACK = "callback"
    SURVEY = "survey"
    SUPERIOR = "superior"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody as they stood on the record when it was written; the directory may change later."""

    key: str = ""
    name: str = ""
    address: str = ""
    employee_number: str = ""
    department: str = ""
    title: str = ""
    phone: str = ""
    language: str = ""

    @classmethod
    def of(cls, person: Person, *, address: str = "") -> "Party":
        """The person as a party, written to at `address` where one is given."""
        return cls(
            key=person.key,
            name=person.name,
            address=address or person.address,
            employee_number=person.employee_number,
            department=person.department,
            title=person.title,
            phone=person.phone,
            language=person.language,
        )

    @property
    def is_known(self) -> bool:
        return bool(self.key)

    @property
    def person(self) -> Person:
        """The party as somebody to write to, as they stood on the record."""
        return Person(
            key=self.key,
            name=self.name,
            addresses=(self.address,) if self.address else (),
            title=self.title,
            department=self.department,
            phone=self.phone,
            employee_number=self.employee_number,
            language=self.language,
        )

    @property
    def display(self) -> str:
        """Name and address as a reader wants them."""
        return f"{self.name} <{self.address}>" if self.name and self.address else self.name or self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A yes or no of somebody: accepted, valid, effective."""

    is_yes: bool
    by: Party
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What the department answers (HANDBOOK 2, step 05)."""

    text: str = ""
    """Free words, when no form was filled in."""
    cause: str = ""
    corrective: str = ""
    preventive: str = ""
    responsible: str = ""
    planned: str = ""
    actual: str = ""
    by: Party = Party()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentNote:
    """An attachment of the original mail, as the record form lists it."""

    filename: str
    content_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One escalation; there is at most one for each reason (`once`)."""

    once: str
    """What makes it unique within the complaint: 'vip', 'repeat-1', 'second-failure' …"""
    to: Party
    at: datetime
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay in a state: since when, and when its step was due as it began."""

    state: State
    since: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a complaint ended."""

    by: Party
    at: datetime
    how: str
    """'confirmed' by the user, 'desk' decided, or 'not_valid'."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A complaint: all fields of the record form, as far as they are known."""

    number: str
    state: State
    language: str
    """Of the complainant's mails: 'zh' or 'en'."""
    source: Source = Source.MAIL
    received_at: datetime
    recorded_at: datetime
    recorder: Party = Party()
    """The engineer who recorded it on the user's behalf; unknown when automatic."""
    complainant: Party
    on_behalf_of: Party = Party()
    """The person for whom a delegate wrote."""
    trust: Trust | None = None
    """How far the sender of the original mail is believed, and why."""
    is_vip: bool = False
    subject: str
    text: str
    fingerprint: str
    """SHA-256 of the original mail's bytes, hex."""
    mail_message_id: str = ""
    """Message-ID of the original mail; the thread hangs on it."""
    attachments: tuple[AttachmentNote, ...] = ()
    work_order: str = ""
    about: str = ""
    """Complained about: person, team or service."""
    about_keys: tuple[str, ...] = ()
    """`Person.key` of role holders complained about: routed round."""
    category: str = ""
    """'attitude', 'response_time', 'quality', 'process' or 'other'."""
    severity: str = ""
    remedy: str = ""
    """What the complainant wants."""
    related: tuple[str, ...] = ()
    """Numbers of earlier complaints on the same matter."""
    doubtful: tuple[str, ...] = ()
    """Numbers of earlier complaints that may be on the same matter; the desk says which."""
    repeats: int = 0
    """How often it came back: 0 first, then +1 for each 'not solved' or dispute."""
    question: str = ""
    """What the complainant was asked last (step 02)."""
    accepted: Judgement | None = None
    valid: Judgement | None = None
    has_objected: bool = False
    department: str = ""
    department_manager: Party = Party()
    since: datetime | None = None
    """When the present state began."""
    answer_due_at: datetime | None = None
    """Until when the department was asked to answer, and…"""
    copied: tuple[Party, ...] = ()
    """…who got a copy of the dispatch (the management representative)."""
    due_at: datetime | None = None
    """Of the step that is being waited for."""
    stays: tuple[Stay, ...] = ()
    """All states that it was in, oldest first; the reports count by them."""
    left_hours: float = 0
    """Working time that was left when the complainant was asked; the clock pauses meanwhile."""
    rung: int = 0
    """Rungs of the present state's ladder that are behind; and when the next one is due."""
    remind_at: datetime | None = None
    draft: Measures | None = None
    """What the department has filled in so far of a form that is not complete."""
    measures: Measures | None = None
    verification: Judgement | None = None
    failed_verifications: int = 0
    feedback: str = ""
    """What the user was told, and…"""
    feedback_at: datetime | None = None
    feedback_by: Party = Party()
    user_answer: str = ""
    """The complainant's last answer, in their own words."""
    closing: Closing | None = None
    rating: str = ""
    escalations: tuple[Escalation, ...] = ()
    version: int = 0
    """Counted up with each change; the store refuses a write on top of a newer one."""

    @property
    def is_closed(self) -> bool:
        return self.state is State.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the trail."""

    at: datetime
    actor: Party
    """Unknown party for what Ombud did by itself."""
    role: str
    what: str
    """Name of what happened: 'recorded', 'accepted', 'dispatched' …"""
    text: str = ""
    mail_id: int | None = None
    """The mail that caused it."""
