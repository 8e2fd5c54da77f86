"""Facts about a mail: whose it is, how far that is believed, and which matter it is about.

Threading, in this order: our signed token for this very sender (subject tag, Message-ID or reply address),
then In-Reply-To/References to a mail that we sent, then the number in the subject for a known party. A
stranger who quotes a number never enters somebody else's complaint (`Facts.foreign_number`).
Authenticity is found out before the transaction (`arrived`): it may ask DNS, and a waiting transaction would
hold up all others.
Source: DESIGN 'Trust'; RFC 5322 3.6.4.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from classify import token, trust
from classify.facts import Awaiting, Facts, Matter
from classify.grievance import Grievance
from classify.people import Organisation, Person
from classify.understood import Understood
from ingest import addresses, authentication, bounce, dkim_check
from ingest.authentication import Authentication
from ingest.dkim_check import TxtRecords
from ingest.mail import Mail
from ombud import matters
from ombud.office import Office
from process.roles import is_party, is_staff
from store import complaints, outbox

REFERENCES_MAX = 50
"""Message-IDs of a mail that are looked up, newest first."""

DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to")
"""Where mail servers note the address that a mail was really delivered to; nowhere standardised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The matter that a mail belongs to, and how that was found."""

    matter: Matter | None = None
    by: str = ""
    is_party: bool = False
    foreign_number: str = ""
    is_misaddressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail that was understood, and what is known of its authenticity."""

    mail: Mail
    grievance: Grievance
    authentication: Authentication
    now: datetime


def arrived(office: Office, understood: Understood, now: datetime) -> Arrived:
    """The mail with what is known of its authenticity; may ask DNS."""
    found = authenticated(understood.mail, office.authserv_id, office.txt_records)
    return Arrived(mail=understood.mail, grievance=understood.grievance, authentication=found, now=now)


def authenticated(mail: Mail, authserv_id: str, txt_records: TxtRecords | None) -> Authentication:
    """Our server's verdict, else that of the signatures, where they are checked here."""
    found = authentication.verdict(mail, authserv_id)
    return found if found.is_ours or txt_records is None else dkim_check.check(mail, txt_records)


def facts(conn: Connection, office: Office, arrival: Arrived) -> Facts:
    """Everything that bears on a mail, as the rules of `classify.kind` want it."""
    mail, now, organisation = arrival.mail, arrival.now, office.organisation
    sender = organisation.who(mail.sender.address, mail.sender.name)
    seals = _seals(mail, office)
    seal = next((seal for seal in seals if office.sealer.is_valid(seal, sender.key, now)), None)
    disguise = organisation.disguise(mail.sender.name, sender)
    grade = trust.grade(sender, seal is not None, arrival.authentication, disguise)
    report = bounce.read(mail)
    thread = Thread() if report else _thread(conn, mail, sender, office, seal)
    return Facts(
        mail=mail,
        grievance=arrival.grievance,
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
        is_misaddressed=thread.is_misaddressed,
        has_expired_token=any(office.sealer.is_expired(seal, sender.key, now) for seal in seals),
        bounce=report,
        bounced_number=_bounced(conn, report.original_message_id) if report else "",
        work_order_senders=office.work_order_senders,
    )


def _seals(mail: Mail, office: Office) -> tuple[token.Seal, ...]:
    """Everything in a mail that looks like a token of ours."""
    letterhead = office.letterhead
    return (
        *token.seals_in_subject(mail.subject),
        *token.seals_in_message_ids(_quoted_ids(mail), letterhead.domain),
        *(
            token.seals_in_addresses(_delivered_to(mail), letterhead.desk_address)
            if letterhead.has_subaddresses
            else ()
        ),
    )


def _delivered_to(mail: Mail) -> tuple[str, ...]:
    """Addresses that a mail was sent or delivered to."""
    noted = addresses.read(tuple(value for name in DELIVERED_TO for value in mail.header_all(name)))
    return tuple(address.address for address in (*noted, *mail.to, *mail.cc))


def _quoted_ids(mail: Mail) -> tuple[str, ...]:
    return (*mail.in_reply_to, *reversed(mail.references))[:REFERENCES_MAX]


def _thread(conn: Connection, mail: Mail, sender: Person, office: Office, seal: token.Seal | None) -> Thread:
    organisation = office.organisation
    ours = outbox.find(conn, _quoted_ids(mail))
    candidates = [
        *([(seal.matter, "token")] if seal else []),
        *([(ours.matter, "reference")] if ours and ours.matter else []),
        *((number, "subject") for number in token.numbers_in(mail.subject)),
        # The ready-made form opens a new mail; its tag is all that says whose form it is.
        *((seal.matter, "subject") for seal in token.seals_in_subject(mail.subject) if _is_form(seal.matter)),
    ]
    foreign = ""
    for number, by in candidates:
        matter = matters.find(conn, number, organisation)
        is_party = _is_party(conn, sender, matter, organisation)
        if matter and (by == "token" or is_party or is_staff(sender, organisation)):
            return Thread(matter=matter, by=by, is_party=is_party)
        foreign = foreign or (number if matter else "")
    return Thread(foreign_number=foreign, is_misaddressed=ours is not None and bool(foreign))


def _is_form(number: str) -> bool:
    """'Q-2026-00017': one person's form of a survey."""
    return number.startswith("Q-") and number.count("-") > 1


def _is_party(conn: Connection, sender: Person, matter: Matter | None, organisation: Organisation) -> bool:
    """Whether a matter is the sender's own, or one that they may speak on as a delegate."""
    if matter is None:
        return False
    if matter.awaiting is Awaiting.SURVEY:
        asked = organisation.person(matter.complainant.address) or matter.complainant
        return sender.key == asked.key or any(sender.has_address(a) for a in asked.delegates)
    case = complaints.get(conn, matter.number)
    return case is not None and is_party(sender, case, organisation)


def _bounced(conn: Connection, message_id: str) -> str:
    """Number of the matter of our mail that came back; '' when it quotes none of ours."""
    ours = outbox.find(conn, (message_id,)) if message_id else None
    return ours.matter if ours else ""
