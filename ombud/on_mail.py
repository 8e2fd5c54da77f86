"""What the desk says about a mail that it was asked about or shown: a complaint or not, again or never.

Source: HANDBOOK 7.
"""

from classify import bilingual, passed_on
from classify.facts import Grade, Trust, Verb
from classify.people import Role
from classify.trust import Capability
from ingest.parse import parse
from ombud import on_behalf
from ombud.admit import Incoming, admit
from ombud.hand import Hand
from ombud.reply import refuse
from process.roles import may_act
from process.turn import Refusal
from store import inbox, labels, received


def command(hand: Hand, number: str) -> str:
    """The desk says whether a mail is a complaint; the first answer counts, and is kept as a label."""
    told = hand.decision.command
    if not may_act(hand.facts.sender, Role.SERVICE_DESK, hand.office.organisation):
        return refuse(hand, Refusal(problem="not_your_role"), None)
    if not hand.may(Capability.COMMAND):
        return refuse(hand, Refusal(problem="not_proven"), None)
    mail_id = int(number.removeprefix("M-"))
    if told is not None and told.verb in (Verb.RELEASE, Verb.DISCARD):
        return _set_aside(hand, mail_id, told.verb)
    if told is None and (done := on_behalf.complete(hand, mail_id)) is not None:
        return done
    if told is None or told.verb not in (Verb.COMPLAINT, Verb.NO_COMPLAINT):
        return refuse(hand, Refusal(problem="no_verb"), None)
    return _label(hand, mail_id, told.verb is Verb.COMPLAINT)


def _set_aside(hand: Hand, mail_id: int, verb: Verb) -> str:
    """A mail that was set aside is handled again or left for good."""
    decide = inbox.release if verb is Verb.RELEASE else inbox.discard
    try:
        decide(hand.conn, mail_id, hand.facts.now)
    except LookupError:
        return refuse(hand, Refusal(problem="not_set_aside"), None)
    return ""


def _label(hand: Hand, mail_id: int, is_complaint: bool) -> str:
    stored = received.get(hand.conn, mail_id)
    if stored is None:
        return refuse(hand, Refusal(problem="no_matter"), None)
    if stored.raw_at is not None:
        return refuse(hand, Refusal(problem="raw_mail_gone"), None)
    by = hand.facts.sender.key
    if stored.matter.startswith("C-") or not labels.add(hand.conn, mail_id, is_complaint, by, hand.facts.now):
        return refuse(hand, Refusal(problem="already_done", detail=stored.matter), None)
    if not is_complaint:
        return ""
    mail, organisation = parse(stored.content), hand.office.organisation
    sender = organisation.who(mail.sender.address, mail.sender.name)
    number = _opened(
        hand,
        Incoming(
            mail=mail,
            mail_id=mail_id,
            received_at=stored.received_at,
            sender=sender,
            trust=_as_it_came(stored.trust, organisation.disguise(mail.sender.name, sender)),
        ),
    )
    inbox.set_matter(hand.conn, mail_id, number)
    return number


def _opened(hand: Hand, incoming: Incoming) -> str:
    """The sender's complaint; what an engineer passed on is its writer's."""
    original = passed_on.original(incoming.mail, incoming.mail.own_text)
    if original and may_act(incoming.sender, Role.SERVICE_DESK, hand.office.organisation):
        return on_behalf.forwarded(hand, incoming, original)
    return admit(hand, incoming)


def _as_it_came(grade: str, disguise: tuple[str, ...]) -> Trust:
    """The grade that the mail got when it came: the desk's word makes it a complaint, not authentic."""
    found = Grade(grade) if grade in set(Grade) else Grade.UNKNOWN
    return Trust(grade=found, reasons=(bilingual.AS_IT_CAME,), disguise=disguise)
