"""Spreadsheets (XLSX) that came by mail, read as text: what their cells show, row by row.

Promises: bounded in size, unpacked size, rows and columns (`Limits`); nothing is calculated, no macro runs, no
link is followed, no entity of a DTD is read; any bytes give rows or `Unreadable` with a named fault.
Use `read` for what is filled in by hand, `stream` for long tables. Sources: ECMA-376 part 2 (packages
are ZIP archives without DTDs), MS-OFFCRYPTO (an encrypted workbook is an OLE file), MS-XLS.
"""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from io import BytesIO
from itertools import islice
from typing import Any

ENTRIES_MAX = 2_000
"""Files in the archive."""
RATIO_MAX = 300
"""Unpacked to packed size of a part; sheets that people make stay below 100."""
CELL_CHARS_MAX = 32_767
"""What the format allows in a cell."""
ROW_NUMBER_MAX = 1_048_576
"""The last row that the format has."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""ECMA-376 part 2, annex B. Others, which zipfile knows too, let a part demand memory by gigabytes (LZMA)."""
BLOCK_BYTES = 1 << 20
BLOCK_ROWS = 500
NUMBER_DIGITS_MAX = 15
"""As many as spreadsheets keep of a number."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DTD = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError,
    OSError, RuntimeError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl and the libraries below it raise on a damaged file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a workbook is read; beyond it the workbook is refused as a whole."""

    size_bytes: int = 2_000_000
    """As it came."""
    unpacked_bytes: int = 8_000_000
    """Of all its parts; what stands in cells is XML, ten times as long."""
    settings_bytes: int = 300_000
    """Of a part that holds no cells (styles, names, relations), unpacked: these are read slowly, 4 s this much."""
    rows: int = 2_000
    """With something in them, of each sheet."""
    columns: int = 60
    """From A on; what stands yet further right than the next one is not seen."""
    sheets: int = 20
    shows_results: bool = False
    """A formula gives what it showed when the file was saved; else its own text, and its place in `formulas`."""


FORM = Limits()
"""A form that somebody fills in by hand."""
TABLE = Limits(
    size_bytes=30_000_000,
    unpacked_bytes=400_000_000,
    settings_bytes=2_000_000,
    rows=300_000,
    columns=200,
    shows_results=True,
)
"""An export of a program."""


class Fault(StrEnum):
    """Why a workbook is not read."""

    TOO_LARGE = "too_large"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_SHEETS = "too_many_sheets"
    ENCRYPTED = "encrypted"
    """Protected with a password."""
    OLD_FORMAT = "old_format"
    """.xls, or another OLE file."""
    NO_WORKBOOK = "no_workbook"
    """No XLSX at all: CSV, HTML, PDF … under that name."""
    BROKEN = "broken"


class Unreadable(Exception):
    """A workbook that is not read, with its fault; the sender can be told what to do instead."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row with something in it."""

    sheet: str
    number: int
    """As the spreadsheet counts, from 1."""
    cells: tuple[str, ...]
    """From column A on, as text without blanks around it; '' for an empty cell, none at the end."""
    formulas: tuple[int, ...] = ()
    """Places in `cells` (from 0) that hold a formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A visible sheet, whole."""

    name: str
    rows: tuple[Row, ...]


def read(content: bytes, limits: Limits = FORM) -> tuple[Sheet, ...]:
    """All visible sheets. Raises Unreadable."""
    found: dict[str, list[Row]] = {}
    for row in stream(content, limits):
        found.setdefault(row.sheet, []).append(row)
    return tuple(Sheet(name=name, rows=tuple(rows)) for name, rows in found.items())


def stream(content: bytes, limits: Limits = TABLE) -> Iterator[Row]:
    """The rows of the visible sheets, as they are read. Raises Unreadable, also in the middle."""
    check(content, limits)
    try:
        yield from _rows(content, limits)
    except _BROKEN as trouble:
        raise Unreadable(Fault.BROKEN, type(trouble).__name__) from trouble


def is_workbook(filename: str, content: bytes) -> bool:
    """Whether an attachment means to be a workbook: by its name, or an OOXML or OLE file without one."""
    name = filename.lower()
    return name.endswith((".xlsx", ".xlsm", ".xltx", ".xls", ".et")) or (
        "." not in name and content.startswith((b"PK\x03\x04", _OLE))
    )


def check(content: bytes, limits: Limits) -> None:
    """Raises Unreadable when the archive is not to be opened: too large, packed too tightly, of another kind."""
    if len(content) > limits.size_bytes:
        raise Unreadable(Fault.TOO_LARGE, f"{len(content)} > {limits.size_bytes}")
    if content.startswith(_OLE):
        raise Unreadable(Fault.ENCRYPTED if _ENCRYPTED in content else Fault.OLD_FORMAT)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_parts(archive, limits)
    except zipfile.BadZipFile as trouble:
        raise Unreadable(Fault.NO_WORKBOOK) from trouble
    except _BROKEN as trouble:
        raise Unreadable(Fault.BROKEN, type(trouble).__name__) from trouble


