"""What an answer about call-backs brings about: of a user to their own question, of the desk to a work list.

A user answers by reply to their question (`B-2026-00042`). A result may be corrected; each answer stays in the history.
Source: HANDBOOK 3, 8.
"""

from classify import callback_answer, callback_lines, grievance
from classify.callback_answer import Result, Said
from classify.trust import Capability
from ombud import callback_results, on_worklist
from ombud.hand import Hand
from ombud.reply import forged, refuse
from process.callback import Callback, Understood, is_news, question_notice
from process.turn import Refusal
from store import callbacks


def answered(hand: Hand) -> str:
    """The mail in hand answers a work list or a question; the matter's number."""
    number = hand.facts.matter.number if hand.facts.matter else ""
    return _of_user(hand, number) if number.startswith("B-") else on_worklist.answered(hand, number)


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
        taken = callback_results.take(hand, one, said)
        callback_results.log(hand, question, (taken,))
        # A complaint is acknowledged by itself.
        if not taken.callback.complaint or taken.callback.complaint == one.complaint:
            callback_results.tell(hand, question, Understood(taken=(taken,), is_for_user=True), ())
    return question


def _ask_back(hand: Hand, one: Callback, said: Said) -> None:
    """Asked once more, once; after that the desk is asked to call. Thanks for a known answer change nothing."""
    if one.result is not None or _complains(hand, one, said):
        return
    if callbacks.ask_back(hand.conn, one.number, hand.facts.now):
        callback_results.tell(
            hand,
            one.question,
            Understood(missing=(one,), is_for_user=True),
            question_notice(one, hand.facts.sender).choices,
        )
    else:
        hand.alert("callback_unclear", f"{one.number}: {said.remarks}")


def _complains(hand: Hand, one: Callback, said: Said) -> bool:
    """A complaint in words, with no step of the scale in it: recorded as what it is, and no result guessed."""
    if grievance.judge(
        "", hand.facts.own_words, hand.office.words
    ).verdict != "yes" or not callback_results.is_first(hand, one):
        return False
    callbacks.set_complaint(hand.conn, one.number, callback_results.complain(hand, one, said))
    return True
