"""Forms as PDF on A4: the same value as `form_sheet.py` writes, for whom a spreadsheet is no record.

Needs the extra `pdf` (reportlab). Chinese is set in the standard font STSong-Light, which viewers bring along and
the file only names (ISO 32000-1 9.7.5.2, Adobe-GB1): no font is installed and none is embedded, a form has
10 kB. The same values give the same bytes. Pure: values in, bytes out.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from notify.form_sheet import EDGE, FILL, SOFT, Field, Form, in_rows, pieces
from notify.sheet import BAND, INK, text

FONT = "STSong-Light"
LATIN_FONT = "Helvetica"
_LATIN = re.compile(r"([!-~][ -~]*)")
_AS_GB = str.maketrans({"·": "・", "\u00a0": " "})
"""QUIRK: the encoding UniGB-UCS2-H has the middle dot of GB 2312 at U+30FB."""
SIZE, LEADING = 9, 12.5
"""Points."""
WIDTHS_MM = (27, 63, 27, 63)
MARGIN_MM = 15
CELL_PADDING = (4, 3)
"""Left and right, top and bottom, points."""


class NotInstalled(Exception):
    """The extra `pdf` is not there."""


def written(form: Form) -> bytes:
    """The form as PDF. Raises NotInstalled."""
    try:
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfbase.pdfmetrics import registerFont
        from reportlab.platypus import Paragraph, SimpleDocTemplate
    except ImportError as missing:
        raise NotInstalled("pip install 'ombud[pdf]'") from missing
    registerFont(UnicodeCIDFont(FONT))
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=(MARGIN_MM + 5) * mm,
        bottomMargin=(MARGIN_MM + 5) * mm,
        title=f"{text(form.title)} {text(form.number)}",
        author=text(form.organisation),
        invariant=1,
    )
    title = Paragraph(_marked(form.title), _style(size=15, leading=24, alignment=1, color=BAND))
    story = [title, *_tables(form)]
    document.build(story, onFirstPage=_edges(form), onLaterPages=_edges(form))
    return target.getvalue()


def _style(*, size: float = SIZE, leading: float = LEADING, alignment: int = 0, color: str = INK) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        "form",
        fontName=FONT,
        fontSize=size,
        leading=leading,
        alignment=alignment,
        textColor=color,
        wordWrap="CJK",
    )


def _marked(words: str) -> str:
    """Words as reportlab's markup, Latin ones in a Latin font; nothing of them is markup."""
    parts = ((escape(one), one.isascii() and one.strip()) for one in _LATIN.split(_settable(words)))
    whole = (f'<font name="{LATIN_FONT}">{one}</font>' if is_latin else one for one, is_latin in parts)
    return "".join(whole).replace("\n", "<br/>")


def _settable(words: str) -> str:
    """What the font has: not the middle dot, and nothing outside of the basic plane."""
    return "".join(char if ord(char) < 0x10000 else "□" for char in text(words)).translate(_AS_GB)


def _edges(form: Form) -> Any:
    """Draws the head and the foot of each page."""

    def draw(canvas: Any, document: Any) -> None:
        from reportlab.lib.units import mm

        width, height = document.pagesize
        canvas.setFont(FONT, 8)
        canvas.setFillColor("#5b6772")
        for y, left, right in (
            (height - MARGIN_MM * mm, form.organisation, form.number),
            (MARGIN_MM * mm, form.title, str(canvas.getPageNumber())),
        ):
            canvas.drawString(MARGIN_MM * mm, y, _settable(left))
            canvas.drawRightString(width - MARGIN_MM * mm, y, _settable(right))

    return draw


def _tables(form: Form) -> Iterator[Any]:
    """A table for each section, with its title on top."""
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, Table

    heading = _style(color="#ffffff")
    for section in form.sections:
        rows: list[list[Any]] = [[Paragraph(_marked(section.title), heading), "", "", ""]]
        marks = [
            ("SPAN", (0, 0), (-1, 0)),
            ("NOSPLIT", (0, 0), (-1, 1)),
            ("BACKGROUND", (0, 0), (-1, 0), BAND),
        ]
        for pair in in_rows(section.fields):
            for cells, spans in _rows(pair):
                marks += [(name, (at, len(rows)), (to, len(rows)), *more) for name, at, to, *more in spans]
                rows.append(cells)
        table = Table(
            rows, colWidths=[width * mm for width in WIDTHS_MM], repeatRows=1 if len(rows) > 2 else 0
        )
        table.setStyle([*_BORDERS, *marks])
        yield table


_BORDERS = (
    ("GRID", (0, 0), (-1, -1), 0.5, EDGE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), CELL_PADDING[0]),
    ("RIGHTPADDING", (0, 0), (-1, -1), CELL_PADDING[0]),
    ("TOPPADDING", (0, 0), (-1, -1), CELL_PADDING[1]),
    ("BOTTOMPADDING", (0, 0), (-1, -1), CELL_PADDING[1]),
)


def _rows(pair: tuple[Field, ...]) -> Iterator[tuple[list[Any], list[tuple[Any, ...]]]]:
    """Rows of cells with their marks: from column to column."""
    from reportlab.platypus import Paragraph

    label, value = _style(color="#4a5763"), _style()
    if len(pair) == 2:
        cells = [
            Paragraph(_marked(words), style)
            for f in pair
            for words, style in ((f.label, label), (f.value, value))
        ]
        fills = [
            ("BACKGROUND", at * 2 + 1, at * 2 + 1, FILL) for at, field in enumerate(pair) if field.is_fillable
        ]
        yield cells, [("BACKGROUND", 0, 0, SOFT), ("BACKGROUND", 2, 2, SOFT), *fills]
        return
    (field,) = pair
    for count, piece in enumerate(pieces(field.value)):
        name = "" if count else field.label
        fill = [("BACKGROUND", 1, 3, FILL)] if field.is_fillable else []
        room = "\n" * (field.lines - 1) if not piece else ""
        yield (
            [Paragraph(_marked(name), label), Paragraph(_marked(piece + room), value), "", ""],
            [("SPAN", 1, 3), ("BACKGROUND", 0, 0, SOFT), *fill],
        )
