"""What the sender wrote: a text without quotation, quotation header and mobile footers.

Nothing of the sender is ever lost: answers between or below marked quotations stay, and when all seems
quoted the whole text is kept; a signature is the sender's too. Linear, line by line; the result is a sub-sequence of the text's lines.
Sources: RFC 3676 4.5.
"""

import re
from collections.abc import Sequence

from ingest import header_block, mobile_footer, quote

CJK_SHARE = 0.1
TOLD_CHARS_MAX = 120
WRAP_COLUMNS = 80
WRAP_SLACK = 8
"""Programs wrap at 72 to 80 columns."""

_LETTER = re.compile(r"[^\W\d_]")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_TOLD = re.compile(
    r"(?:如下|以下|下面|下列|详情|詳情|details|following|as follows|below)[^。！？!?]{0,12}:\s{0,4}$",
    re.IGNORECASE,
)
_HANDED_ON = re.compile(
    r"转发|转寄|轉寄|轉發|原邮件|原文|来信|來信|往来|邮件如下|郵件如下|forward|original|mail below",
    re.IGNORECASE,
)
_PATCH = re.compile(r"From [0-9a-f]{40} ")
_IN_SENTENCE = re.compile(r"[^\W_],?$")
_OPEN_LINK = re.compile(r"[(<]https?://[^\s()<>]{1,2000}$")
_LINK_REST = re.compile(r"[^\s()<>]{1,2000}[)>][\s>]{0,4}")


def own_text(text: str) -> str:
    """The lines of a text that its sender wrote; the whole text when none would be left."""
    return own_text_of(quote.scan(text))


def own_text_of(scanned: quote.Scanned) -> str:
    """The same of a text that has been scanned."""
    lines, shown = scanned.written, scanned.shown
    numbers = _own_lines(shown[: quote.LINES_MAX], scanned)
    footers = mobile_footer.marked([shown[number] for number in numbers])
    own = [lines[number] for position, number in enumerate(numbers) if position not in footers]
    return "\n".join(own + _unread(lines, numbers)).strip() or "\n".join(lines).strip()


def _unread(lines: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """The lines below the last one that is read, unless a quotation had begun above it."""
    is_own = len(lines) > quote.LINES_MAX and bool(numbers) and numbers[-1] == quote.LINES_MAX - 1
    return list(lines[quote.LINES_MAX :]) if is_own else []


def _own_lines(lines: Sequence[str], scanned: quote.Scanned) -> list[int]:
    """The numbers of the lines that are not quoted."""
    own: list[int] = []
    at = 0
    while at < len(lines):
        if quote.is_marked(lines[at]):
            at = _below_marked(lines, at + 1 + _unmarked_rest(lines, at))
            continue
        header = _header_length(lines, at, scanned)
        if not header or _is_told(lines, at):
            own += range(at, at + max(1, header))
            at += max(1, header)
            continue
        at = _quotation_at(lines, at + header)
        if not quote.is_marked(lines[at] if at < len(lines) else ""):
            # The quotation is not marked line by line: all below is the other's.
            break
    return own


def _header_length(lines: Sequence[str], at: int, scanned: quote.Scanned) -> int:
    """How many lines the quotation header that begins here has; there is none above the first."""
    if at <= scanned.at:
        return scanned.length if at == scanned.at else 0
    return quote.starts_at(lines, at) if at < quote.HEADER_LINES_MAX else 0


def _is_told(lines: Sequence[str], at: int) -> bool:
    """Whether somebody lists the particulars of a mail: 'the mail is lost, as follows:' and its fields at once.

    A patch that `git format-patch` has made begins with such fields too, below a line of its own.
    """
    above = lines[at - 1][-TOLD_CHARS_MAX:] if at else ""
    is_told = bool(_TOLD.search(above)) and not _HANDED_ON.search(above)
    return (is_told or bool(_PATCH.match(above))) and header_block.read(lines, at) is not None


def _below_marked(lines: Sequence[str], at: int) -> int:
    """Where reading goes on below a marked line: blank lines between two of them are nobody's."""
    if at >= len(lines) or lines[at].strip():
        return at
    further = _quotation_at(lines, at)
    return further if further < len(lines) and quote.is_marked(lines[further]) else at


def _unmarked_rest(lines: Sequence[str], at: int) -> int:
    """1 when a quoted line was broken, and its rest stands unmarked below.

    QUIRK: seen from web mailers with a long address, and from telephones that wrap what they have quoted: the
    break stands where the next word did not fit, in the middle of a sentence.
    """
    below = lines[at + 1] if at + 1 < len(lines) else ""
    if not below.strip() or quote.is_marked(below):
        return 0
    if _OPEN_LINK.search(lines[at][-2_000:]):
        return int(bool(_LINK_REST.fullmatch(below[:2_003])))
    above = lines[at].rstrip()
    is_full = len(above) <= WRAP_COLUMNS <= len(above) + len(below.split(None, 1)[0]) + WRAP_SLACK
    is_in_sentence = _IN_SENTENCE.search(above[-2:]) is not None and below[0].islower()
    is_followed = at + 2 < len(lines) and quote.is_marked(lines[at + 2])
    return int(is_full and is_in_sentence and is_followed)


def _quotation_at(lines: Sequence[str], at: int) -> int:
    """The first line from here that says something: where a quotation begins below its header."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def language(text: str) -> str:
    """'zh' when a notable share of the letters are Chinese characters, else 'en'."""
    sample = text[:4_000]
    letters = len(_LETTER.findall(sample))
    return "zh" if letters and len(_CJK.findall(sample)) >= CJK_SHARE * letters else "en"
