"""A mail becomes a complaint: by itself, by the desk's word, or recorded on somebody's behalf.

Source: HANDBOOK 2 'What opens one', steps 01 and 04.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from classify import particulars, passed_on, token, trust
from classify.facts import Trust
from classify.people import Organisation, Person
from classify.trust import Capability
from ingest.mail import Mail
from ombud.hand import Hand, notes
from process.case import Case, Source
from process.opening import Opening, open_case
from store import complaints
from store.database import hold_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """The mail that is the complaint; not always the mail in hand."""

    mail: Mail
    mail_id: int
    received_at: datetime
    sender: Person
    trust: Trust


def admit(hand: Hand, incoming: Incoming) -> str:
    """The sender's own complaint recorded, acknowledged and put to the desk; its number."""
    return opened(hand, _own_opening(hand, incoming))


def _own_opening(hand: Hand, incoming: Incoming) -> Opening:
    mail = incoming.mail
    return replace(
        opening_of(hand, incoming),
        complainant=incoming.sender,
        address=mail.sender.address,
        on_behalf_of=_principal(mail, incoming.sender, hand.office.organisation),
    )


def admit_in_hand(hand: Hand) -> str:
    """The mail in hand is a complaint of its sender."""
    return admit(hand, _in_hand(hand))


def _in_hand(hand: Hand) -> Incoming:
    return Incoming(
        mail=hand.facts.mail,
        mail_id=hand.mail_id,
        received_at=hand.facts.now,
        sender=hand.facts.sender,
        trust=hand.facts.trust,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissatisfied:
    """A "very dissatisfied" that somebody answered elsewhere than in a complaint of their own."""

    person: Person
    source: Source
    """CALLBACK or SURVEY."""
    subject: str
    text: str
    work_order: str = ""
    recorder: Person | None = None
    """Who wrote the answer down for the person; None when they answered themselves."""


def admit_dissatisfied(hand: Hand, found: Dissatisfied) -> str:
    """A complaint opened by an answer in the mail in hand; its number. Source: HANDBOOK 2 'What opens one', 2, 3."""
    opening, office = opening_of(hand, _in_hand(hand)), hand.office
    # The mail may report on other people too: only what this one said is looked at.
    told = particulars.read(found.subject, found.text, office.organisation, office.words)
    return opened(
        hand,
        replace(
            opening,
            complainant=found.person,
            address=found.person.address,
            recorder=found.recorder,
            source=found.source,
            subject=found.subject,
            text=found.text,
            language=found.person.language or opening.language,
            attachments=(),
            particulars=replace(told, work_order=found.work_order),
        ),
    )


def tried(hand: Hand) -> Case:
    """The complaint that the mail in hand would open, on top of those recorded before it; nothing is kept."""
    opening = _own_opening(hand, _in_hand(hand))
    earlier = tuple(case for case in _earlier(hand, opening) if case.recorded_at < opening.now)
    opening = replace(opening, earlier=earlier)
    return open_case(opening, hand.office.organisation, hand.office.rules).case


def opening_of(hand: Hand, incoming: Incoming) -> Opening:
    """What a mail says by itself; number and earlier complaints come with `opened`."""
    mail, office = incoming.mail, hand.office
    text = passed_on.words(mail)
    return Opening(
        number="",
        received_at=incoming.received_at,
        now=hand.facts.now,
        complainant=incoming.sender,
        address="",
        subject=token.without_tags(mail.subject_base or mail.subject),
        text=text,
        language=incoming.sender.language or mail.language,
        fingerprint=sha256(mail.raw).hexdigest(),
        message_id=mail.message_id,
        attachments=notes(mail.attachments),
        particulars=particulars.read(mail.subject_base, text, office.organisation, office.words),
        trust=incoming.trust,
        may_escalate=_may(hand, incoming, Capability.ESCALATE_AS_VIP),
        may_repeat=_may(hand, incoming, Capability.ESCALATE_AS_REPEAT),
        mail_id=incoming.mail_id,
    )


def _may(hand: Hand, incoming: Incoming, capability: Capability) -> bool:
    return trust.may(incoming.trust.grade, capability, hand.office.has_verdicts)


def opened(hand: Hand, opening: Opening) -> str:
    """The complaint recorded, with all that goes out at once; its number."""
    office = hand.office
    year = opening.now.astimezone(office.rules.calendar.timezone).year
    opening = replace(
        opening, number=complaints.next_number(hand.conn, year), earlier=_earlier(hand, opening)
    )
    hand.keep(open_case(opening, office.organisation, office.rules))
    return opening.number


def _earlier(hand: Hand, opening: Opening) -> tuple[Case, ...]:
    """Complaints in the window of the same person: by any address, by or for a delegate of theirs."""
    organisation = hand.office.organisation
    people = [person for person in (opening.complainant, opening.on_behalf_of) if person]
    keys = {person.key for person in people}
    keys |= {organisation.key(address) for person in people for address in person.delegates}
    keys |= {principal.key for principal in organisation.principals(opening.complainant)}
    # A complaint of the same person by another address may be decided at this very moment.
    hold_names(hand.conn, keys)
    return complaints.of_people(hand.conn, keys, opening.now - hand.office.limits.repeat_window)


def _principal(mail: Mail, sender: Person, organisation: Organisation) -> Person | None:
    """For whom a delegate writes: the one whose mail is forwarded, or who is named in the text."""
    original = mail.forwarded.sender.address if mail.forwarded else ""
    text = f"{mail.subject}\n{mail.own_text}"
    for person in organisation.principals(sender):
        if (original and person.has_address(original)) or (person.name and person.name in text):
            return person
    return None


def named(form: Mapping[str, str], organisation: Organisation) -> Person | None:
    """The complainant of a form: by address, employee number or name; else just as written."""
    address = form.get("address", "")
    if address:
        return organisation.who(address, form.get("complainant", ""))
    number = form.get("employee_number", "")
    known = next((p for p in organisation.people if number and p.employee_number == number), None)
    name = form.get("complainant", "")
    return known or by_name(name, organisation) or _unknown(name, form)


def by_name(name: str, organisation: Organisation) -> Person | None:
    """The only person of this name; None when nobody or several have it."""
    found = [person for person in organisation.people if name and person.name == name]
    return found[0] if len(found) == 1 else None


def _unknown(name: str, form: Mapping[str, str]) -> Person | None:
    if not name:
        return None
    phone = form.get("phone", "")
    return Person(
        key=f"name:{name}:{phone}",
        name=name,
        addresses=(),
        department=form.get("user_department", ""),
        phone=phone,
        is_in_directory=False,
    )
