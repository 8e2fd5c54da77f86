"""The labelled sets as values. Invented mails; each line of the files is one, see the fields below."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
HALVES = ("tune", "held_out")
"""Lists and weights are made by looking at the first only."""
HARD = "hard"
"""Mails that a writer who saw none of the others made to mislead: irony, jokes, bare dates, complaints that are
somebody's work. Never used for tuning either; they show where the limits are."""
FRESH = "fresh"
"""Mails as they come, none made to mislead, written before anything was changed and looked at once, at the end. Their writer
wrote the later tuning mails too (from g2741 on; those that were like one of these were left out), so they are the easier."""
DRAWN = "drawn"
"""A quarter of the mails from g5168 on, drawn by a checksum of the text before any of them was judged; the rest went to the
tuning half. The same hand as those, and only the sums were seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMail:
    """A mail, and whether a person would call it a complaint."""

    id: str
    lang: str
    """'zh', 'zh-hant' or 'en'."""
    type: str
    """What kind of complaint or of ordinary mail, in a word."""
    half: str
    subject: str
    text: str
    is_complaint: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledAnswer:
    """An answer to "is it solved?", and what it means."""

    id: str
    lang: str
    half: str
    text: str
    meaning: str


def mails() -> tuple[LabelledMail, ...]:
    """All labelled mails."""
    return tuple(
        LabelledMail(
            id=row["id"],
            lang=row["lang"],
            type=row["type"],
            half=row["half"],
            subject=row["subject"],
            text=row["text"],
            is_complaint={"complaint": True, "ordinary": False}[row["label"]],
        )
        for row in _rows("grievance.jsonl")
    )


def answers() -> tuple[LabelledAnswer, ...]:
    """All labelled answers."""
    return tuple(LabelledAnswer(**row) for row in _rows("answers.jsonl"))


def _rows(name: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, (FOLDER / name).read_text("utf-8").splitlines())
