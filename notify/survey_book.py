"""The analysis report's workbook: the figures with native charts, the remarks, the raw answers, the definitions.

Raw answers and remarks stand as `process/survey_report.py` gives them: under names only where nothing else was
promised. Source: HANDBOOK 4 'Analyse'.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from classify.questionnaire import BEST, NOT_APPLICABLE
from notify.render import words
from notify.survey_sheet import HEAD, XLSX, new_book
from process.outgoing import Enclosure
from process.survey_figures import Change, DepartmentFigures, QuestionFigures
from process.survey_report import Report
from process.survey_shown import label_of

COLOURS = {5: "#1b6e3c", 4: "#8ccba0", 3: "#cfd6dd", 2: "#f3b07a", 1: "#a8322a"}
CHART_ROWS = 16
"""Height of a chart in rows of the sheet."""

Value = str | float | int | None


class _Book:
    """A workbook being written: formats and names at hand."""

    def __init__(self, report: Report, language: str) -> None:
        self.report = report
        self.language = language
        self.names: dict[str, Any] = words(language)["survey"]
        self.titles: dict[str, str] = self.names["book"]
        self.file = BytesIO()
        self.book = new_book(self.file)
        self.head = self.book.add_format({"bold": True, "bg_color": HEAD, "border": 1, "text_wrap": True})
        self.plain = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.number = self.book.add_format({"num_format": "0.00", "valign": "top"})
        self.whole = self.book.add_format({"num_format": "0", "valign": "top"})

    def sheet(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[Value]]) -> Any:
        """A sheet with a table; numbers stay numbers."""
        sheet = self.book.add_worksheet(self.titles[title][:31])
        sheet.write_row(0, 0, heads, self.head)
        for at, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                self._cell(sheet, (at, column), value)
        sheet.freeze_panes(1, 1)
        return sheet

    def _cell(self, sheet: Any, place: tuple[int, int], value: Value) -> None:
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(*place, value, self.plain)
        else:
            sheet.write_number(*place, value, self.whole if isinstance(value, int) else self.number)


def enclosure(report: Report, language: str) -> Enclosure:
    """The workbook of a report, to be enclosed."""
    name = words(language)["survey"]["book"]["file"]
    return Enclosure(
        filename=f"{name}-{report.survey.number}.xlsx", content_type=XLSX, content=workbook(report, language)
    )


def workbook(report: Report, language: str) -> bytes:
    """The workbook's bytes."""
    book = _Book(report, language)
    _summary(book)
    _questions(book)
    _departments(book)
    _remarks(book)
    _raw(book)
    _definitions(book)
    book.book.close()
    return book.file.getvalue()


def _summary(book: _Book) -> None:
    figures, names, left = book.report.figures, book.names, book.report.left
    change = figures.index_change
    rows: list[tuple[str, Value]] = [
        (names["title"], f"{book.report.survey.form.title.said(book.language)} {book.report.survey.number}"),
        (names["population"], figures.population),
        (names["invited"], figures.invited),
        (names["answered"], figures.answered),
        (names["complete"], figures.complete),
        (f"{names['response_rate']} %", figures.response_rate * 100),
        (names["bounced"], book.report.bounced),
        (names["index"], figures.index),
        (f"{names['index']} ±", figures.index_margin),
        (names["weighted"], figures.weighted_index),
        (f"{names['top2']} %", _percent(figures.top2)),
        (f"{names['margin_of_share']} %", _percent(figures.margin_of_share)),
        (names["last_year"], change.before if change else None),
        (names["change"], change.difference if change else None),
        (f"{names['change']} ±", change.margin if change else None),
        (names["complaints"], book.report.complaints),
    ]
    rows += [
        (f"{names['section_left']}: {names['standings'][name]}", getattr(left, name))
        for name in left.__dataclass_fields__
    ]
    sheet = book.sheet("summary", (book.titles["summary"], ""), rows)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 30)


