"""Which mails must be decided one after the other: those of one author, and those about one matter of ours.

Read from the first bytes of a raw mail, before it is parsed, and without proof: a forged sender or number
makes a mail wait for another for a moment, no more. Source: DESIGN 'Store'.
"""

import re
from typing import NamedTuple

HEAD_BYTES_MAX = 32_000
VALUE_CHARS_MAX = 4_000
AUTHOR_CHARS_MAX = 320
_HEADERS = re.compile(
    rb"^(from|in-reply-to|references|subject):([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_BRACKETED = re.compile(r"<([^<>\s]{1,320})>")
_BARE = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255}")
_MATTER = re.compile(r"[<\[ ]([A-Z]-[0-9]{1,10}(?:-[0-9]{1,10})?)[. ][0-9a-z]{1,6}-[A-Za-z0-9_-]{12}")
"""A number of ours with its token, as our Message-IDs and the subjects' tags have it (`classify/token.py`)."""


class Lane(NamedTuple):
    """What a mail shares with those that must not overtake it; '' where nothing is known."""

    author: str
    about: str


def lane(content: bytes) -> Lane:
    """The lane of a raw mail; total."""
    head = content[:HEAD_BYTES_MAX]
    if end := _BLANK_LINE.search(head):
        head = head[: end.start()]
    found: dict[str, str] = {}
    for name, value in _HEADERS.findall(head):
        text = " " + " ".join(value.decode("utf-8", "replace").split())[:VALUE_CHARS_MAX]
        found.setdefault(name.decode().lower(), text)
    return Lane(author=_author(found.get("from", "")), about=_matter(found))


def _author(text: str) -> str:
    bracketed = _BRACKETED.findall(text)
    bare = None if bracketed else _BARE.search(text)
    return (bracketed[-1] if bracketed else bare[0] if bare else "").casefold()[:AUTHOR_CHARS_MAX]


def _matter(headers: dict[str, str]) -> str:
    """The number that is answered: the newest of the references comes last."""
    for name in ("in-reply-to", "references", "subject"):
        if numbers := _MATTER.findall(headers.get(name, "")):
            return str(numbers[-1])
    return ""
