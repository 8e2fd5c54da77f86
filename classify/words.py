"""The words and weights by which mails are judged: values read from TOML, defaults in the package.

A file of one's own adds to the lists and replaces the numbers. Everything is compared in NFKC, folded.
"""

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Weighed:
    """Phrases that weigh the same."""

    weight: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """What answers to "is it solved?" are read by."""

    not_solved: tuple[str, ...]
    reservations: tuple[str, ...]
    confirm: tuple[str, ...]
    denials: tuple[str, ...]
    not_denials: tuple[str, ...]
    sarcasm: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All of them."""

    yes: float
    ask: float
    neutral: tuple[str, ...]
    negations: tuple[str, ...]
    weights: tuple[Weighed, ...]
    calm: tuple[Weighed, ...]
    answer: AnswerWords
    categories: tuple[tuple[str, tuple[str, ...]], ...]


def load(own: Path | None = None) -> Words:
    """The words of the package, and those of a file of one's own. Raises OSError, TOMLDecodeError."""
    data = tomllib.loads((files("classify") / "words.toml").read_text("utf-8"))
    if own is not None:
        data = _merged(data, tomllib.loads(own.read_text("utf-8")))
    grievance = data["grievance"]
    return Words(
        yes=float(grievance["yes"]),
        ask=float(grievance["ask"]),
        neutral=_longest_first(grievance["neutral"]),
        negations=_longest_first(grievance["negations"]),
        weights=_weighed(grievance["weights"]),
        calm=_weighed(grievance["calm"]),
        answer=AnswerWords(**{name: _longest_first(found) for name, found in data["answer"].items()}),
        categories=tuple((name, _longest_first(found)) for name, found in data["categories"].items()),
    )


def normal(text: str) -> str:
    """A text as it is compared: NFKC, folded, typographic apostrophes plain."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")


def _weighed(rows: Iterable[dict[str, Any]]) -> tuple[Weighed, ...]:
    return tuple(Weighed(float(row["weight"]), _longest_first(row["words"])) for row in rows)


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
