"""Answers to the mail in hand: what was wrong with it, or what its sender asked for."""

from dataclasses import replace

from classify.facts import Grade
from ombud.hand import Hand
from process import complaint
from process.case import Case
from process.outgoing import Notice
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


def reply(hand: Hand, case: Case | None, template: str, facts: dict[str, str]) -> str:
    """An answer to the mail in hand, with what its sender may do about the case."""
    sender, mail, organisation = hand.facts.sender, hand.facts.mail, hand.office.organisation
    matter = hand.facts.matter
    if case is not None and not (hand.facts.is_party or may_read(sender, case, organisation)):
        case = None
    # Nobody gets a token for a complaint that does not concern them.
    number = case.number if case else matter.number if matter and not matter.number.startswith("C-") else ""
    hand.post.send(
        Notice(
            template=template,
            to=replace(sender, addresses=(mail.sender.address,)),
            matter=number,
            case=case,
            choices=complaint.choices(case, sender, organisation) if case else (),
            facts=facts,
            quoted=hand.quoted,
            is_reply=True,
            in_reply_to=mail.message_id,
            references=(*mail.references, mail.message_id) if mail.message_id else (),
            language=sender.language or mail.language,
        )
    )
    return case.number if case else ""
