"""A table that came as a file, row by row as text: CSV in any of its dialects, or XLSX.

CSV: UTF-8 with or without a byte order mark, UTF-16 with one, GB18030; separated by comma, semicolon, tab or
bar. Which one is told by the names of the columns: the separator under which most of them are known.
Promises: bounded in bytes, rows and columns; nothing is held in memory but the file itself. Source: RFC 4180.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper

from ingest import long_sheet, workbook

CSV_BYTES_MAX = 50_000_000
ROWS_MAX = 300_000
COLUMNS_MAX = 200
HEAD_LINES = 10
"""Lines in which the names of the columns are looked for."""
HEAD_BYTES = 50_000
DECODED_AT_ONCE = 1 << 20
DAMAGE_MAX = 100
"""One unreadable character in so many bytes beyond ASCII is damage; more is another encoding."""
DELIMITERS = ",;\t|"
_BEYOND_ASCII = bytes(range(128, 256))
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[int, Sequence[str]]
"""The line of the file (from 1) on which a row begins, and its cells."""


class Unreadable(ValueError):
    """The file, or the rest of it, cannot be read; `problem` is a word, `detail` what was seen."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem} {detail}".strip())
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRow:
    """A row that is no CSV."""

    line: int


def is_table(filename: str, content_type: str) -> bool:
    """Whether an attachment is one, by its name or type."""
    name = filename.lower()
    return (
        name.endswith((".csv", ".tsv", ".xlsx", ".xls")) or "csv" in content_type or "sheet" in content_type
    )


def line_count(content: bytes) -> int | None:
    """About how many rows a file has; None where only reading it tells."""
    return None if workbook.is_workbook("", content) else content.count(b"\n")


def rows(content: bytes, known: Callable[[Sequence[str]], int]) -> Iterator[Row | BrokenRow]:
    """The rows of a file, header and all; `known` counts the names of columns in a row. Raises Unreadable."""
    if workbook.is_workbook("", content):
        yield from _of_workbook(content)
    else:
        yield from _of_csv(content, known)


def _of_workbook(content: bytes) -> Iterator[Row]:
    try:
        yield from long_sheet.stream(content)
    except workbook.Unreadable as trouble:
        raise Unreadable(trouble.fault.value, trouble.detail) from trouble


def _of_csv(content: bytes, known: Callable[[Sequence[str]], int]) -> Iterator[Row | BrokenRow]:
    if len(content) > CSV_BYTES_MAX:
        raise Unreadable("too_large", f"{len(content)} > {CSV_BYTES_MAX}")
    encoding = _encoding(content)
    delimiter = _delimiter(content, encoding, known)
    reader = csv.reader(
        TextIOWrapper(BytesIO(content), encoding, errors="replace", newline=""), delimiter=delimiter
    )
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield BrokenRow(line=line)
            continue
        if cells is None:
            return
        count += 1
        if count > ROWS_MAX:
            raise Unreadable("too_many_rows", f"> {ROWS_MAX}")
        if len(cells) > COLUMNS_MAX:
            yield BrokenRow(line=line)
            continue
        # QUIRK: Excel says in a line of its own what it separates by.
        if line > 1 or not cells or not cells[0].lower().startswith("sep="):
            yield line, cells


def _encoding(content: bytes) -> str:
    """QUIRK: Excel in China saves CSV as GBK, and its 'Unicode text' as UTF-16 with tabs."""
    if content.startswith(_UTF16):
        return "utf-16"
    if b"\0" in content:
        raise Unreadable("no_text")
    foreign = len(content) - len(content.translate(None, delete=_BEYOND_ASCII))
    for encoding in ("utf-8-sig", "gb18030"):
        if _damage(content, encoding) * DAMAGE_MAX <= foreign:
            return encoding
    raise Unreadable("no_text")


def _damage(content: bytes, encoding: str) -> int:
    """How many characters cannot be read. QUIRK: programs cut long cells in the middle of a character."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    pieces = (content[start : start + DECODED_AT_ONCE] for start in range(0, len(content), DECODED_AT_ONCE))
    return sum(decoder.decode(piece).count("\ufffd") for piece in pieces)


def _delimiter(content: bytes, encoding: str, known: Callable[[Sequence[str]], int]) -> str:
    head = content[:HEAD_BYTES].decode(encoding, "ignore").splitlines()[:HEAD_LINES]
    if head and head[0].lower().startswith("sep=") and head[0][4:5] in DELIMITERS:
        return head[0][4:5] or ","

    def named(delimiter: str) -> int:
        return max((known([cell.strip(' "') for cell in line.split(delimiter)]) for line in head), default=0)

    return max(DELIMITERS, key=named)