def _questions(book: _Book) -> None:
    figures, names, form = book.report.figures.questions, book.names, book.report.survey.form
    values = (*range(BEST, NOT_APPLICABLE, -1), NOT_APPLICABLE)
    heads = [
        names["number"],
        names["questions"],
        names["n"],
        *(f"{value} {form.word(value, book.language)}" for value in values),
        names["mean"],
        f"{names['mean']} ±",
        f"{names['top2_short']} %",
        names["last_year"],
        names["change"],
        f"{names['change']} ±",
        "",
    ]
    sheet = book.sheet("questions", heads, [_question_row(book, one, values) for one in figures])
    sheet.set_column(1, 1, 22)
    count = len(figures)
    spread = _chart(book, {"type": "bar", "subtype": "percent_stacked"}, names["section_questions"])
    for column, value in enumerate(values[:-1], start=3):
        spread.add_series(_series(book, "questions", count, column, colour=COLOURS[value]))
    spread.set_y_axis({"reverse": True})
    means = _chart(book, {"type": "column"}, names["mean"])
    means.set_y_axis({"min": 0, "max": BEST})
    means.add_series(_series(book, "questions", count, 9, colour="#1f5c99", has_labels=True))
    if book.report.last_year is not None:
        means.add_series(_series(book, "questions", count, 12, colour="#b8c4cf", has_labels=True))
    sheet.insert_chart(count + 2, 1, spread)
    sheet.insert_chart(count + 3 + CHART_ROWS, 1, means)


def _question_row(book: _Book, one: QuestionFigures, values: Sequence[int]) -> list[Value]:
    return [
        one.number,
        one.question.label.said(book.language),
        one.n,
        *(one.counts[value] for value in values),
        one.mean,
        one.margin,
        _percent(one.top2),
        *_change(one.change),
        book.names["weak"] if one.is_weak else "",
    ]


def _change(change: Change | None) -> tuple[Value, Value, Value]:
    return (change.before, change.difference, change.margin) if change else (None, None, None)


def _departments(book: _Book) -> None:
    figures, names = book.report.figures.departments, book.names
    heads = [
        names["department"],
        names["population"],
        names["invited"],
        names["answered"],
        f"{names['response_rate']} %",
        f"{names['population_share']} %",
        f"{names['answer_share']} %",
        names["index_short"],
        f"{names['index_short']} ±",
        f"{names['top2_short']} %",
    ]
    sheet = book.sheet("departments", heads, [_department_row(one) for one in figures])
    sheet.set_column(0, 0, 30)
    chart = _chart(book, {"type": "column"}, names["section_departments"])
    chart.set_y_axis({"min": 0, "max": 100})
    chart.add_series(
        _series(book, "departments", len(figures), 7, colour="#1f5c99", names_column=0, has_labels=True)
    )
    sheet.insert_chart(len(figures) + 2, 0, chart)


def _department_row(one: DepartmentFigures) -> list[Value]:
    return [
        "、".join(one.names),
        one.size,
        one.invited,
        one.answered,
        one.response_rate * 100,
        one.population_share * 100,
        one.answer_share * 100,
        one.index,
        one.margin,
        _percent(one.top2),
    ]


def _remarks(book: _Book) -> None:
    form, names = book.report.survey.form, book.names
    rows = [
        (label_of(form, one.question, book.language) or names["general"], one.text, one.name)
        for one in book.report.remarks
    ]
    sheet = book.sheet("remarks", (names["questions"], names["section_remarks"], ""), rows)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)


def _raw(book: _Book) -> None:
    rated = book.report.survey.form.rated
    heads = [book.titles["label"], book.names["department"], *(q.label.said(book.language) for q in rated)]
    rows: list[list[Value]] = [
        [one.label, one.department, *(one.marks.get(question.id) for question in rated)]
        for one in book.report.raw
    ]
    sheet = book.sheet("raw", heads, rows)
    sheet.set_column(1, 1, 24)
    sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)


def _definitions(book: _Book) -> None:
    survey = book.report.survey
    target = f"{survey.target * 100:.1f} %"
    lines = [line.format(min_cell=survey.min_cell, target=target) for line in book.names["formulae"]]
    sheet = book.sheet("definitions", (book.titles["definitions"],), [(line,) for line in lines])
    sheet.set_column(0, 0, 110)


def _chart(book: _Book, kind: dict[str, str], title: str) -> Any:
    chart = book.book.add_chart(kind)
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": CHART_ROWS * 20 - 20})
    return chart


def _series(
    book: _Book,
    sheet: str,
    count: int,
    column: int,
    *,
    colour: str,
    names_column: int = 1,
    has_labels: bool = False,
) -> dict[str, Any]:
    name = book.titles[sheet][:31]
    series: dict[str, Any] = {
        "name": [name, 0, column],
        "categories": [name, 1, names_column, max(count, 1), names_column],
        "values": [name, 1, column, max(count, 1), column],
        "fill": {"color": colour},
    }
    if has_labels:
        series["data_labels"] = {"value": True, "num_format": "0.0"}
    return series


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100
