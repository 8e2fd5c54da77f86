"""Workbooks as tests need them: plain ones, and such with a part replaced by what a hostile hand would write."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"


def book(*rows: Sequence[object], title: str = "甲") -> bytes:
    """A workbook of one sheet, as openpyxl writes it: a text that begins with '=' is a formula."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def patched(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The archive with one part changed."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            data = source.read(name)
            archive.writestr(name, change(data) if name == part else data)
    return target.getvalue()


def with_cells(xml: bytes) -> bytes:
    """A workbook whose sheet holds this XML inside of <sheetData>."""
    pattern = re.compile(rb"<sheetData>.*</sheetData>|<sheetData ?/>", re.DOTALL)
    data = b"<sheetData>" + xml + b"</sheetData>"
    return patched(book(["a"]), SHEET, lambda old: pattern.sub(lambda _: data, old))
