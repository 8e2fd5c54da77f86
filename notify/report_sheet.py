"""A service report as a workbook: figures, trends with native charts, breakdowns, and the records behind all.

Every text is written as text, so that nothing becomes a formula whatever a department is called. Source: HANDBOOK 5.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from notify.figure_book import (
    BLUE,
    GRID,
    LANDSCAPE,
    Cell,
    Column,
    FigureBook,
    Page,
    Paper,
    axis,
    chart,
    labels,
    rows_below,
)
from process.report_view import Line, ReportView, change_line

ROWS_MAX = 1_000_000
"""Of a sheet; Excel has 1,048,576."""
COLOURS = {"met": "#1B7F3B", "missed": "#B3261E", "no_target": "#4A5763", "no_data": "#4A5763"}
TREND = (625, 260)
"""Pixels; two beside each other are as wide as the table above them."""
SECOND_COLUMN = 6
"""Where the right one begins."""
BARS_WIDTH, BAR_PIXELS, FRAME_PIXELS = 470, 30, 90
TEXT_CHARS_MAX = 32_000
NUMBERS = ("item", "value", "count")
"""Columns that hold numbers."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A workbook under way, with its words."""

    book: FigureBook
    shown: ReportView
    words: dict[str, Any]

    def page(self, name: str, columns: dict[str, int], paper: Paper = LANDSCAPE) -> Page:
        """A sheet with the columns of these names, so many characters wide."""
        said = self.words["report"]
        found = [
            Column(title=said["columns"][one], width=width, kind="count" if one in NUMBERS else "text")
            for one, width in columns.items()
        ]
        return self.book.page(said["sheets"][name], found, paper)

    def name_of(self, figure: str) -> str:
        return str(self.words["figures"][figure]["name"])


def workbook(shown: ReportView, words: dict[str, Any], timezone: ZoneInfo) -> bytes:
    """The bytes of the .xlsx file; the same report gives the same file."""
    book = FigureBook(shown.report.number, shown.report.made_at.replace(tzinfo=None))
    made = _Made(book, shown, words)
    _figures(made)
    _trends(made)
    _parts(made)
    _improvements(made)
    _definitions(made)
    _records(made)
    _corrections(made, timezone)
    return book.written()


def _figures(made: _Made) -> None:
    widths = {
        "item": 8,
        "figure": 36,
        "value": 12,
        "target": 14,
        "status": 12,
        "cause": 42,
        "improvement": 42,
    }
    page, statuses = made.page("figures", widths), made.words["report"]["statuses"]
    for line in made.shown.lines:
        status = Cell(value=statuses[line.figure.status], colour=COLOURS[line.figure.status])
        said = (line.comment.cause, line.comment.improvement) if line.comment else ("", "")
        number = Cell(value=line.item, kind="count")
        page.write([number, made.name_of(line.name), _value(line), line.target, status, *said])


def _value(line: Line) -> Cell:
    if line.figure.value is None:
        return Cell(value=line.value)
    return Cell(value=line.figure.value, kind=line.definition.unit)


