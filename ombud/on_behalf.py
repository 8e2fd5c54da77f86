"""A complaint that an engineer records for a user: by form, by spreadsheet, or by forwarding the user's mail.

The complainant is the user, the engineer the recorder; the user gets the acknowledgement, the engineer what was
understood, field by field. Without a complainant nothing is opened: the form is kept, and its sender is asked.
Source: HANDBOOK 2 'What opens one' (1), step 01.
"""

from dataclasses import replace

from classify import filled_form, form
from classify.facts import Verb
from classify.people import Person
from ingest.mail import Forwarded, Mail
from ingest.parse import parse
from ombud.admit import Incoming, by_name, named, opened, opening_of
from ombud.hand import Hand
from ombud.reply import echo, refuse
from process import form_echo
from process.case import Source
from process.form_echo import Echo
from process.opening import Opening
from process.outgoing import Choice
from process.turn import Refusal
from store import complaints, inbox, received

SOURCE_WORDS = {
    Source.PHONE: ("电话", "phone", "telephone"),
    Source.SUPERIOR: ("上级", "领导", "superior"),
    Source.CALLBACK: ("回访", "call-back", "callback"),
    Source.SURVEY: ("调查", "survey"),
}
WHO = ("complainant", "address", "phone")
"""What is asked for when nobody can be made of the form."""
CONTACT = ("address", "phone")
"""One of these is needed to reach the complainant."""


def record(hand: Hand) -> str:
    """The mail in hand as a complaint on somebody's behalf; its number."""
    trouble, fields = (
        filled_form.read(hand.facts.mail, hand.facts.own_words).trouble,
        dict(hand.decision.form),
    )
    if trouble and not fields:
        return refuse(hand, Refusal(problem=f"form_{trouble}"), None)
    incoming = Incoming(
        mail=hand.facts.mail,
        mail_id=hand.mail_id,
        received_at=hand.facts.now,
        sender=hand.facts.sender,
        trust=hand.facts.trust,
    )
    return _recorded(hand, incoming, fields, trouble)


def complete(hand: Hand, mail_id: int) -> str | None:
    """The rest of a form that named no complainant; None when the mail in hand or that one is no form."""
    filled = filled_form.read(hand.facts.mail, hand.facts.own_words)
    stored = received.get(hand.conn, mail_id)
    if stored is None or stored.kind != "recorded-form" or not filled.fields:
        return None
    if stored.matter.startswith("C-"):
        return refuse(hand, Refusal(problem="already_done", detail=stored.matter), None)
    if stored.raw_at is not None:
        return refuse(hand, Refusal(problem="raw_mail_gone"), None)
    mail = parse(stored.content)
    incoming = Incoming(
        mail=mail,
        mail_id=mail_id,
        received_at=stored.received_at,
        sender=hand.facts.sender,
        trust=hand.facts.trust,
    )
    known = filled_form.recorded(mail, mail.own_text).fields
    number = _recorded(hand, incoming, {**dict(known), **dict(filled.fields)}, filled.trouble)
    if number:
        inbox.set_matter(hand.conn, mail_id, number)
    return number


def forwarded(hand: Hand, incoming: Incoming, original: Forwarded) -> str:
    """The original that an engineer passed on as its writer's complaint; its number."""
    sender = original.sender
    fields = {"complainant": sender.name or sender.address, "address": sender.address}
    return _recorded(hand, incoming, fields, "")


def _recorded(hand: Hand, incoming: Incoming, fields: dict[str, str], trouble: str) -> str:
    complainant = _complainant(hand, incoming.mail, fields)
    read = Echo(form=form_echo.RECORD, fields=_in_order(fields), trouble=trouble)
    if complainant is None:
        matter = f"M-{incoming.mail_id}"
        echo(hand, None, replace(read, missing=WHO), (Choice(verb=Verb.INFORM, fields=WHO),), matter)
        return ""
    number = opened(hand, _opening(hand, incoming, fields, complainant))
    has_contact = bool(complainant.address or complainant.phone)
    case, missing = complaints.get(hand.conn, number), () if has_contact else CONTACT
    choices = (Choice(verb=Verb.INFORM, fields=missing),) if missing else ()
    echo(hand, case, replace(read, missing=missing), choices, number)
    return number


def _complainant(hand: Hand, mail: Mail, fields: dict[str, str]) -> Person | None:
    """Whom the form names, or who wrote the forwarded mail; None when that gives no name."""
    found = named(fields, hand.office.organisation)
    if found is None and mail.forwarded is not None:
        found = hand.office.organisation.who(mail.forwarded.sender.address, mail.forwarded.sender.name)
    return found if found and found.name else None


def _opening(hand: Hand, incoming: Incoming, fields: dict[str, str], complainant: Person) -> Opening:
    opening, forwarded = opening_of(hand, incoming), incoming.mail.forwarded
    found = opening.particulars
    return replace(
        opening,
        complainant=complainant,
        address=complainant.address,
        recorder=hand.facts.sender,
        on_behalf_of=by_name(fields.get("on_behalf_of", ""), hand.office.organisation),
        source=_source(fields.get("source", ""), is_forward=forwarded is not None),
        subject=forwarded.subject if forwarded else opening.subject,
        text=fields.get("text") or (forwarded.text if forwarded else opening.text),
        particulars=replace(
            found,
            work_order=fields.get("work_order") or found.work_order,
            about=fields.get("about") or found.about,
            category=form.category_of(fields.get("category", "")) or found.category,
            severity=fields.get("severity", ""),
            remedy=fields.get("remedy") or found.remedy,
        ),
    )


def _in_order(fields: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, fields[name]) for name in form.NAMES if name in fields)


def _source(word: str, *, is_forward: bool) -> Source:
    for source, words in SOURCE_WORDS.items():
        if any(w in word.casefold() for w in words):
            return source
    return Source.MAIL if is_forward else Source.PHONE
