"""A survey's own words found again in a line that came back: numbers, labels and texts of its questions.

Words are compared bare: folded, without blanks and punctuation, so that a program that breaks lines or changes
punctuation changes nothing. Linear.
"""

from collections.abc import Iterable

from classify.questionnaire import Question, Questionnaire
from classify.survey_scale import folded

NUMBER_CHARS_MAX = 3
"""Of a question's number, in digits or Chinese."""
_CHINESE = "一二三四五六七八九"


def number(written: str) -> int:
    """'7', '十', '十二'; 0 when it is none."""
    if len(written) > NUMBER_CHARS_MAX:
        return 0
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    if (tens and tens not in _CHINESE) or (ones and ones not in _CHINESE) or not written:
        return 0
    ones_value = _CHINESE.index(ones) + 1 if ones else 0
    return ones_value + (10 * (_CHINESE.index(tens) + 1 if tens else 1) if ten else 0)


def bare(text: str) -> str:
    """Without blanks and punctuation, folded: what two writings of the same words have in common."""
    return "".join(c for c in folded(text) if c.isalnum())


def labels(question: Question) -> tuple[str, ...]:
    """The question's label in both languages, bare."""
    return (bare(question.label.zh), bare(question.label.en))


def own_words(form: Questionnaire) -> list[str]:
    """Lines that stand in our mails and say nothing when they come back."""
    legend = [
        "".join(f"{form.word(value, language)}{value}" for value in values)
        for language in ("zh", "en")
        for values in (range(5, -1, -1), range(6))
    ]
    return [*legend, form.title.zh, form.title.en, form.purpose.zh, form.purpose.en]


def after_any(text: str, prefixes: Iterable[str]) -> int | None:
    """The same for the prefix that leaves least."""
    found = [rest for prefix in prefixes if (rest := after(text, prefix)) is not None]
    return min(found, default=None)


def after(text: str, prefix: str) -> int | None:
    """How many characters of a text are left behind some bare words; None when it does not begin with them."""
    if not prefix:
        return None
    at = 0
    for position, char in enumerate(text):
        if at == len(prefix):
            return len(text) - position
        if char.isalnum():
            if char != prefix[at]:
                return None
            at += 1
    return 0 if at == len(prefix) else None