def _check_parts(archive: zipfile.ZipFile, limits: Limits) -> None:
    """By the sizes that the archive declares: zipfile unpacks no more than those."""
    parts = archive.infolist()
    if "[Content_Types].xml" not in {part.filename for part in parts}:
        raise Unreadable(Fault.NO_WORKBOOK)
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(Fault.ENCRYPTED)
    is_tight = any(
        part.file_size > RATIO_MAX * max(part.compress_size, BLOCK_BYTES // RATIO_MAX) for part in parts
    )
    is_large = sum(part.file_size for part in parts) > limits.unpacked_bytes or len(parts) > ENTRIES_MAX
    settings = (part for part in parts if _is_xml(part.filename) and not _holds_cells(part.filename))
    if is_tight or is_large or any(part.file_size > limits.settings_bytes for part in settings):
        raise Unreadable(Fault.UNPACKS_TOO_LARGE)
    if any(part.compress_type not in METHODS for part in parts):
        raise Unreadable(Fault.BROKEN, "compression")
    for part in parts:
        if _is_xml(part.filename) and _has_dtd(archive, part):
            raise Unreadable(Fault.BROKEN, "DTD")


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _holds_cells(name: str) -> bool:
    lower = name.lower()
    return "worksheets/" in lower or lower.rpartition("/")[2].startswith(("sheet", "sharedstrings"))


def _has_dtd(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """ECMA-376 part 2, 6.2.5: no part has one; entities of a DTD could unpack once more."""
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK_BYTES):
            window = tail + block
            if any(mark in window for mark in _DTD):
                return True
            tail = window[-20:]
    return False


def _rows(content: bytes, limits: Limits) -> Iterator[Row]:
    # Not read before there is a workbook: it and numpy would take a sixth of the service's start.
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(
            BytesIO(content), read_only=True, data_only=limits.shows_results, keep_links=False
        )
    if not book.worksheets:
        raise Unreadable(Fault.BROKEN, "no sheet")
    if len(book.worksheets) > limits.sheets:
        raise Unreadable(Fault.TOO_MANY_SHEETS, f"> {limits.sheets}")
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            yield from _filled(sheet, limits)
    book.close()


def _filled(sheet: Any, limits: Limits) -> Iterator[Row]:
    # QUIRK: programs write a wrong <dimension>, and styled but empty rows down to the last that is possible.
    sheet.reset_dimensions()
    count, missing = 0, None
    for number, cells in enumerate(_quietly(sheet.iter_rows(max_col=limits.columns + 1)), 1):
        if number > ROW_NUMBER_MAX:
            raise Unreadable(Fault.TOO_MANY_ROWS, f"> {ROW_NUMBER_MAX}")
        # QUIRK: rows that the file leaves out are one and the same tuple.
        if cells is missing:
            continue
        row = _row(sheet.title, number, cells)
        if not row.cells:
            missing = cells
            continue
        count += 1
        if count > limits.rows:
            raise Unreadable(Fault.TOO_MANY_ROWS, f"> {limits.rows}")
        if len(row.cells) > limits.columns:
            raise Unreadable(Fault.TOO_MANY_COLUMNS, f"> {limits.columns}")
        yield row


def _row(sheet: str, number: int, cells: tuple[Any, ...]) -> Row:
    width = len(cells)
    while width and cells[width - 1].value is None:
        width -= 1
    texts = [_text(cell.value) for cell in cells[:width]]
    while texts and not texts[-1]:
        texts.pop()
    formulas = tuple(at for at, cell in enumerate(cells[:width]) if cell.data_type == "f")
    return Row(sheet=sheet, number=number, cells=tuple(texts), formulas=formulas)


def _quietly(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """What openpyxl warns of (extensions that it does not know, dates out of range) is nothing to us."""
    block: tuple[Any, ...] = ()
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            block = tuple(islice(rows, BLOCK_ROWS))
        if not block:
            return
        yield from block


def _text(value: Any) -> str:
    """A cell's value as a reader of the sheet would copy it: '10086', '2026-11-25', '2026-11-25 14:00'."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{NUMBER_DIGITS_MAX}g}" if abs(value) < 10**NUMBER_DIGITS_MAX else str(value)
    if isinstance(value, datetime):
        has_time = value.time() != time()
        return f"{value:%Y-%m-%d %H:%M}" if has_time else f"{value:%Y-%m-%d}"
    if isinstance(value, date | time | timedelta):
        return str(value)
    return _printable(str(value))


def _printable(text: str) -> str:
    text = text[:CELL_CHARS_MAX]
    if text.isprintable():
        return text.replace("_x000D_", "").strip()
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char.isprintable() or char in "\n\t").strip()
