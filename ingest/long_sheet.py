"""The first filled sheet of a workbook row by row, for exports of a hundred thousand rows.

`workbook` reads what people fill in; this reads the same cells from the XML itself, several times as fast, and holds
nothing but the shared strings. The same limits and faults (`workbook.check`) go before it.
Sources: ECMA-376 part 1, 18.2 (workbook), 18.3.1.4 (c), 18.4 (shared strings), 18.8.30 (number formats).
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO

from lxml import etree

from ingest import workbook
from ingest.workbook import Fault, Limits, Unreadable

EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 -- sheets know no zone
DAYS_MAX = 2_958_465
"""9999-12-31, the last day of a spreadsheet."""
NUMBER_DIGITS_MAX = 15
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in formats of days and times; 27-36 and 50-58 are those of Chinese and Japanese sheets."""
_TEXT_IN_FORMAT = re.compile(r'"[^"]{0,200}"|\[[^\]]{0,200}\]|\\.|_.')
_BROKEN = (
    etree.XMLSyntaxError, ArithmeticError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What the cells of all sheets share."""

    strings: Sequence[str]
    date_styles: frozenset[str]
    epoch: datetime


def stream(content: bytes, limits: Limits = workbook.TABLE) -> Iterator[tuple[int, list[str]]]:
    """(number from 1, cells as text) of the rows with something in them. Raises Unreadable."""
    workbook.check(content, limits)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            yield from _first_filled(archive, limits)
    except _BROKEN as trouble:
        raise Unreadable(Fault.BROKEN, type(trouble).__name__) from trouble


def _first_filled(archive: zipfile.ZipFile, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    parts, is_1904 = _parts(archive)
    book = _Book(
        strings=_strings(archive, parts), date_styles=_date_styles(archive, parts), epoch=EPOCHS[is_1904]
    )
    for name in parts["sheets"]:
        count = 0
        with archive.open(name) as part:
            for count, row in enumerate(_rows(part, book), 1):
                if count > limits.rows:
                    raise Unreadable(Fault.TOO_MANY_ROWS, f"> {limits.rows}")
                if len(row[1]) > limits.columns:
                    raise Unreadable(Fault.TOO_MANY_COLUMNS, f"> {limits.columns}")
                yield row
        if count:
            return


def _parts(archive: zipfile.ZipFile) -> tuple[dict[str, list[str]], bool]:
    """Names of the visible sheets in order, of shared strings and styles; and whether days count from 1904."""
    root = _tree(archive, _main_part(archive))
    folder = posixpath.dirname(_main_part(archive))
    targets = {
        r.get("Id", ""): (r.get("Type", ""), _within(folder, r.get("Target", "")))
        for r in _relations(archive)
    }
    ids = [
        next((value for key, value in sheet.items() if key.endswith("}id")), "")
        for sheet in root.iter("{*}sheet")
        if sheet.get("state", "visible") == "visible"
    ]
    found = {"sheets": [targets[id_][1] for id_ in ids if id_ in targets and "worksheet" in targets[id_][0]]}
    for name in ("sharedStrings", "styles"):
        found[name] = [target for kind, target in targets.values() if kind.endswith(f"/{name}")]
    properties = next(root.iter("{*}workbookPr"), None)
    return found, properties is not None and properties.get("date1904", "0") in ("1", "true")


def _main_part(archive: zipfile.ZipFile) -> str:
    for relation in _tree(archive, "_rels/.rels").iter("{*}Relationship"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return _within("", relation.get("Target", ""))
    return "xl/workbook.xml"


def _relations(archive: zipfile.ZipFile) -> Iterable[etree._Element]:
    folder, name = posixpath.split(_main_part(archive))
    return list(_tree(archive, f"{folder}/_rels/{name}.rels").iter("{*}Relationship"))


def _within(folder: str, target: str) -> str:
    return (
        target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    )


def _tree(archive: zipfile.ZipFile, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(name), parser)


def _elements(part: IO[bytes], name: str) -> Iterator[etree._Element]:
    """Every element of a name, as it is read; what was read is given up."""
    for _, element in etree.iterparse(part, tag=f"{{*}}{name}", resolve_entities=False, no_network=True):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _strings(archive: zipfile.ZipFile, parts: dict[str, list[str]]) -> Sequence[str]:
    found: list[str] = []
    for name in parts["sharedStrings"][:1]:
        with archive.open(name) as part:
            found.extend(_plain(element) for element in _elements(part, "si"))
    return found


def _plain(element: etree._Element) -> str:
    """The text of a string without its phonetic readings (18.4.6)."""
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return _shown(element[0].text or "")
    runs = (t.text or "" for t in element.iter("{*}t") if not t.getparent().tag.endswith("}rPh"))
    return _shown("".join(runs))


def _date_styles(archive: zipfile.ZipFile, parts: dict[str, list[str]]) -> frozenset[str]:
    """The styles of cells (their places in cellXfs) that show a number as a day or time."""
    if not parts["styles"]:
        return frozenset()
    root = _tree(archive, parts["styles"][0])
    own = {f.get("numFmtId", ""): f.get("formatCode", "") for f in root.iter("{*}numFmt")}
    dates = {id_ for id_, code in own.items() if re.search("[ymdhs]", _TEXT_IN_FORMAT.sub("", code.lower()))}
    styles = next(root.iter("{*}cellXfs"), ())
    return frozenset(
        str(place)
        for place, style in enumerate(styles)
        if (id_ := style.get("numFmtId", "0")) in dates or (id_ not in own and int(id_) in DATE_FORMATS)
    )


def _rows(part: IO[bytes], book: _Book) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in _elements(part, "row"):
        number = int(row.get("r") or number + 1)
        cells: list[str] = []
        for cell in row:
            at = _column(cell.get("r") or "", len(cells))
            # Columns are told in letters; what lies between was left out.
            cells.extend([""] * (min(at, workbook.TABLE.columns) - len(cells)))
            cells.append(_value(cell, book))
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, cells


def _column(reference: str, following: int) -> int:
    """Place from 0 of a cell such as 'AB12'; the following one where the program left it out (18.3.1.4)."""
    at = 0
    for char in reference:
        if not "A" <= char <= "Z":
            break
        at = at * 26 + ord(char) - 64
    return at - 1 if at else following


def _value(cell: etree._Element, book: _Book) -> str:
    kind, value, inline = cell.get("t", "n"), "", None
    for child in cell:
        tag = child.tag
        if tag[-2:] == "}v":
            value = child.text or ""
        elif tag[-3:] == "}is":
            inline = child
    if kind == "s":
        return book.strings[int(value)] if value else ""
    if kind == "inlineStr":
        return "" if inline is None else _plain(inline)
    if kind != "n" or not value:
        return {"1": "TRUE", "0": "FALSE"}.get(value, value) if kind == "b" else _shown(value)
    if cell.get("s", "") in book.date_styles and 0 <= (days := float(value)) <= DAYS_MAX:
        return _moment(days, book.epoch)
    return value if value.isdecimal() else f"{float(value):.{NUMBER_DIGITS_MAX}g}"


def _moment(days: float, epoch: datetime) -> str:
    """'2026-11-23', or with its time '2026-11-23 17:05:00'."""
    at = epoch + timedelta(seconds=round(days * 86_400))
    return f"{at.date()}" if days == int(days) else at.isoformat(" ")


def _shown(text: str) -> str:
    if text.isprintable():
        return text.strip()
    return "".join(c for c in text.replace("_x000D_", "") if c.isprintable() or c in "\n\t").strip()
