"""Answers to the mail in hand: what was wrong with it, or what its sender asked for."""

from dataclasses import replace

from classify.facts import Grade
from ombud.hand import Hand
from process import complaint
from process.case import Case
from process.form_echo import Echo
from process.outgoing import Choice, Notice
from process.roles import is_staff, may_read
from process.turn import Refusal


def forged(hand: Hand) -> str:
    """Nothing is done for a sender who is not believed; the desk is told."""
    hand.alert("forged", "; ".join(hand.facts.trust.reasons))
    return ""


def refuse(hand: Hand, refusal: Refusal, case: Case | None) -> str:
    """What was wrong and what can be done; somebody who is not believed learns nothing."""
    is_known = hand.facts.is_party or is_staff(hand.facts.sender, hand.office.organisation)
    if hand.facts.trust.grade is Grade.FAILED or not is_known:
        return forged(hand)
    facts = {"problem": refusal.problem, "detail": refusal.detail}
    if refusal.at:
        facts |= {"what": refusal.what, "at": refusal.at.isoformat()}
    return reply(hand, case, "not_understood", facts)


def tell_address(hand: Hand) -> None:
    """To somebody who answers our mail from an address that it did not go to; nothing of the matter is told."""
    if hand.facts.trust.grade is not Grade.FAILED:
        reply(hand, None, "not_understood", {"problem": "wrong_address", "detail": ""})


def echo(hand: Hand, case: Case | None, told: Echo, choices: tuple[Choice, ...], matter: str) -> None:
    """What was understood of a form, to who filled it in; an answer to it is about `matter`."""
    if case is not None and not may_read(hand.facts.sender, case, hand.office.organisation):
        case, choices, matter = None, (), ""
    answer = _answer(hand, "form_read", matter, case)
    hand.post.send(replace(answer, choices=choices, shown=told))


def reply(hand: Hand, case: Case | None, template: str, facts: dict[str, str]) -> str:
    """An answer to the mail in hand, with what its sender may do about the case."""
    sender, organisation, matter = hand.facts.sender, hand.office.organisation, hand.facts.matter
    if case is not None and not (hand.facts.is_party or may_read(sender, case, organisation)):
        case = None
    # Nobody gets a token for a complaint that does not concern them.
    number = case.number if case else matter.number if matter and not matter.number.startswith("C-") else ""
    choices = complaint.choices(case, sender, organisation) if case else ()
    hand.post.send(replace(_answer(hand, template, number, case), choices=choices, facts=facts))
    return case.number if case else ""


def _answer(hand: Hand, template: str, matter: str, case: Case | None) -> Notice:
    """A notice to the sender of the mail in hand, threaded under it."""
    sender, mail = hand.facts.sender, hand.facts.mail
    return Notice(
        template=template,
        to=replace(sender, addresses=(mail.sender.address,)),
        matter=matter,
        case=case,
        quoted=hand.quoted,
        is_reply=True,
        in_reply_to=mail.message_id,
        references=(*mail.references, mail.message_id) if mail.message_id else (),
        language=sender.language or mail.language,
    )
