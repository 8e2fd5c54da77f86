"""Is this text a complaint: yes, no, or ask the desk. Weighed by words, and explained.

Phrases that hold a word of complaint and mean none ("客户投诉系统权限申请") are taken out first; a word
behind a negation counts for nothing; a question about complaining is none. Better to ask than to miss.
Linear in the text, bounded by `CHARS_MAX`.
"""

from dataclasses import dataclass
from typing import Literal

from classify.words import Weighed, Words, normal

CHARS_MAX = 6_000
NEGATION_CHARS = 5
"""How far before a word its negation may stand."""
REASONS_MAX = 8
SUBJECT_BONUS = 1.5
"""A word of complaint in the subject counts more."""
STRONG = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """The verdict, its score, and the words that gave it."""

    verdict: Literal["yes", "no", "ask"]
    score: float
    reasons: tuple[str, ...]


def judge(subject: str, text: str, words: Words) -> Grievance:
    """Whether subject and own text are a complaint."""
    title = _without(normal(subject), words.neutral)
    body = _without(normal(text[:CHARS_MAX]), words.neutral)
    score, reasons = 0.0, []
    for found, weight in _found(f"{title}\n{body}", words.weights, words.negations):
        bonus = SUBJECT_BONUS if weight >= STRONG and found in title else 1.0
        score += weight * bonus
        reasons.append(f"+{weight * bonus:.1f} {found.strip()}")
    if score:
        for found, weight in _found(f"{title}\n{body}", words.calm, ()):
            score -= weight
            reasons.append(f"-{weight:.1f} {found.strip()}")
    verdict: Literal["yes", "no", "ask"] = (
        "yes" if score >= words.yes else "ask" if score >= words.ask else "no"
    )
    return Grievance(verdict=verdict, score=round(score, 2), reasons=tuple(reasons[:REASONS_MAX]))


def _without(text: str, phrases: tuple[str, ...]) -> str:
    """The text with some phrases taken out; longer ones first, so that none hides another."""
    for phrase in phrases:
        if phrase in text:
            text = text.replace(phrase, " ")
    return text


def _found(text: str, lists: tuple[Weighed, ...], negations: tuple[str, ...]) -> list[tuple[str, float]]:
    """The phrases that occur, each once; a phrase inside of one found before does not count again."""
    found: list[tuple[str, float]] = []
    for weighed in lists:
        for word in weighed.words:
            if word in text and not _is_negated(text, word, negations):
                found.append((word, weighed.weight))
                text = text.replace(word, "\x00")
    return found


def _is_negated(text: str, word: str, negations: tuple[str, ...]) -> bool:
    """Whether every occurrence of a word stands behind a negation."""
    at = text.find(word)
    while at >= 0:
        before = text[max(0, at - NEGATION_CHARS) : at].rstrip()
        if not before.endswith(negations):
            return False
        at = text.find(word, at + len(word))
    return bool(negations)
