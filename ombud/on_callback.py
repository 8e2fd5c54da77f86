"""What an answer about call-backs brings about: results put down, complaints opened, the sender told.

The desk reports by reply to a work list (`W-20261124`), a user by reply to their own question
(`B-2026-00042`). A result may be corrected; each answer stays in the history. Source: HANDBOOK 3, 8.
"""

from dataclasses import replace
from datetime import timedelta

from classify import callback_answer, callback_lines, grievance
from classify.callback_answer import Result, Said
from classify.people import Role
from classify.trust import Capability
from ombud.admit import Dissatisfied, admit_dissatisfied
from ombud.hand import Hand
from ombud.reply import forged, refuse
from ombud.requester import requester
from process.callback import (
    Callback,
    Taken,
    Understood,
    forms,
    is_news,
    opens_complaint,
    question_notice,
    without_result,
    worklist_day,
)
from process.case import Event, Party, Source
from process.outgoing import Choice, Notice
from process.roles import may_act
from process.turn import Refusal
from store import callbacks, events, once
from store.callbacks import Answer

REPORTED_DAYS = 90
"""How far back a reply may report on (or correct) earlier lists."""


def answered(hand: Hand) -> str:
    """The mail in hand answers a work list or a question; the matter's number."""
    number = hand.facts.matter.number if hand.facts.matter else ""
    return _of_user(hand, number) if number.startswith("B-") else _of_desk(hand, number)


def _of_desk(hand: Hand, number: str) -> str:
    day = worklist_day(number)
    if not may_act(hand.facts.sender, Role.SERVICE_DESK, hand.office.organisation):
        return refuse(hand, Refusal(problem="not_your_role"), None) or number
    if day is None or not hand.may(Capability.COMMAND):
        return refuse(hand, Refusal(problem="not_proven"), None) or number
    known = {
        one.number: one for one in callbacks.called_since(hand.conn, day - timedelta(days=REPORTED_DAYS))
    }
    listed = [one.number for one in known.values() if one.day == day and not one.question]
    sole = listed[0] if len(listed) == 1 else ""
    found = callback_lines.read(hand.facts.own_words, hand.facts.mail.text, known, sole)
    news = [one for one in found.reported if is_news(known[one.number], one)]
    taken = tuple(_take(hand, known[one.number], one.said) for one in news)
    _log(hand, number, taken)
    still = [one for one in callbacks.called(hand.conn, day) if not one.question]
    told = Understood(
        taken=taken,
        unclear=tuple(one for one in found.reported if one.said.result is None),
        strange=found.strange,
        missing=without_result(still),
    )
    _tell(hand, number, told, forms(one.number for one in told.missing))
    return number


def _of_user(hand: Hand, question: str) -> str:
    one = callbacks.by_question(hand.conn, question)
    if one is None or not hand.may(Capability.ANSWER):
        return forged(hand)
    if hand.facts.sender.key != one.person_key:
        return refuse(hand, Refusal(problem="not_yours"), None)
    said = callback_answer.read(hand.facts.own_words)
    if said.result is None or said.result is Result.NO_ANSWER:
        _ask_back(hand, one, said)
    elif is_news(one, callback_lines.Reported(number=one.number, said=said)):
        taken = _take(hand, one, said)
        _log(hand, question, (taken,))
        # A complaint is acknowledged by itself.
        if not taken.callback.complaint or taken.callback.complaint == one.complaint:
            _tell(hand, question, Understood(taken=(taken,), is_for_user=True), ())
    return question


def _ask_back(hand: Hand, one: Callback, said: Said) -> None:
    """Asked once more, once; after that the desk is asked to call. Thanks for a known answer change nothing."""
    if one.result is not None or _complains(hand, one, said):
        return
    if callbacks.ask_back(hand.conn, one.number, hand.facts.now):
        _tell(
            hand,
            one.question,
            Understood(missing=(one,), is_for_user=True),
            question_notice(one, hand.facts.sender).choices,
        )
    else:
        hand.alert("callback_unclear", f"{one.number}: {said.remarks}")


def _complains(hand: Hand, one: Callback, said: Said) -> bool:
    """A complaint in words, with no step of the scale in it: recorded as what it is, and no result guessed."""
    if grievance.judge("", hand.facts.own_words, hand.office.words).verdict != "yes" or not _is_first(
        hand, one
    ):
        return False
    callbacks.set_complaint(hand.conn, one.number, _complain(hand, one, said))
    return True


def _take(hand: Hand, one: Callback, said: Said) -> Taken:
    """The result put down; a complaint opened when it is the first "very dissatisfied" of the order."""
    assert said.result is not None
    complaint = ""
    if opens_complaint(one, said.result) and _is_first(hand, one):
        complaint = _complain(hand, one, said)
    elif one.complaint and said.result is not one.result:
        _note_on_complaint(hand, one, said.result)
    remarks = said.remarks or one.remarks
    given = Answer(
        number=one.number,
        at=hand.facts.now,
        person_key=hand.facts.sender.key,
        mail_id=hand.mail_id,
        result=said.result,
        remarks=remarks,
    )
    callbacks.answer(hand.conn, given, complaint)
    now = replace(one, result=said.result, remarks=remarks, complaint=complaint or one.complaint)
    return Taken(callback=now, before=one.result)


def _is_first(hand: Hand, one: Callback) -> bool:
    """Whether nobody else is opening a complaint on this order at the same moment."""
    return once.take(hand.conn, f"callback {one.number}", "complaint", hand.facts.now)


def _complain(hand: Hand, one: Callback, said: Said) -> str:
    user = requester(one.order, hand.office.organisation)
    return admit_dissatisfied(
        hand,
        Dissatisfied(
            person=user,
            source=Source.CALLBACK,
            subject=one.order.title or f"工单 {one.number}",
            text=said.remarks or f"回访：非常不满意 / call-back: very dissatisfied ({one.number})",
            work_order=one.number,
            recorder=hand.facts.sender if hand.facts.sender.key != user.key else None,
        ),
    )


def _note_on_complaint(hand: Hand, one: Callback, result: Result) -> None:
    before = one.result.value if one.result else ""
    _append(hand, one.complaint, "noted", f"回访结果更正 / call-back corrected: {before} → {result.value}")


def _log(hand: Hand, number: str, taken: tuple[Taken, ...]) -> None:
    results = "; ".join(f"{one.callback.number} {one.callback.result}" for one in taken)
    if results:
        _append(hand, number, "callbacks_reported", results)


def _append(hand: Hand, number: str, what: str, text: str) -> None:
    actor = Party.of(hand.facts.sender)
    is_desk = may_act(hand.facts.sender, Role.SERVICE_DESK, hand.office.organisation)
    role = Role.SERVICE_DESK if is_desk else Role.COMPLAINANT
    event = Event(at=hand.facts.now, actor=actor, role=role.value, what=what, text=text, mail_id=hand.mail_id)
    events.append(hand.conn, number, (event,))


def _tell(hand: Hand, number: str, told: Understood, choices: tuple[Choice, ...]) -> None:
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
