"""A survey's form as a value: its questions in two languages, the scale, the weights; read from TOML.

Values of the scale are 1 (worst) to 5 (best), 0 is "not applicable". The form is copied into the survey that
uses it, so a later change of the file changes no survey that runs. Source: HANDBOOK 4.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
WORST, BEST, NOT_APPLICABLE = 1, 5, 0
STEPS = 6
"""Of the scale, with "not applicable" first."""
QUESTIONS_MAX = 40
LABEL_CHARS_MAX = 24
TEXT_CHARS_MAX = 400
WORD_CHARS_MAX = 30
"""Of a step: a spreadsheet's list of all six takes 255 characters."""
FILE_BYTES_MAX = 200_000
WEIGHT_MAX = 100.0
_ID = re.compile(r"[a-z][a-z0-9_]{0,29}")


class FormUnusable(ValueError):
    """The file is no form; the text lists everything that is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """The same words in both languages."""

    zh: str = ""
    en: str = ""

    def said(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; its number is its place in the form, from 1."""

    id: str
    """Stable from year to year."""
    label: Phrase
    """A few words by which the question is recognised in an answer."""
    text: Phrase
    weight: float = 1.0
    """Share in the index; nothing for an open question."""
    advice: Phrase = Phrase()
    """What the report suggests when the question is a weak point."""
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """The form whole."""

    version: str
    title: Phrase
    purpose: Phrase
    scale: tuple[Phrase, ...]
    """Of the values 0 (not applicable), 1 (worst) … 5 (best)."""
    questions: tuple[Question, ...]

    @property
    def rated(self) -> tuple[Question, ...]:
        """The questions that are answered on the scale."""
        return tuple(question for question in self.questions if not question.is_open)

    @property
    def open_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_open)

    def number(self, question_id: str) -> int:
        """The place of a question in the form, from 1. Raises StopIteration for an unknown one."""
        return next(n for n, question in enumerate(self.questions, start=1) if question.id == question_id)

    def word(self, value: int, language: str) -> str:
        """A value of the scale in words."""
        return self.scale[value].said(language)


def load(path: Path | None = None) -> Questionnaire:
    """The form of a file, or the built-in one. Raises OSError, FormUnusable."""
    if path is None:
        return read((files("templates") / "survey" / "default.toml").read_text("utf-8"))
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise FormUnusable(f"is larger than {FILE_BYTES_MAX} bytes")
    try:
        return read(content.decode("utf-8-sig"))
    except UnicodeDecodeError as trouble:
        raise FormUnusable("is not UTF-8") from trouble


def read(text: str) -> Questionnaire:
    """The form of a TOML text. Raises FormUnusable with all that is wrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise FormUnusable(f"is no TOML: {trouble}") from trouble
    wrong = list(_faults(data))
    if wrong:
        raise FormUnusable("; ".join(wrong))
    scale = data["scale"]
    return Questionnaire(
        version=str(data["version"]),
        title=_phrase(data["title"]),
        purpose=_phrase(data["purpose"]),
        scale=tuple(Phrase(zh=zh, en=en) for zh, en in zip(scale["zh"], scale["en"], strict=True)),
        questions=tuple(map(_question, data["question"])),
    )


def _question(data: Mapping[str, Any]) -> Question:
    return Question(
        id=data["id"],
        label=_phrase(data["label"]),
        text=_phrase(data["text"]),
        weight=float(data.get("weight", 1.0)),
        advice=_phrase(data["advice"]) if "advice" in data else Phrase(),
        is_open=data.get("kind", "scale") == "open",
    )


def _phrase(data: Mapping[str, str]) -> Phrase:
    return Phrase(zh=data["zh"].strip(), en=data["en"].strip())


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    if not str(data.get("version", "")).strip():
        yield "version is missing"
    for name in ("title", "purpose"):
        yield from _phrase_faults(name, data.get(name), TEXT_CHARS_MAX)
    scale = data.get("scale")
    if not isinstance(scale, dict) or any(not _is_scale(scale.get(language)) for language in LANGUAGES):
        yield (
            f"scale needs {STEPS} words of at most {WORD_CHARS_MAX} characters each in zh and en:"
            " not applicable, then worst to best"
        )
    questions = data.get("question")
    if not isinstance(questions, list) or not all(isinstance(one, dict) for one in questions):
        yield "there is no [[question]]"
        return
    if len(questions) > QUESTIONS_MAX:
        yield f"there are more than {QUESTIONS_MAX} questions"
    if not any(one.get("kind", "scale") == "scale" for one in questions):
        yield "no question is answered on the scale"
    for number, one in enumerate(questions, start=1):
        yield from _question_faults(f"question {number}", one)
    yield from _doubled(questions)


def _is_scale(words: object) -> bool:
    if not isinstance(words, list) or len(words) != STEPS:
        return False
    return all(isinstance(word, str) and 0 < len(word.strip()) <= WORD_CHARS_MAX for word in words)


def _question_faults(where: str, data: Mapping[str, Any]) -> Iterator[str]:
    if not _ID.fullmatch(str(data.get("id", ""))):
        yield f"{where}: id must be small letters, digits and _, at most 30"
    if data.get("kind", "scale") not in ("scale", "open"):
        yield f'{where}: kind is neither "scale" nor "open"'
    yield from _phrase_faults(f"{where}: label", data.get("label"), LABEL_CHARS_MAX)
    yield from _phrase_faults(f"{where}: text", data.get("text"), TEXT_CHARS_MAX)
    if "advice" in data:
        yield from _phrase_faults(f"{where}: advice", data["advice"], TEXT_CHARS_MAX)
    weight = data.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= WEIGHT_MAX:
        yield f"{where}: weight must be above 0 and at most {WEIGHT_MAX:g}"


def _phrase_faults(where: str, data: object, chars_max: int) -> Iterator[str]:
    for language in LANGUAGES:
        words = data.get(language) if isinstance(data, dict) else None
        if not isinstance(words, str) or not words.strip():
            yield f"{where}.{language} is missing"
        elif len(words) > chars_max or "\n" in words.strip():
            yield f"{where}.{language} must be one line of at most {chars_max} characters"


def _doubled(questions: list[dict[str, Any]]) -> Iterator[str]:
    """Ids and labels tell questions apart, so each may stand once."""
    columns = {"id": [str(one.get("id", "")) for one in questions]}
    for language in LANGUAGES:
        labels = [one["label"].get(language) for one in questions if isinstance(one.get("label"), dict)]
        columns[f"label ({language})"] = [str(label) for label in labels if label]
    for what, found in columns.items():
        for value in dict.fromkeys(v for v in found if v and found.count(v) > 1):
            yield f"the {what} {value!r} stands twice"
