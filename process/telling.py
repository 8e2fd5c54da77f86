"""What the record says, told in its reader's language: the program's own codes and phrases become words.

What people wrote stays as they wrote it. Used by mails, forms and the dossier alike.
"""

import re
from collections.abc import Mapping
from typing import Any

from classify.bilingual import in_language
from classify.facts import Trust
from process.case import Event

Words = Mapping[str, Any]
"""A language's words.toml."""

_NEXT_REASON = re.compile(r", (?=[+-]\d{1,3}\.\d )")
_THEMES = re.compile(r"([+-]\d{1,3}\.\d) ([a-z_]{1,30})(?: \+ ([a-z_]{1,30}))?: ")
_SCORE = re.compile(r"\bscore (-?\d{1,4}\.\d{1,2}): ")
_LEARNED = re.compile(r"learned from (\d{1,9}) answers: (\d\.\d\d), (raised to ask|not asked)")


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


def judged(evidence: str, words: Words) -> str:
    """What speaks for a complaint and against one (`classify.grievance`), its themes by their names in this language."""
    own = words["judged"]
    text = _LEARNED.sub(
        lambda m: own["raised" if m[3] != "not asked" else "lowered"].format(m[1], m[2]), evidence
    )
    text = _NEXT_REASON.sub(str(words["labels"]["semicolon"]), text)
    text = _THEMES.sub(lambda m: f"{m[1]} {_themes(m, words)}{words['labels']['colon']}", text)
    text = _SCORE.sub(lambda m: own["score"].format(m[1]), text)
    text = text.replace("the forwarded mail: ", own["forwarded"])
    return spoken(text.replace("nothing that shows usual business", own["unusual"]), words)


def _themes(found: re.Match[str], words: Words) -> str:
    """One theme or two; one of a file of one's own keeps its name."""
    return " + ".join(words["themes"].get(name, name) for name in found.groups()[1:] if name)


def who(event: Event, words: Words) -> str:
    """Who did what an entry says."""
    return event.actor.name or event.actor.address or str(words["labels"]["system"])


def belief(trust: Trust | None, words: Words) -> str:
    """How far a sender is believed, and why; '' where nothing is known of it."""
    if trust is None:
        return ""
    reasons = str(words["labels"]["semicolon"]).join((*trust.reasons, *trust.disguise))
    return " · ".join(filter(None, (words["grades"][trust.grade.value], spoken(reasons, words))))
