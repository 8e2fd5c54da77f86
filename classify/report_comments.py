"""The IT service manager's comments on a draft report: '[3] 原因：… 改进：…', one item after another.

An item begins with its number in brackets, half-width or full-width; '[0]' is the report as a whole. Cause and
improvement stand behind their words, in one line or several; words before either are the cause. Linear.
Source: HANDBOOK 5, 8.
"""

import re
from dataclasses import dataclass

LINES_MAX = 500
LINE_CHARS_MAX = 2_000

# QUIRK: a ready-made reply has '填报 [3]' in its first line; people also quote the item with its bar.
_ITEM = re.compile(
    r"[\s*·-]{0,8}(?:填报|fill in)?[\s:：]{0,3}[\[［【]\s{0,2}(\d{1,2})\s{0,2}[\]］】]", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?P<cause>原因(?:分析|说明)?|causes?|reasons?)\s{0,3}[:：]"
    r"|(?P<improvement>改进(?:措施|计划)?|措施|improvements?|measures?)\s{0,3}[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemComment:
    """What is said of one item."""

    item: int
    cause: str
    improvement: str


def read(own_text: str) -> tuple[ItemComment, ...]:
    """The comments in the order in which they stand; items without any words are left out."""
    found: list[tuple[int, list[str]]] = []
    for line in own_text.split("\n")[:LINES_MAX]:
        said = line[:LINE_CHARS_MAX].lstrip("> |")
        head = _ITEM.match(said)
        if head:
            found.append((int(head[1]), [said[head.end() :]]))
        elif found:
            found[-1][1].append(said)
    comments = (_comment(item, "\n".join(lines)) for item, lines in found)
    return tuple(comment for comment in comments if comment.cause or comment.improvement)


def _comment(item: int, text: str) -> ItemComment:
    parts: dict[str, list[str]] = {"cause": [], "improvement": []}
    name, start = "cause", 0
    for label in _LABEL.finditer(text):
        parts[name].append(text[start : label.start()])
        name, start = label.lastgroup or name, label.end()
    parts[name].append(text[start:])
    return ItemComment(item=item, cause=_joined(parts["cause"]), improvement=_joined(parts["improvement"]))


def _joined(parts: list[str]) -> str:
    words = (" ".join(part.split()).strip(" :：;；,，.") for part in parts)
    return "\n".join(word for word in words if word)