def _trends(made: _Made) -> None:
    """A row of twelve months for each figure, and below them a chart for each that is drawn in the mail."""
    months, said = made.shown.months, made.words["report"]
    columns = [
        Column(title=said["columns"]["figure"], width=36),
        *(Column(title=month, width=11, kind="count") for month in months),
    ]
    page = made.book.page(said["sheets"]["trends"], columns, Paper(is_upright=True, is_one_sheet=True))
    drawn = {chart.name for chart in made.shown.trends}
    rows = []
    for line in made.shown.lines:
        if line.name in drawn:
            rows.append((page.row, line))
        trend = (Cell(value=value, kind=line.definition.unit) for value in line.figure.trend)
        page.write([made.name_of(line.name), *trend])
    top = page.row + 1
    for place, (row, line) in enumerate(rows):
        _trend(
            made,
            page,
            (row, line),
            (top + rows_below(TREND[1], 0) * (place // 2), SECOND_COLUMN * (place % 2)),
        )


def _trend(made: _Made, page: Page, drawn: tuple[int, Line], place: tuple[int, int]) -> None:
    """A share as a line up to all, anything else as columns from nought."""
    row, line = drawn
    is_share, last = line.definition.unit == "share", len(made.shown.months)
    look: dict[str, Any] = {"fill": {"color": BLUE}, "gap": 60}
    if is_share:
        marker = {"type": "circle", "fill": {"color": BLUE}, "border": {"color": BLUE}}
        look = {"line": {"color": BLUE, "width": 1.75}, "marker": marker}
    position = "above" if is_share else "outside_end"
    found = chart(made.book, {"type": "line" if is_share else "column"}, made.name_of(line.name), TREND)
    found.add_series(
        {
            "categories": page.span((0, 1), (0, last)),
            "values": page.span((row, 1), (row, last)),
            "data_labels": labels("0%" if is_share else "0", position=position),
            **look,
        }
    )
    # Above all there is room for its label.
    scale = {"max": 1.15, "major_unit": 0.25, "num_format": "0%"} if is_share else {"num_format": "0"}
    found.set_y_axis(axis(min=0, major_gridlines=GRID, **scale))
    found.set_x_axis(axis())
    page.put(found, place)


def _parts(made: _Made) -> None:
    """Each breakdown as a table with a bar chart beside it."""
    said = made.words["report"]
    page = made.page(
        "parts", {"breakdown": 40, "part": 34, "count": 10}, Paper(is_upright=True, is_one_sheet=True)
    )
    for breakdown in made.shown.parts:
        name, first = said["breakdowns"][breakdown.name], page.row
        for bar in breakdown.bars:
            label = _label(bar.label, breakdown.name, made.words)
            page.write([name, label, Cell(value=int(bar.text), kind="count")])
        height = FRAME_PIXELS + BAR_PIXELS * len(breakdown.bars)
        _bars(made, page, (first, page.row - 1), (name, height))
        page.row += rows_below(height, len(breakdown.bars))


def _bars(made: _Made, page: Page, rows: tuple[int, int], look: tuple[str, int]) -> None:
    name, height = look
    found = chart(made.book, {"type": "bar"}, name, (BARS_WIDTH, height))
    found.add_series(
        {
            "categories": page.span((rows[0], 1), (rows[1], 1)),
            "values": page.span((rows[0], 2), (rows[1], 2)),
            "fill": {"color": BLUE},
            "data_labels": labels("0"),
            "gap": 40,
        }
    )
    found.set_y_axis(axis(reverse=True))
    # From nought, or a bar twice as long would not be twice as much.
    found.set_x_axis(axis(min=0, num_format="0", major_gridlines=GRID))
    page.put(found, (rows[0], 3))


def _label(label: str, breakdown: str, words: dict[str, Any]) -> str:
    """What a part is called: a category or rating in words, a department as it is named."""
    said = words["report"]
    if breakdown == "by_category":
        label = words["categories"].get(label, label)
    if breakdown == "callback_results":
        label = words["ratings"].get(label, label)
    return str(said["others"] if label == "others" else label or said["unknown"])


def _improvements(made: _Made) -> None:
    said = made.words["report"]
    page = made.page("improvements", {"record": 18, "status": 14, "improvement": 70, "owner": 24, "due": 20})
    for one in made.shown.all_improvements:
        status = said["open_action" if one.is_open else "verified"]
        page.write([one.number, status, one.text, one.owner, one.due])


def _definitions(made: _Made) -> None:
    page = made.page("definitions", {"item": 8, "figure": 36, "definition": 100})
    for line in made.shown.lines:
        definition = made.words["figures"][line.name]["definition"]
        page.write([Cell(value=line.item, kind="count"), made.name_of(line.name), definition])


def _records(made: _Made) -> None:
    """Each record behind each figure: looked at, and whether it counts."""
    paper = Paper(is_upright=True, is_endless=True)
    page = made.page("records", {"item": 8, "figure": 36, "record": 24, "counts": 10}, paper)
    page.sheet.autofilter(0, 0, 0, len(page.columns) - 1)
    page.write_low(islice(_record_rows(made), ROWS_MAX))


def _record_rows(made: _Made) -> Iterable[tuple[int, str, str, str]]:
    yes, no = made.words["labels"]["yes"], made.words["labels"]["no"]
    for line in made.shown.lines:
        name, left = made.name_of(line.name), Counter(line.figure.counted)
        for number in line.figure.among or line.figure.counted:
            # A record may stand among them twice, and count once.
            is_counted = left[number] > 0
            left[number] -= is_counted
            yield line.item, name, number, yes if is_counted else no


def _corrections(made: _Made, timezone: ZoneInfo) -> None:
    said = made.words["report"]
    widths = {
        "corrected_at": 20,
        "figure": 36,
        "part": 22,
        "before": 12,
        "after": 12,
        "added": 38,
        "removed": 38,
    }
    page = made.page("corrections", widths)
    for correction in made.shown.report.corrections:
        for change in correction.changes:
            name = made.words["figures"].get(change.name, {}).get("name") or said["breakdowns"][change.name]
            line = change_line(change)
            part = _label(change.label, change.name, made.words) if change.label else ""
            records = (", ".join(numbers)[:TEXT_CHARS_MAX] for numbers in (change.added, change.removed))
            page.write([_local(correction.at, timezone), name, part, line.before, line.after, *records])


def _local(at: datetime, timezone: ZoneInfo) -> str:
    return f"{at.astimezone(timezone):%Y-%m-%d %H:%M}"
