"""What the record says, told in its reader's language: the program's own codes and phrases become words.

What people wrote stays as they wrote it. Used by mails, forms and the dossier alike.
"""

from collections.abc import Mapping
from typing import Any

from classify.bilingual import in_language
from classify.facts import Trust
from process.case import Event

Words = Mapping[str, Any]
"""A language's words.toml."""


def told(event: Event, words: Words) -> str:
    """What an entry of the trail says."""
    if event.what == "rated":
        return str(words["ratings"].get(event.text, event.text))
    text = spoken(event.text, words)
    reason, _, rest = text.partition(": ")
    if event.what == "escalated" and reason in words["reasons"]:
        return f"{words['reasons'][reason]}{words['labels']['colon']}{rest}"
    return text


def spoken(text: str, words: Words) -> str:
    """Evidence, the reader's half of it."""
    return in_language(text, words["language"])


def who(event: Event, words: Words) -> str:
    """Who did what an entry says."""
    return event.actor.name or event.actor.address or str(words["labels"]["system"])


def belief(trust: Trust | None, words: Words) -> str:
    """How far a sender is believed, and why; '' where nothing is known of it."""
    if trust is None:
        return ""
    reasons = str(words["labels"]["semicolon"]).join((*trust.reasons, *trust.disguise))
    return " · ".join(filter(None, (words["grades"][trust.grade.value], spoken(reasons, words))))
