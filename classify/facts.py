"""What is known about a mail when it is decided: the mail itself and what the store knows of it.

`Facts` go in, a `Decision` comes out. The store gathers them (`store/facts.py`), `ombud explain`
makes them without a store.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from classify.grievance import Grievance
from classify.people import Organisation, Person
from classify.signature import without_signature
from ingest.mail import Bounce, Mail


class Kind(StrEnum):
    """What a mail is: exactly one of these (HANDBOOK 7)."""

    BOUNCE = "bounce"
    AUTOMATIC_REPLY = "automatic-reply"
    LOOP = "loop"
    LIST_OR_BULK = "list-or-bulk"
    SURVEY_ANSWER = "survey-answer"
    CALLBACK_ANSWER = "callback-answer"
    COMMAND = "command"
    ANSWER = "answer"
    WORK_ORDERS = "work-orders"
    CALENDAR_REPLY = "calendar-reply"
    RECORDED_FORM = "recorded-form"
    COMPLAINT = "complaint"
    ASK = "ask"
    OTHER = "other"
    UNREADABLE = "unreadable"


class Awaiting(StrEnum):
    """What Ombud last asked the sender on this matter, and may now be reading the answer to."""

    CONFIRMATION = "confirmation"
    """Does the user agree (step 09)?"""
    PARTICULARS = "particulars"
    """The desk asked the complainant for more (step 02)."""
    OBJECTION = "objection"
    """Judged not valid: the complainant may object once (step 03)."""
    RATING = "rating"
    """Closed: the one question of the closure mail (step 10)."""
    SURVEY = "survey"
    CALLBACK = "callback"


class AnswerMeaning(StrEnum):
    """What a complainant's answer to a question means (HANDBOOK 2, step 09)."""

    CONFIRM = "confirm"
    NOT_SOLVED = "not_solved"
    MORE_INFORMATION = "more_information"
    UNCLEAR = "unclear"


class Grade(StrEnum):
    """How far the sender is believed, best first."""

    PROVEN = "proven"
    """A valid token of ours for this very person, and no authentication failure."""
    AUTHENTICATED = "authenticated"
    """Our own server says that the From domain is authentic (RFC 8601)."""
    KNOWN = "known"
    """An address of the directory, nothing proved, nothing failed."""
    UNKNOWN = "unknown"
    """An address that nobody here has."""
    FAILED = "failed"
    """Authentication failed: perhaps forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The grade of a mail and the reasons for it, in words."""

    grade: Grade
    reasons: tuple[str, ...] = ()
    disguise: tuple[str, ...] = ()
    """What the display name pretends and the address does not bear out, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a reply may be about: a complaint, or a mail that the desk was asked about."""

    number: str
    """'C-2026-00017' for a complaint, 'M-123' for the mail with that id."""
    subject: str
    awaiting: Awaiting | None
    """What the complainant is being asked; None when nothing."""
    complainant: Person
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known in, before a decision."""

    mail: Mail
    grievance: Grievance
    """What its text is by itself."""
    now: datetime
    sender: Person
    """The directory's person, or one made of the From address (is_in_directory False)."""
    trust: Trust
    organisation: Organisation
    own_addresses: frozenset[str]
    """Folded addresses of the watched mailboxes and our own From."""
    own_domain: str = ""
    """Right side of the Message-IDs that we make."""
    matter: Matter | None = None
    """Found by token, by In-Reply-To/References to a mail of ours, or by subject for a party of it."""
    matter_by: str = ""
    """How it was found: 'token', 'reference' or 'subject'."""
    is_party: bool = False
    """Whether the matter is the sender's own: made by them, for them, or by a delegate of theirs."""
    foreign_number: str = ""
    """A complaint number that the mail quotes but that is none of its sender's business."""
    is_misaddressed: bool = False
    """Whether it answers a mail of ours that went to somebody else."""
    has_expired_token: bool = False
    """Whether it answers a mail of ours to this very person that is too old to be answered."""
    bounce: Bounce | None = None
    bounced_number: str = ""
    """Matter of our mail that the bounce is about; '' when it quotes none of ours."""
    work_order_senders: frozenset[str] = frozenset()

    @property
    def own_words(self) -> str:
        """What the sender wrote, without the signature."""
        return without_signature(self.mail.own_text, self.sender)


class Verb(StrEnum):
    """What a staff member or complainant tells Ombud to do (HANDBOOK 8)."""

    ACCEPT = "accept"
    ASK = "ask"
    VALID = "valid"
    INVALID = "invalid"
    ASSIGN = "assign"
    MEASURES = "measures"
    RETURN = "return"
    PASS = "pass"  # noqa: S105 -- a verb, no password
    FAIL = "fail"
    CLOSE = "close"
    CONFIRM = "confirm"
    NOT_SOLVED = "not_solved"
    NOTE = "note"
    STATUS = "status"
    APPROVE = "approve"
    REJECT = "reject"
    COMPLAINT = "complaint"
    """The desk: this mail is a complaint (answer to 'ask', or to a mail of the digest)."""
    NO_COMPLAINT = "no_complaint"
    SAME = "same"
    """The desk: the complaint is about the same matter as an earlier one, whose number follows."""
    DIFFERENT = "different"
    RELEASE = "release"
    """The desk: a mail that was set aside is handled again, or…"""
    DISCARD = "discard"
    FILL_IN = "fill_in"
    """The IT service manager: cause and improvement of an item of the draft report."""
    SHEET = "sheet"
    """A ready-made form to be filled in; never read as a verb."""
    ATTEND = "attend"
    """Who is invited to the review: comes, does not, or does not know yet."""
    DECLINE = "decline"
    TENTATIVE = "tentative"
    DONE = "done"
    """The owner of an action of the review."""
    RESCHEDULE = "reschedule"
    """The same, or the IT service manager: a new date, and why."""
    RATE = "rate"
    """The complainant's answer to the closure mail's one question, as argument '5' (best) to '1'."""
    RESULTS = "results"
    """The desk's results of call-backs, a line for each work order."""
    INFORM = "inform"
    """The complainant's further information, or an answer to a request for particulars."""
    UNCLEAR = "unclear"
    """The complainant answered, but not so that it could be read as yes or no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A verb with what stands behind it."""

    verb: Verb
    argument: str = ""
    """The rest of the first line."""
    text: str = ""
    """The lines below the first."""
    fields: tuple[tuple[str, str], ...] = ()
    """Of a form that was filled in, in the mail's lines or in a spreadsheet with it; see `form.py`."""
    trouble: str = ""
    """What was wrong with a spreadsheet, where the mail could be read without it; see `filled_form.py`."""

    @property
    def reason(self) -> str:
        """Argument and text together, for verbs that take free words."""
        return "\n".join(part for part in (self.argument, self.text) if part).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything decided out: the kind, the rule that decided it, and the evidence in words."""

    kind: Kind
    rule: str
    evidence: str
    command: Command | None = None
    answer: AnswerMeaning | None = None
    form: tuple[tuple[str, str], ...] = field(default=())
    """Fields of a recorded form, as (field name, value); see `form.py`."""
