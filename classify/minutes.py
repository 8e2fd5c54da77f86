"""Decisions and actions in the minutes of a review: '决议：…', '行动：事项；负责人；期限', in Chinese or English.

A line counts when it begins with its word (a number, a dash or a quotation bar may stand before it). Parts of an action
are separated by semicolons, full-width or not, in this order or each behind its own word. Whether a decision
changes scope, service levels or a contract is said in brackets behind the word, else read from its words (`classify/decision.py`).
Linear. Source: HANDBOOK 6.
"""

import re
from dataclasses import dataclass
from itertools import islice

from classify import decision

LINES_MAX = 1_000
LINE_CHARS_MAX = 2_000
ENTRIES_MAX = 100

_LINE = re.compile(
    r"[\s>|*•·\-–—]{0,8}(?:\d{1,2}\s{0,2}[.、)）]\s{0,3})?"
    r"(?:(?P<decision>决议|决定|decisions?)|(?P<action>行动(?:项|计划)?|待办|actions?(?: item)?))"
    r"\s{0,2}\d{0,2}\s{0,2}(?:[(（【\[]\s{0,2}(?P<mark>[^)）】\]]{1,20})[)）】\]])?\s{0,3}[:：]\s{0,3}(?P<text>\S.*)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s{0,5}[;；]\s{0,5}")
_NAMED = re.compile(
    r"(?:(?P<owner>负责人|责任人|owner|responsible)|(?P<due>期限|完成时间|时限|截止(?:日期)?|due|by|deadline)|(?P<what>事项|内容|what|task))"
    r"\s{0,3}[:：]\s{0,3}",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"变更|change", re.IGNORECASE)
_NO_CHANGE = re.compile(r"非变更|不涉及|no change|not a change", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision or action, in the words of the minutes."""

    is_action: bool
    text: str
    owner: str = ""
    due: str = ""
    is_change: bool = False
    """A decision that is one for change management."""


def read(own_text: str) -> tuple[Entry, ...]:
    """The decisions and actions, in the order in which they stand."""
    found = (_LINE.match(line[:LINE_CHARS_MAX]) for line in own_text.split("\n")[:LINES_MAX])
    return tuple(_entry(match) for match in islice(filter(None, found), ENTRIES_MAX))


def _entry(match: re.Match[str]) -> Entry:
    text, mark = match["text"].strip(), match["mark"] or ""
    if match["action"]:
        return _action(text)
    return Entry(is_action=False, text=text, is_change=_is_change(text, mark))


def _is_change(text: str, mark: str) -> bool:
    if _NO_CHANGE.search(mark):
        return False
    return bool(_CHANGE.search(mark)) or decision.changes(text)


def _action(text: str) -> Entry:
    """The parts of an action: behind their words where these stand, else by their order."""
    named: dict[str, str] = {}
    plain = []
    for part in _PARTS.split(text):
        label = _NAMED.match(part)
        if label and label.lastgroup:
            named[label.lastgroup] = part[label.end() :].strip(" .。")
        elif part:
            plain.append(part.strip(" .。"))
    order = (name for name in ("what", "owner", "due") if name not in named)
    named |= dict(zip(order, plain, strict=False))
    return Entry(
        is_action=True, text=named.get("what", ""), owner=named.get("owner", ""), due=named.get("due", "")
    )
