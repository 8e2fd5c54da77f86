"""What a complainant's answer to "is it solved?" means. To close wrongly is the worst error.

So 'confirm' needs a word of confirmation, and nothing beside it that denies, reserves, asks or mocks;
whatever is left in doubt is 'unclear' and asked back. Source: HANDBOOK 2, step 09.
"""

from dataclasses import dataclass

from classify.facts import AnswerMeaning
from classify.words import AnswerWords, Words, normal

CHARS_MAX = 4_000
EVIDENCE_CHARS = 80
DENIAL_CHARS = 4
INFORMATION_CHARS_MIN = 40
"""A longer text that neither confirms nor denies brings information."""
RATING_CHARS_MAX = 60

RATINGS = (
    ("1", ("非常不满意", "很不满意", "极不满意", "very dissatisfied", "very unsatisfied")),
    ("2", ("不太满意", "不满意", "dissatisfied", "unsatisfied", "not satisfied")),
    ("5", ("非常满意", "很满意", "十分满意", "very satisfied", "excellent")),
    ("3", ("一般", "还行", "还可以", "neutral", "average", "so-so")),
    ("4", ("比较满意", "满意", "satisfied", "good")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A meaning and the words that gave it."""

    meaning: AnswerMeaning
    evidence: str


def meaning(text: str, words: Words) -> Reading:
    """What an answer means; see the module's promise."""
    answer = words.answer
    said = normal(text[:CHARS_MAX]).strip()
    plain = _without(said, answer.not_denials)
    if denied := _denied(plain, answer):
        return Reading(meaning=AnswerMeaning.NOT_SOLVED, evidence=denied)
    confirmed = _first(said, answer.confirm)
    reserved = _first(plain, answer.reservations) or _question(said) or _first(said, answer.sarcasm)
    if confirmed and not reserved:
        return Reading(meaning=AnswerMeaning.CONFIRM, evidence=confirmed)
    if not confirmed and len(said) >= INFORMATION_CHARS_MIN and not _first(said, answer.sarcasm):
        return Reading(meaning=AnswerMeaning.MORE_INFORMATION, evidence=said[:EVIDENCE_CHARS])
    return Reading(meaning=AnswerMeaning.UNCLEAR, evidence=reserved or said[:EVIDENCE_CHARS])


def _denied(said: str, answer: AnswerWords) -> str:
    """A phrase that says 'not solved', or a word of confirmation behind a denial."""
    found = _first(said, answer.not_solved)
    if found:
        return found
    for word in answer.confirm:
        at = said.find(word)
        while at >= 0:
            before = said[max(0, at - DENIAL_CHARS) : at]
            if any(denial in before for denial in answer.denials):
                return before.strip() + word
            at = said.find(word, at + len(word))
    return ""


def _question(said: str) -> str:
    marks = ("?", "吗", "么时候", "怎么", "为什么", "为何", "多久", "呢", "啥时候")
    return next((mark for mark in marks if mark in said), "")


def _first(said: str, phrases: tuple[str, ...]) -> str:
    return next((phrase.strip() for phrase in phrases if phrase in said), "")


def _without(said: str, phrases: tuple[str, ...]) -> str:
    for phrase in phrases:
        said = said.replace(phrase, " ")
    return said


def rating(text: str) -> str:
    """'5' (very satisfied) to '1', from a short answer in words or as a number; '' when it is none."""
    said = normal(text).strip()
    if not said or len(said) > RATING_CHARS_MAX:
        return ""
    digits = [char for char in said if char.isdigit()]
    if len(digits) == 1 and digits[0] in "12345" and len(said.strip(" .。分5!！")) <= len("我给分"):
        return digits[0]
    return next((mark for mark, names in RATINGS if any(name in said for name in names)), "")
