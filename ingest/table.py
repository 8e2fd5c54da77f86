"""A table that came as a file, row by row as text: CSV in any of its dialects, or XLSX.

CSV: UTF-8 with or without a byte order mark, UTF-16 with one, GB18030; separated by comma, semicolon, tab or
bar. Which one is told by the names of the columns: the separator under which most of them are known.
Promises: bounded in bytes, rows and columns; nothing is held in memory but the file itself. Source: RFC 4180.
"""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper

from ingest import long_sheet, workbook

CSV_BYTES_MAX = 50_000_000
ROWS_MAX = 300_000
COLUMNS_MAX = 200
ROW_LINES_MAX = 100
"""Line ends within a row's quotation marks; a longer row has one that is not closed."""
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
    lines = _Lines(TextIOWrapper(BytesIO(content), encoding, errors="replace", newline=""))
    reader = csv.reader(lines, delimiter=delimiter)
    count = 0
    while (row := _next(reader, lines, delimiter)) is not None:
        count += 1
        if count > ROWS_MAX:
            raise Unreadable("too_many_rows", f"> {ROWS_MAX}")
        if lines.line > 1 or _hint(lines.row[0]) is None:
            yield row


class _Endless(Exception):
    """A quotation mark was not closed."""


class _Lines:
    """The lines of a file for csv.reader; all but the first of a row that does not end can be had again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.row: list[str] = []
        """The lines of the present row, …"""
        self.line = 1
        """… and the number (from 1) of the first."""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.row) == ROW_LINES_MAX:
            raise _Endless
        line = self._again.popleft() if self._again else next(self._lines)
        self.row.append(line)
        return line

    def begin(self) -> None:
        """The next line begins a row."""
        self.line += len(self.row)
        self.row = []

    def give_again(self) -> None:
        """The present row is its first line; the others come once more."""
        self._again.extendleft(reversed(self.row[1:]))
        del self.row[1:]


def _next(reader: Iterator[list[str]], lines: _Lines, delimiter: str) -> Row | BrokenRow | None:
    """The next row; one that is no CSV costs its first line only. None at the end."""
    lines.begin()
    try:
        cells = next(reader, None)
        if cells is None:
            return None
        if len(lines.row) > 1:
            # At the end of the file csv.reader closes the quotation itself, unless it is strict.
            next(csv.reader(lines.row, delimiter=delimiter, strict=True))
    except (csv.Error, _Endless):
        lines.give_again()
        return BrokenRow(line=lines.line)
    return (lines.line, cells) if len(cells) <= COLUMNS_MAX else BrokenRow(line=lines.line)


def _hint(line: str) -> str | None:
    """QUIRK: Excel says in a first line 'sep=;' what it separates by."""
    return line[4:5] if line.lower().startswith("sep=") else None


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
    said = _hint(head[0]) if head else None
    if said and said in DELIMITERS:
        return said

    def named(delimiter: str) -> int:
        return max((known([cell.strip(' "') for cell in line.split(delimiter)]) for line in head), default=0)

    return max(DELIMITERS, key=named)
