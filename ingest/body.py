"""What the sender wrote: a text without quotation, quotation header and mobile footers.

Nothing of the sender is ever lost: answers between or below marked quotations stay, and when all seems
quoted the whole text is kept. Linear, line by line; the result is a sub-sequence of the text's lines.
Sources: RFC 3676 4.3 and 4.5.
"""

import re
from collections.abc import Sequence

from ingest import mobile_footer, quote

CJK_SHARE = 0.1
SIGNATURE_LINES_MAX = 12
"""A longer text below '-- ' is no signature."""

_LETTER = re.compile(r"[^\W\d_]")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SIGNATURE = re.compile(r"--\s?")
_OPEN_LINK = re.compile(r"[(<]https?://[^\s()<>]{1,2000}$")
_LINK_REST = re.compile(r"[^\s()<>]{1,2000}[)>][\s>]{0,4}")


def own_text(text: str) -> str:
    """The lines of a text that its sender wrote; the whole text when none would be left."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines, shown = text.split("\n"), quote.readable(text)
    numbers = _own_lines(shown)
    footers = mobile_footer.marked([shown[number] for number in numbers])
    kept = [number for position, number in enumerate(numbers) if position not in footers]
    if not _CJK.search(text):
        kept = _above_signature(shown, kept)
    return "\n".join(lines[number] for number in kept).strip() or text.strip()


def _own_lines(lines: Sequence[str]) -> list[int]:
    """The numbers of the lines that are not quoted."""
    own: list[int] = []
    at = 0
    while at < len(lines):
        if quote.is_marked(lines[at]):
            at += 1 + _unmarked_rest(lines, at)
            continue
        header = quote.starts_at(lines, at)
        if not header:
            own.append(at)
            at += 1
            continue
        at += header
        if not _is_marked_below(lines, at):
            # The quotation is not marked line by line: all below is the other's.
            break
    return own


def _unmarked_rest(lines: Sequence[str], at: int) -> int:
    """1 when a long address in a quoted line was broken, and its rest stands unmarked below.

    QUIRK: seen from web mailers, which mark only the first of the two lines.
    """
    below = lines[at + 1] if at + 1 < len(lines) else ""
    is_open = not quote.is_marked(below) and _OPEN_LINK.search(lines[at][-2_000:])
    return int(bool(is_open and _LINK_REST.fullmatch(below[:2_003])))


def _is_marked_below(lines: Sequence[str], at: int) -> bool:
    """Whether the first line below a quotation header that says something is marked as quoted."""
    first = next((line for line in lines[at:] if line.strip()), "")
    return quote.is_marked(first)


def _above_signature(lines: Sequence[str], numbers: list[int]) -> list[int]:
    """Without the signature, RFC 3676 4.3. In Chinese mail '--' is a rule between paragraphs, and stays."""
    said, separator = 0, len(numbers)
    # From below, once: a mail may hold a separator on each of its lines.
    for position in range(len(numbers) - 1, 0, -1):
        line = lines[numbers[position]]
        separator = position if _SIGNATURE.fullmatch(line) else separator
        said += bool(line.strip())
        if said > SIGNATURE_LINES_MAX:
            break
    return numbers[:separator] if any(lines[own].strip() for own in numbers[:separator]) else numbers


def language(text: str) -> str:
    """'zh' when a notable share of the letters are Chinese characters, else 'en'."""
    sample = text[:4_000]
    letters = len(_LETTER.findall(sample))
    return "zh" if letters and len(_CJK.findall(sample)) >= CJK_SHARE * letters else "en"
