"""Facts about a mail: whose it is, how far that is believed, and which matter it is about.

Threading, in this order: our signed token for this very sender (Message-ID or subject tag), then
In-Reply-To/References to a mail that we sent, then the number in the subject for a known party. A
stranger who quotes a number never enters somebody else's complaint (`Facts.foreign_number`).
Source: DESIGN 'Trust'; RFC 5322 3.6.4.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from classify import token, trust
from classify.facts import Awaiting, Facts, Matter
from classify.people import Organisation, Person
from ingest import authentication, bounce
from ingest.mail import Address, Mail
from ombud.office import Office
from process.case import Case, State
from process.roles import is_staff
from store import complaints, inbox, outbox

REFERENCES_MAX = 50
"""Message-IDs of a mail that are looked up, newest first."""

AWAITING = {
    State.ASKED: Awaiting.PARTICULARS,
    State.NOT_VALID: Awaiting.OBJECTION,
    State.CONFIRMING: Awaiting.CONFIRMATION,
    State.CLOSED: Awaiting.RATING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The matter that a mail belongs to, and how that was found."""

    matter: Matter | None = None
    by: str = ""
    is_party: bool = False
    foreign_number: str = ""


def facts(conn: Connection, office: Office, mail: Mail, now: datetime) -> Facts:
    """Everything that bears on a mail, as the rules of `classify.kind` want it."""
    organisation = office.organisation
    sender = who(mail.sender, organisation)
    seal = _seal(mail, sender, office, now)
    grade = trust.grade(sender, seal is not None, authentication.verdict(mail, office.authserv_id))
    report = bounce.read(mail)
    thread = Thread() if report else _thread(conn, mail, sender, office, seal)
    return Facts(
        mail=mail,
        now=now,
        sender=sender,
        trust=grade,
        organisation=organisation,
        own_addresses=office.own_addresses,
        own_domain=office.letterhead.domain,
        matter=thread.matter,
        matter_by=thread.by,
        is_party=thread.is_party,
        foreign_number=thread.foreign_number,
        bounce=report,
        bounced_number=_bounced(conn, report.original_message_id) if report else "",
        work_order_senders=office.work_order_senders,
    )


def who(address: Address, organisation: Organisation) -> Person:
    """The directory's person, or one made of the address alone."""
    known = organisation.person(address.address)
    if known is not None:
        return known
    return Person(
        key=address.key or "unknown",
        name=address.name or address.address,
        addresses=(address.address,) if address.address else (),
        is_in_directory=False,
    )


def _seal(mail: Mail, sender: Person, office: Office, now: datetime) -> token.Seal | None:
    ids = _quoted_ids(mail)
    seals = (
        *token.seals_in_subject(mail.subject),
        *token.seals_in_message_ids(ids, office.letterhead.domain),
    )
    return next((seal for seal in seals if office.sealer.is_valid(seal, sender.key, now)), None)


def _quoted_ids(mail: Mail) -> tuple[str, ...]:
    return (*mail.in_reply_to, *reversed(mail.references))[:REFERENCES_MAX]


def _thread(conn: Connection, mail: Mail, sender: Person, office: Office, seal: token.Seal | None) -> Thread:
    organisation = office.organisation
    ours = outbox.find(conn, _quoted_ids(mail))
    candidates = [
        *([(seal.matter, "token")] if seal else []),
        *([(ours.matter, "reference")] if ours and ours.matter else []),
        *((number, "subject") for number in token.numbers_in(mail.subject)),
    ]
    foreign = ""
    for number, by in candidates:
        matter = matter_of(conn, number, organisation)
        is_party = _is_party(conn, sender, number, organisation)
        if matter and (by == "token" or is_party or is_staff(sender, organisation)):
            return Thread(matter=matter, by=by, is_party=is_party)
        foreign = foreign or (number if matter else "")
    return Thread(foreign_number=foreign)


def matter_of(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    """The complaint, or the mail put to the desk, with this number."""
    if number.startswith("M-"):
        return _mail_matter(conn, number, organisation)
    case = complaints.get(conn, number)
    if case is None:
        return None
    return Matter(
        number=number,
        subject=case.subject,
        awaiting=AWAITING.get(case.state),
        complainant=case.complainant.person,
        is_closed=case.is_closed,
    )


def _mail_matter(conn: Connection, number: str, organisation: Organisation) -> Matter | None:
    stored = inbox.get(conn, int(number[2:])) if number[2:].isdecimal() else None
    if stored is None:
        return None
    writer = who(Address(address=stored.sender), organisation)
    return Matter(number=number, subject=stored.subject, awaiting=None, complainant=writer)


def _is_party(conn: Connection, sender: Person, number: str, organisation: Organisation) -> bool:
    """Whether a complaint is the sender's own, or one that they may speak on as a delegate."""
    case = complaints.get(conn, number)
    return case is not None and sender.key in _parties(case, organisation)


def _parties(case: Case, organisation: Organisation) -> set[str]:
    """Keys of the complainant, of whom it is made for, and of the delegates of both."""
    people = [party for party in (case.complainant, case.on_behalf_of) if party.is_known]
    keys = {party.key for party in people}
    for party in people:
        principal = organisation.person(party.address)
        for address in principal.delegates if principal else ():
            delegate = organisation.person(address)
            keys.add(delegate.key if delegate else address.casefold())
    return keys


def _bounced(conn: Connection, message_id: str) -> str:
    """Number of the matter of our mail that came back; '' when it quotes none of ours."""
    ours = outbox.find(conn, (message_id,)) if message_id else None
    return ours.matter if ours else ""
