"""What goes out: a notice that a process wants sent, the mail made of it, and what became of it.

The types stand here because both `store` (which keeps them) and `notify` (which makes and sends
them) know them, and those two do not know each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from classify.facts import Trust, Verb
from classify.people import Person
from process.case import Case, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A mail that a notice is about or quotes, as far as a reader needs it."""

    number: str
    """'M-123', its own matter number."""
    sender: str
    subject: str
    text: str
    received_at: datetime | None = None
    trust: Trust | None = None
    about_keys: tuple[str, ...] = ()
    """`Person.key` of role holders complained about: nobody of them is shown it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that the recipient may answer, offered as a ready-made reply link."""

    verb: Verb
    argument: str = ""
    """Filled in behind the verb: a department, a rating."""
    about: str = ""
    """What is answered about, written before the answer: the number of a work order."""
    rows: tuple[str, ...] = ()
    """What is asked for in lines of their own, each to be filled in behind its name."""
    fields: tuple[str, ...] = ()
    """Fields of the form that the link offers to fill in (`classify.form.NAMES`); () for those of the verb."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that goes out with a mail."""

    filename: str
    """Shown by mail programs; made of our own words, never of a mail's."""
    content_type: str
    """With its parameters: 'text/calendar; method=REQUEST; charset=utf-8'."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of several matters that a notice lists: what there is to say of it, and what may be answered on it."""

    matter: str
    """Its own number: the answers to it carry its own token."""
    group: str
    """Under which heading it stands; a template's word."""
    case: Case | None = None
    waits_for: tuple[str, ...] = ()
    """Names of those whose turn it is."""
    quoted: Quoted | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A wish to tell somebody something: which template, to whom, about what."""

    template: str
    """Folder name under templates/<language>/."""
    to: Person
    cc: tuple[Person, ...] = ()
    matter: str
    """Complaint number, 'M-<id>', or '' for a notice about the service itself."""
    case: Case | None = None
    trail: tuple[Event, ...] = ()
    """The case's events up to now, oldest first."""
    waits_for: tuple[str, ...] = ()
    """Names of those whose turn it is, as the directory has them now."""
    quoted: Quoted | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """Further words for the template: reason, question, evidence …, by the template's own names."""
    choices: tuple[Choice, ...] = ()
    """What may be answered, in the order to be shown."""
    items: tuple[Item, ...] = ()
    """The matters that a digest lists, in the order to be shown."""
    shown: object = None
    """The value that the template shows: a work list, a survey's form, a report; None where the case is enough."""
    enclosures: tuple[Enclosure, ...] = ()
    has_form: bool = False
    """Whether the record form goes with it as a spreadsheet; `notify` makes it."""
    is_reply: bool = False
    """Caused by a mail of the recipient (Auto-Submitted: auto-replied), else auto-generated."""
    in_reply_to: str = ""
    """Message-ID to thread under; '' starts or continues the matter's thread."""
    references: tuple[str, ...] = ()
    language: str = ""
    """'zh' or 'en'; '' = the recipient's, else the case's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A mail ready to be sent, byte for byte the same however often it is tried."""

    message_id: str
    """Without angle brackets."""
    matter: str
    template: str
    recipient_key: str
    """`Person.key` of the To person."""
    recipients: tuple[str, ...]
    """RFC 5321 forward paths, To and Cc."""
    subject: str
    content: bytes = field(repr=False)
    """RFC 5322 message, CRLF line ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The server took responsibility (250 after DATA)."""

    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Try again later: 4xx, no connection, or trouble unknown."""

    reason: str
    is_unreachable: bool = False
    """No usable connection: it says nothing about this mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never try again: 5xx. `recipients` are those refused; the others got the mail."""

    reason: str
    recipients: tuple[str, ...] = ()


Outcome = Sent | Deferred | Refused
