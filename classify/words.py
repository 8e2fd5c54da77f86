"""The words and weights by which mails are judged: values read from TOML, defaults in the package.

A file of one's own adds to the lists and replaces the numbers. Everything is compared in NFKC, folded.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classify.tone import Tone

if TYPE_CHECKING:
    from classify.learned import Model


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Theme:
    """Phrases that say the same thing and weigh as one."""

    name: str
    weight: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Two themes that weigh more when they stand near each other."""

    first: str
    second: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GrievanceWords:
    """What complaints are told by; `words.toml` says what each list is for."""

    yes: float
    ask: float
    plain: float
    sure: float
    some: float
    tone: float
    """What a unit of `Words.tone` weighs."""
    nothing: float
    neutral: tuple[str, ...]
    negations: tuple[str, ...]
    mocked: tuple[str, ...]
    signs: tuple[Theme, ...]
    together: tuple[Together, ...]
    calm: tuple[Theme, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """What answers to "is it solved?" are read by; `words.toml` says what each list is for."""

    spellings: tuple[str, ...]
    """'wrong=right'."""
    harmless: tuple[str, ...]
    future_if: tuple[str, ...]
    future_then: tuple[str, ...]
    not_solved: tuple[str, ...]
    trouble: tuple[str, ...]
    ailments: tuple[str, ...]
    persisting: tuple[str, ...]
    denials: tuple[str, ...]
    no: tuple[str, ...]
    confirm: tuple[str, ...]
    close: tuple[str, ...]
    alone: tuple[str, ...]
    conditions: tuple[str, ...]
    doubts: tuple[str, ...]
    past: tuple[str, ...]
    today: tuple[str, ...]
    sarcasm: tuple[str, ...]
    information: tuple[str, ...]
    plain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All of them."""

    grievance: GrievanceWords
    answer: AnswerWords
    categories: tuple[tuple[str, tuple[str, ...]], ...]
    tone: Tone
    learned: "Model | None" = None
    """Weights of `ombud learn` beside those that people wrote; None where the words stand alone."""


class WordsUnusable(Exception):
    """A file of one's own cannot be used; the text says why."""


def load(own: Path | None = None) -> Words:
    """The words of the package, and those of a file of one's own. Raises OSError, WordsUnusable."""
    data = {**_own("words.toml"), "tone": _own("tone.toml")}
    if own is None:
        return _read(data)
    try:
        return _read(_merged(data, tomllib.loads(own.read_text("utf-8"))))
    except tomllib.TOMLDecodeError as trouble:
        raise WordsUnusable(f"is no TOML: {trouble}") from trouble
    except KeyError as missing:
        raise WordsUnusable(f"lacks {missing} in a table of its own") from missing
    except (ValueError, TypeError, AttributeError, LookupError) as trouble:
        raise WordsUnusable(f"has something of another form than words.toml: {trouble}") from trouble


def _read(data: dict[str, Any]) -> Words:
    return Words(
        grievance=_grievance(data["grievance"]),
        answer=AnswerWords(**{name: _longest_first(found) for name, found in data["answer"].items()}),
        categories=tuple((name, _longest_first(found)) for name, found in data["categories"].items()),
        tone=Tone(
            weights={piece: float(weight) for piece, weight in data["tone"]["weights"].items()},
            intercept=float(data["tone"]["intercept"]),
        ),
    )


def normal(text: str) -> str:
    """A text as it is compared: NFKC, folded, typographic apostrophes plain."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")


def _own(name: str) -> dict[str, Any]:
    return tomllib.loads((files("classify") / name).read_text("utf-8"))


def _grievance(found: dict[str, Any]) -> GrievanceWords:
    return GrievanceWords(
        yes=float(found["yes"]),
        ask=float(found["ask"]),
        plain=float(found["plain"]),
        sure=float(found["sure"]),
        some=float(found["some"]),
        tone=float(found["tone"]),
        nothing=float(found["nothing"]),
        neutral=_longest_first(found["neutral"]),
        negations=_longest_first(found["negations"]),
        mocked=_longest_first(found["mocked"]),
        signs=_themes(found["signs"]),
        together=tuple(
            Together(first=pair["signs"][0], second=pair["signs"][1], weight=float(pair["weight"]))
            for pair in found["together"]
        ),
        calm=_themes(found["calm"]),
    )


def _themes(found: dict[str, Any]) -> tuple[Theme, ...]:
    return tuple(
        Theme(name=name, weight=float(theme["weight"]), words=_longest_first(theme["words"]))
        for name, theme in found.items()
    )


def _longest_first(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(normal(word) for word in found), key=len, reverse=True))


def _merged(data: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(data)
    for key, value in own.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            merged[key] = _merged(under, value)
        elif isinstance(under, list) and isinstance(value, list):
            merged[key] = under + value
        else:
            merged[key] = value
    return merged
