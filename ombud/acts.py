"""What each kind of mail brings about: the acts of the service, in the transaction of its mail.

One function for each kind that does something, chosen in `ACTS`; every other kind stays for the desk.
Each returns the number of the matter that the mail belongs to, '' when there is none.
Source: HANDBOOK 7, 8.
"""

from collections.abc import Callable

from classify import token
from classify.facts import Kind, Verb
from classify.trust import Capability
from ingest.mail import FailedRecipient
from ombud import (
    import_orders,
    on_behalf,
    on_callback,
    on_complaint,
    on_mail,
    on_report,
    on_review,
    on_survey,
)
from ombud.admit import admit_in_hand
from ombud.hand import Hand
from ombud.reply import forged, refuse, tell_address
from process.outgoing import Choice
from process.turn import Refusal
from store import outbox

NOT_ANSWERED = (Kind.OTHER, Kind.ASK)
"""Kinds whose sender hears nothing by itself."""
WRITTEN_BY_PROGRAMS = (Kind.BOUNCE, Kind.LOOP, Kind.AUTOMATIC_REPLY, Kind.LIST_OR_BULK)


def carry_out(hand: Hand) -> str:
    """Does what the decision asks for; the matter's number."""
    act = ACTS.get(hand.decision.kind)
    number = act(hand) if act else ""
    if hand.facts.foreign_number and hand.decision.kind not in (*WRITTEN_BY_PROGRAMS, Kind.SURVEY_ANSWER):
        hand.alert("foreign_number", hand.facts.foreign_number)
        if hand.facts.is_misaddressed and hand.decision.kind in NOT_ANSWERED:
            tell_address(hand)
    return number


def _recorded_form(hand: Hand) -> str:
    if not hand.may(Capability.RECORD_FOR_OTHERS):
        return forged(hand)
    return on_behalf.record(hand)


def _ask(hand: Hand) -> str:
    """The desk is asked whether this is a complaint; the mail itself is the matter."""
    hand.ask_desk(
        "ask_complaint",
        {"evidence": hand.decision.evidence},
        Choice(verb=Verb.COMPLAINT),
        Choice(verb=Verb.NO_COMPLAINT),
    )
    return ""


def _bounce(hand: Hand) -> str:
    """A mail of ours that did not arrive for good is told to the desk: call instead."""
    report, number = hand.facts.bounce, hand.facts.bounced_number
    failed = [r for r in report.recipients if r.is_permanent] if report else []
    if number and failed:
        ours = outbox.find(hand.conn, (report.original_message_id,)) if report else None
        whose = "\n".join(_unreached(recipient, hand) for recipient in failed)
        hand.alert("bounced", f"{number}: {token.without_tags(ours.subject) if ours else ''}\n{whose}")
        on_survey.bounced(hand, number)
    return number


def _unreached(recipient: FailedRecipient, hand: Hand) -> str:
    """Who did not get our mail, and how else they are reached."""
    known = hand.office.organisation.person(recipient.address)
    facts = (known.name, known.phone) if known else ()
    return " · ".join(fact for fact in (*facts, recipient.address, recipient.status) if fact)


def _command(hand: Hand) -> str:
    """A verb on a matter: the process that the matter belongs to reads it."""
    number = hand.facts.matter.number if hand.facts.matter else ""
    act = COMMANDS.get(number[:1])
    return act(hand, number) if act else refuse(hand, Refusal(problem="no_matter"), None)


COMMANDS: dict[str, Callable[[Hand, str], str]] = {
    "C": on_complaint.command,
    "M": on_mail.command,
    "R": on_report.command,
    "Q": on_survey.command,
    "A": on_review.command,
}
"""By the letter that the matter's number begins with (`ombud/matters.py`)."""

ACTS: dict[Kind, Callable[[Hand], str]] = {
    Kind.BOUNCE: _bounce,
    Kind.AUTOMATIC_REPLY: on_survey.answered_by_program,
    Kind.SURVEY_ANSWER: on_survey.answered,
    Kind.COMMAND: _command,
    Kind.ANSWER: on_complaint.answered,
    Kind.CALLBACK_ANSWER: on_callback.answered,
    Kind.WORK_ORDERS: import_orders.mailed,
    Kind.RECORDED_FORM: _recorded_form,
    Kind.CALENDAR_REPLY: on_review.calendar_answered,
    Kind.COMPLAINT: admit_in_hand,
    Kind.ASK: _ask,
}
