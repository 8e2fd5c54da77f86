"""Where a quotation begins: the lines that mail programs put above what they quote.

Promises: linear, line by line; a line counts only in the shape that a mail program writes, never for a
word in a sentence. Sources: RFC 3676 4.5 (quote marks), and what the mail programs themselves write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest import attribution, header_block, quote_words

LINES_MAX = 10_000
"""Below which no line is looked at: what is read no further counts as the sender's own."""
HEADER_LINES_MAX = 2_000
"""Below which no header is looked for, only marks: 60 kB of hostile lines take less than 100 ms."""
LINE_CHARS_MAX = 600
"""A longer line is no rule."""
BLANK_LINES_MAX = 3
"""Between a rule and what it stands above."""

# QUIRK: full-width colons and brackets, no-break and zero-width blanks, and "&nbsp;" and "&gt;" in plain text (QQ).
_READABLE = str.maketrans(
    {
        "：": ":",
        "﹕": ":",
        "＜": "<",
        "＞": ">",
        "｜": "|",
        "\xa0": " ",
        "\u3000": " ",
        "\u2002": " ",
        "\u2003": " ",
    }
    | {
        "\u202f": " ",
        "\u2009": " ",
        "—": "-",
        "–": "-",
        "‐": "-",
        "‑": "-",
        "─": "-",
        "━": "-",
        "―": "-",
        "\r": None,
    }
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202c\u202d", None)
)
_ENTITY = re.compile(r"&(nbsp|gt|lt);")
_DASHES = r"[-_=*~#+]"
_RULE = re.compile(
    rf"[\s>*]{{0,8}}{_DASHES}{{2,100}}\s{{0,6}}(?:{quote_words.RULE_TITLES})[\s:]{{0,6}}{_DASHES}{{2,100}}[\s*]{{0,8}}",
    re.IGNORECASE,
)
_FORWARDER = re.compile(
    rf"[\s>]{{0,8}}{_DASHES}{{3,100}}\s{{0,6}}(?:forwarded by|转发人|转发者|轉寄者|由)\s?[^-]{{1,160}}{_DASHES}{{2,100}}\s{{0,8}}",
    re.IGNORECASE,
)
_BARE = re.compile(rf"[\s>*\[【]{{0,40}}(?:{quote_words.BARE_TITLES})[\s:*\]】]{{0,40}}", re.IGNORECASE)
_BEGIN = re.compile(rf"[\s>*]{{0,8}}(?:{quote_words.BEGIN_TITLES})\s{{0,4}}:[\s*]{{0,8}}", re.IGNORECASE)
_REPLY_ABOVE = re.compile(
    r"\s{0,8}(?:[#=*-]{1,20}\s{0,4})(?:please (?:type|write|enter) your reply|reply|请?在此行(?:之上|以上)|請?在此行(?:之上|以上)).{0,60}",
    re.IGNORECASE,
)
_ABOVE_LINE = re.compile(r"above this line|此行(?:之上|以上)", re.IGNORECASE)
_PLAIN_RULE = re.compile(r"[\s>|*]{0,8}[-_=*~]{3,300}[\s|*]{0,8}")
_MOMENT = re.compile(
    r"\s{0,8}\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?[\s上下午]{1,6}\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?\s{0,8}"
)
_QUOTED = re.compile(r"\s{0,8}>")
# ">>> 紧急 <<<" is somebody's emphasis.
_EMPHASIS = re.compile(r"\s{0,8}>{1,9}[^<]{1,200}<{2,9}\s{0,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """A text's lines, as written and as `readable`, and its first quotation header."""

    written: list[str]
    shown: list[str]
    at: int
    """The number of the header's first line; that of all lines where there is none."""
    length: int
    """How many lines the header has; 0 where there is none."""


def scan(text: str) -> Scanned:
    """The text with its first quotation header found."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    written, shown = text.split("\n"), readable(text)
    for at in range(min(len(shown), HEADER_LINES_MAX)):
        length = starts_at(shown, at)
        if length:
            return Scanned(written=written, shown=shown, at=at, length=length)
    return Scanned(written=written, shown=shown, at=len(shown), length=0)


def readable(text: str) -> list[str]:
    """The lines of a text, as many as it has, with colons, blanks and dashes of one kind."""
    text = text.translate(_READABLE)
    return (_ENTITY.sub(_plain, text) if "&" in text else text).split("\n")


def _plain(entity: re.Match[str]) -> str:
    return {"nbsp": " ", "gt": ">", "lt": "<"}[entity[1]]


def starts_at(lines: Sequence[str], at: int) -> int:
    """How many readable lines the quotation header that begins here has; 0 when none begins here."""
    line = lines[at]
    if len(line) > LINE_CHARS_MAX:
        block = header_block.read([line], 0)
        return block.length if block else 0
    if not line.strip():
        return 0
    if is_rule(line):
        return 1 + _below_rule(lines, at + 1)
    is_bare = bool(_BARE.fullmatch(line))
    if is_bare or _PLAIN_RULE.fullmatch(line):
        below = _below_rule(lines, at + 1)
        return 1 + below if below else int(is_bare and _is_marked_next(lines, at + 1))
    return attribution.length_at(lines, at) or _block_length(lines, at) or _notes_length(lines, at)


def is_rule(line: str) -> bool:
    """Whether a line is a rule with a title: '----- 原始邮件 -----', 'Begin forwarded message:'."""
    if _REPLY_ABOVE.fullmatch(line) and _ABOVE_LINE.search(line):
        return True
    return bool(_RULE.fullmatch(line) or _BEGIN.fullmatch(line) or _FORWARDER.fullmatch(line))


def is_plain_rule(line: str) -> bool:
    """Whether a line is nothing but dashes."""
    return bool(_PLAIN_RULE.fullmatch(line[: LINE_CHARS_MAX + 1]))


def is_marked(line: str) -> bool:
    """Whether a readable line is marked as quoted."""
    return bool(_QUOTED.match(line)) and not (len(line) <= LINE_CHARS_MAX and _EMPHASIS.fullmatch(line))


def _is_marked_next(lines: Sequence[str], at: int) -> bool:
    """Whether the first line that says something, here or just below, is marked."""
    return is_marked(next((line for line in lines[at : at + BLANK_LINES_MAX] if line.strip()), ""))


def _below_rule(lines: Sequence[str], at: int) -> int:
    """Lines of the header below a rule: a block, an attribution, or another rule and its block."""
    start = at
    while start < len(lines) and start - at < BLANK_LINES_MAX and not lines[start].strip():
        start += 1
    if start >= len(lines):
        return 0
    skipped = start - at
    if len(lines[start]) <= LINE_CHARS_MAX and (
        is_rule(lines[start]) or _BARE.fullmatch(lines[start]) or is_plain_rule(lines[start])
    ):
        block = header_block.read(lines, start + 1, is_below_rule=True)
        is_header = block is not None or is_rule(lines[start])
        return skipped + 1 + (block.length if block else 0) if is_header else 0
    length = attribution.length_at(lines, start) or _block_length(lines, start, is_below_rule=True)
    return skipped + length if length else 0


def _block_length(lines: Sequence[str], at: int, *, is_below_rule: bool = False) -> int:
    block = header_block.read(lines, at, is_below_rule=is_below_rule)
    return block.length if block else 0


def _notes_length(lines: Sequence[str], at: int) -> int:
    """QUIRK: Lotus Notes writes name and time without labels, then the recipients and the subject with them."""
    if (
        at + 2 >= len(lines)
        or not lines[at + 1].lstrip()[:1].isdigit()
        or not _MOMENT.fullmatch(lines[at + 1][: LINE_CHARS_MAX + 1])
    ):
        return 0
    below = _block_length(lines, at + 2, is_below_rule=True)
    return 2 + below if below else 0
