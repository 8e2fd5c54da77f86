"""Results of call-backs put down: the history, the complaint that one opens, the log, and the echo to who reported it.

Source: HANDBOOK 3.
"""

from dataclasses import replace

from classify import bilingual
from classify.bilingual import in_language, noted
from classify.callback_answer import Result, Said
from classify.people import Role
from ombud.admit import Dissatisfied, admit_dissatisfied
from ombud.hand import Hand
from ombud.requester import requester
from process.callback import Callback, Taken, Understood, opens_complaint
from process.case import Event, Party, Source
from process.outgoing import Choice, Notice
from process.roles import may_act
from store import callbacks, events, once
from store.callbacks import Answer


def take(hand: Hand, one: Callback, said: Said) -> Taken:
    """The result put down; a complaint opened when it is the first "very dissatisfied" of the order."""
    assert said.result is not None
    complaint = ""
    if opens_complaint(one, said.result) and is_first(hand, one):
        complaint = complain(hand, one, said)
    elif one.complaint and said.result is not one.result:
        _note_on_complaint(hand, one, said.result)
    remarks = said.remarks or one.remarks
    callbacks.answer(hand.conn, given(hand, one, said.result, remarks), complaint)
    now = replace(one, result=said.result, remarks=remarks, complaint=complaint or one.complaint)
    return Taken(callback=now, before=one.result)


def given(hand: Hand, one: Callback, result: Result, remarks: str) -> Answer:
    """An answer as its history keeps it."""
    return Answer(
        number=one.number,
        at=hand.facts.now,
        person_key=hand.facts.sender.key,
        mail_id=hand.mail_id,
        result=result,
        remarks=remarks,
    )


def is_first(hand: Hand, one: Callback) -> bool:
    """Whether nobody else is opening a complaint on this order at the same moment."""
    return once.take(hand.conn, f"callback {one.number}", "complaint", hand.facts.now)


def complain(hand: Hand, one: Callback, said: Said) -> str:
    user = requester(one.order, hand.office.organisation)
    language = user.language or hand.office.letterhead.default_language
    return admit_dissatisfied(
        hand,
        Dissatisfied(
            person=user,
            source=Source.CALLBACK,
            subject=one.order.title or f"{in_language(bilingual.WORK_ORDER, language)} {one.number}",
            text=said.remarks or noted(in_language(bilingual.CALLED_BACK, language), one.number),
            work_order=one.number,
            recorder=hand.facts.sender if hand.facts.sender.key != user.key else None,
        ),
    )


def _note_on_complaint(hand: Hand, one: Callback, result: Result) -> None:
    before = bilingual.RESULTS[one.result] if one.result else ""
    text = f"{bilingual.CORRECTED}: {before} → {bilingual.RESULTS[result]}"
    _append(hand, one.complaint, "noted", text)


def log(hand: Hand, number: str, taken: tuple[Taken, ...]) -> None:
    results = "; ".join(f"{one.callback.number} {one.callback.result}" for one in taken)
    if results:
        _append(hand, number, "callbacks_reported", results)


def _append(hand: Hand, number: str, what: str, text: str) -> None:
    actor = Party.of(hand.facts.sender)
    is_desk = may_act(hand.facts.sender, Role.SERVICE_DESK, hand.office.organisation)
    role = Role.SERVICE_DESK if is_desk else Role.COMPLAINANT
    event = Event(at=hand.facts.now, actor=actor, role=role.value, what=what, text=text, mail_id=hand.mail_id)
    events.append(hand.conn, number, (event,))


def tell(hand: Hand, number: str, told: Understood, choices: tuple[Choice, ...]) -> None:
    """What was understood, by reply."""
    sender, mail = hand.facts.sender, hand.facts.mail
    hand.post.send(
        Notice(
            template="callback_read",
            to=replace(sender, addresses=(mail.sender.address,)),
            matter=number,
            shown=told,
            choices=choices,
            is_reply=True,
            in_reply_to=mail.message_id,
            references=(*mail.references, mail.message_id) if mail.message_id else (),
            language=sender.language or mail.language,
        )
    )
