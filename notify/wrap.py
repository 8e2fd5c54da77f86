"""Lines of a plain text mail broken at a width, as people who read them in a terminal or an old phone need it.

A full-width character counts as two columns. A line breaks at a space or between two full-width
characters, never before a closing mark; what goes on keeps the indentation or the bar of its line, so a
quotation stays one. A longer word stays whole up to `WORD_COLUMNS_MAX`. Linear in the length of the text.
Sources: RFC 5322 2.1.1, Unicode Annex 11 (East Asian width), JIS X 4051 (marks that do not begin a line).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import combining, east_asian_width

COLUMNS = 78
WORD_COLUMNS_MAX = 400
"""A word, an address say, is cut only when it is longer."""
CHARS_KNOWN = 10_000
"""Characters whose width is remembered."""
LINES_KNOWN = 64
"""Long lines whose pieces are remembered."""
NOT_FIRST = frozenset("，。、；：！？）》」』】〕”’…,.;:!?)]}·")
"""Marks that do not begin a line."""
NOT_LAST = frozenset("（《「『【〔“‘([{")
"""Marks that do not end one."""

_MARGIN = re.compile(r"[ ]{0,8}(?:\| )?[ ]{0,8}(?:\* )?")


def wrapped(text: str) -> str:
    """The text with no line wider than `COLUMNS`, but for words that are wider."""
    return "\n".join(piece for line in text.split("\n") for piece in _pieces(line))


def columns(text: str) -> int:
    """The width of a line in a font of fixed width."""
    return len(text) if text.isascii() else sum(map(_width, text))


@lru_cache(maxsize=CHARS_KNOWN)
def _width(char: str) -> int:
    return 0 if combining(char) else 2 if _is_wide(char) else 1


@lru_cache(maxsize=CHARS_KNOWN)
def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WF"


def _fits(line: str) -> bool:
    # No character is wider than two columns, so most lines need not be measured.
    return 2 * len(line) <= COLUMNS or columns(line) <= COLUMNS


def _pieces(line: str) -> tuple[str, ...]:
    if _fits(line):
        return (line.rstrip() if line.strip() != "--" else line,)
    return _broken(line)


@lru_cache(maxsize=LINES_KNOWN)
def _broken(line: str) -> tuple[str, ...]:
    """A long line in pieces; what somebody wrote goes to several people in a row."""
    return tuple(_breaking(line))


def _breaking(line: str) -> Iterator[str]:
    found = _MARGIN.match(line)
    first = found[0] if found else ""
    margin, current, room = first.replace("* ", "  "), first, COLUMNS - len(first)
    for word in _words(line[len(first) :]):
        piece, width = word, columns(word.rstrip())
        if width > room and current.strip(" |*"):
            yield current.rstrip()
            current, room = margin, COLUMNS - len(margin)
            piece = word.lstrip()
        current += piece
        room -= columns(piece)
    yield current.rstrip()


def _words(text: str) -> Iterator[str]:
    """What stays together: a word with the space behind it, a full-width character with its marks."""
    start, width = 0, 0
    for at in range(1, len(text)):
        width += _width(text[at - 1])
        if _may_break(text[at - 1], text[at]) or width >= WORD_COLUMNS_MAX:
            yield text[start:at]
            start, width = at, 0
    yield text[start:]


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in NOT_FIRST or before in NOT_LAST:
        return False
    return before == " " or _is_wide(before) or _is_wide(after)
