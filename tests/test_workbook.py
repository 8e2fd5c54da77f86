"""Spreadsheets that came by mail: read as text, bounded, and nothing in them runs."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import workbook
from ingest.workbook import Fault, Limits, Unreadable
from tests.workbooks import SHEET, book, patched, with_cells

PLAIN = book(["原因", "端口故障"], [], ["责任人", "张三", None, "计划完成"])
SMALL = Limits(size_bytes=50_000, unpacked_bytes=300_000, settings_bytes=50_000, rows=5, columns=6, sheets=2)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def cells(content: bytes, limits: Limits = workbook.FORM) -> list[tuple[str, ...]]:
    return [row.cells for row in workbook.stream(content, limits)]


def fault(content: bytes, limits: Limits = workbook.FORM) -> Fault:
    with pytest.raises(Unreadable) as raised:
        list(workbook.stream(content, limits))
    return raised.value.fault


def test_rows_are_read_with_their_numbers() -> None:
    (sheet,) = workbook.read(PLAIN)
    assert sheet.name == "甲"
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (1, ("原因", "端口故障")),
        (3, ("责任人", "张三", "", "计划完成")),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (10086, "10086"),
        (10086.0, "10086"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.3"),
        (1e300, "1e+300"),
        (True, "True"),
        (date(2026, 11, 25), "2026-11-25"),
        (datetime(2026, 11, 25, 14, 30), "2026-11-25 14:30"),  # noqa: DTZ001 -- spreadsheets know no zones
        (time(9, 5), "09:05:00"),
        ("  甲\u200b乙\x0b ", "甲乙"),
        ("一\r\n二", "一\n二"),
        ("\u202e逆", "逆"),
        ("", ""),
    ],
)
def test_a_cell_is_what_a_reader_would_copy(value: object, shown: str) -> None:
    text = "".join(c for c in value if c != "\x0b") if isinstance(value, str) else value
    assert cells(book([text, "."])) == [(shown, ".")], value


def test_a_formula_is_text_and_named() -> None:
    (row,) = workbook.stream(book(["原因", "=1+1"]), workbook.FORM)
    assert (row.cells, row.formulas) == (("原因", "=1+1"), (1,))


def test_a_table_shows_what_a_formula_gave() -> None:
    content = with_cells(
        b'<row r="1"><c r="A1" t="str"><f>HYPERLINK("http://a.example","WO-1")</f><v>WO-1</v></c></row>'
    )
    assert cells(content, workbook.TABLE) == [("WO-1",)]
    assert cells(content, workbook.FORM) == [('=HYPERLINK("http://a.example","WO-1")',)]


def test_hidden_sheets_are_not_read() -> None:
    made = openpyxl.Workbook()
    made.active.append(["seen"])
    for name, state in (("lists", "hidden"), ("deep", "veryHidden")):
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(["unseen"])
    target = io.BytesIO()
    made.save(target)
    assert cells(target.getvalue()) == [("seen",)]


def test_macros_and_links_are_left_alone() -> None:
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    content = patched(PLAIN, "[Content_Types].xml", lambda xml: xml.replace(types.encode(), macro.encode()))
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", OLE + b"macro")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert cells(target.getvalue()) == cells(PLAIN)


NOISE = b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n * n) for n in range(1, 9))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", Fault.NO_WORKBOOK, id="empty"),
        pytest.param(b"a,b\n1,2\n", Fault.NO_WORKBOOK, id="csv"),
        pytest.param(b"<html><table>", Fault.NO_WORKBOOK, id="html"),
        pytest.param(b"%PDF-1.7", Fault.NO_WORKBOOK, id="pdf"),
        pytest.param(OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), Fault.OLD_FORMAT, id="xls"),
        pytest.param(
            OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), Fault.ENCRYPTED, id="password"
        ),
        pytest.param(PLAIN[: len(PLAIN) // 2], Fault.NO_WORKBOOK, id="cut"),
        pytest.param(b"x" * 50_001, Fault.TOO_LARGE, id="large"),
        pytest.param(patched(PLAIN, SHEET, lambda _: b" " * 400_000), Fault.UNPACKS_TOO_LARGE, id="unpacks"),
        pytest.param(
            patched(PLAIN, "xl/styles.xml", lambda xml: xml + b" " * 60_000),
            Fault.UNPACKS_TOO_LARGE,
            id="styles",
        ),
        pytest.param(patched(PLAIN, SHEET, lambda _: b"<worksheet"), Fault.BROKEN, id="xml"),
        pytest.param(patched(PLAIN, "xl/workbook.xml", lambda _: b"<x/>"), Fault.BROKEN, id="other-xml"),
        pytest.param(
            patched(PLAIN, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml),
            Fault.BROKEN,
            id="entities",
        ),
        pytest.param(with_cells(NOISE), Fault.TOO_MANY_ROWS, id="rows"),
        pytest.param(
            with_cells(b'<row r="999999999"><c r="A1"><v>1</v></c></row>'), Fault.TOO_MANY_ROWS, id="far-row"
        ),
        pytest.param(book(range(7)), Fault.TOO_MANY_COLUMNS, id="columns"),
        pytest.param(
            with_cells(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), Fault.BROKEN, id="string"
        ),
    ],
)
def test_what_is_refused_has_a_name(content: bytes, expected: Fault) -> None:
    assert fault(content, SMALL) is expected


def test_a_tight_archive_is_refused_whatever_its_size() -> None:
    bomb = patched(PLAIN, SHEET, lambda _: b" " * 3_000_000)
    assert len(bomb) < 20_000
    assert fault(bomb) is Fault.UNPACKS_TOO_LARGE


def test_a_locked_archive_is_refused() -> None:
    content = bytearray(PLAIN)
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert fault(bytes(content)) is Fault.ENCRYPTED


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_compressions_are_refused_before_they_unpack(method: int) -> None:
    """An LZMA stream names the memory that it wants, up to 4 GB, and breaks with an error of its own."""
    source, target = zipfile.ZipFile(io.BytesIO(PLAIN)), io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    content = bytearray(target.getvalue())
    assert fault(bytes(content)) is Fault.BROKEN
    at = content.index(SHEET.encode()) + len(SHEET)
    content[at : at + 60] = bytes(byte ^ 0xFF for byte in content[at : at + 60])
    assert fault(bytes(content)) is Fault.BROKEN


def test_too_many_sheets_are_refused() -> None:
    made = openpyxl.Workbook()
    for _ in range(3):
        made.create_sheet()
    target = io.BytesIO()
    made.save(target)
    assert fault(target.getvalue(), SMALL) is Fault.TOO_MANY_SHEETS


def test_styled_empty_rows_do_not_count() -> None:
    xml = NOISE[: NOISE.index(b'<row r="4"')] + b"".join(b'<row r="%d" s="0"/>' % n for n in range(4, 5_000))
    limits = Limits(rows=5)
    assert len(cells(with_cells(xml + b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), limits)) == 4


@pytest.mark.parametrize(
    ("name", "content", "is_one"),
    [
        ("表.xlsx", b"", True),
        ("FORM.XLSM", b"", True),
        ("old.xls", b"", True),
        ("attachment-1", PLAIN, True),
        ("a.docx", PLAIN, False),
        ("a.zip", PLAIN, False),
        ("photo.png", b"\x89PNG", False),
    ],
)
def test_a_workbook_is_known_by_name_or_content(name: str, content: bytes, is_one: bool) -> None:
    assert workbook.is_workbook(name, content) is is_one, Path(name)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, len(PLAIN) - 1),
    st.integers(1, 255),
    st.sampled_from(["[Content_Types].xml", SHEET, "xl/workbook.xml"]),
)
def test_any_damage_gives_rows_or_a_fault(at: int, change: int, part: str) -> None:
    flipped = bytearray(PLAIN)
    flipped[at] ^= change
    inner = patched(
        PLAIN, part, lambda xml: xml[: at % len(xml)] + bytes([change]) + xml[at % len(xml) + 1 :]
    )
    for content in (bytes(flipped), inner):
        with suppress(Unreadable):
            assert all(row.cells for row in workbook.stream(content, SMALL))
