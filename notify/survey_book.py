"""The analysis report's workbook: the figures with native charts, the remarks, the raw answers, the definitions.

Raw answers and remarks stand as `process/survey_report.py` gives them: under names only where nothing else was
promised. Source: HANDBOOK 4 'Analyse'.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from classify.questionnaire import BEST, NOT_APPLICABLE
from notify.figure_book import (
    BLUE,
    GREY,
    GRID,
    LANDSCAPE,
    Cell,
    Column,
    FigureBook,
    Page,
    Paper,
    Value,
    axis,
    chart,
    labels,
)
from notify.render import words
from notify.sheet import CONTENT_TYPE
from process.outgoing import Enclosure
from process.survey_figures import Change, DepartmentFigures, QuestionFigures
from process.survey_report import Report
from process.survey_shown import label_of

COLOURS = {5: "#1b6e3c", 4: "#8ccba0", 3: "#cfd6dd", 2: "#f3b07a", 1: "#a8322a"}
CHART_WIDTH, BAR_PIXELS, FRAME_PIXELS = 640, 38, 120
CHART_PIXELS_MAX = 1_600
"""Of a chart's height: sixty departments fit."""
SECOND_COLUMN = 7
"""Where the right one of two charts begins, behind the questions and half of the values."""


class _Made:
    """A workbook under way: its words at hand."""

    def __init__(self, report: Report, language: str) -> None:
        self.report = report
        self.language = language
        self.names: dict[str, Any] = words(language)["survey"]
        self.titles: dict[str, str] = self.names["book"]
        self.book = FigureBook(report.survey.number)

    def page(self, name: str, columns: Sequence[Column], paper: Paper = LANDSCAPE) -> Page:
        return self.book.page(self.titles[name], columns, paper)


def enclosure(report: Report, language: str) -> Enclosure:
    """The workbook of a report, to be enclosed."""
    name = words(language)["survey"]["book"]["file"]
    return Enclosure(
        filename=f"{name}-{report.survey.number}.xlsx",
        content_type=CONTENT_TYPE,
        content=workbook(report, language),
    )


def workbook(report: Report, language: str) -> bytes:
    """The workbook's bytes."""
    made = _Made(report, language)
    _summary(made)
    _questions(made)
    _departments(made)
    _remarks(made)
    _raw(made)
    _definitions(made)
    return made.book.written()


def _summary(made: _Made) -> None:
    columns = (Column(title=made.titles["summary"], width=48), Column(title="", width=44, kind="mean"))
    page = made.page("summary", columns, Paper(is_upright=True))
    for name, value in (*_summed(made), *_left(made)):
        page.write([name, Cell(value=value, kind="count") if isinstance(value, int) else value])


def _summed(made: _Made) -> Iterable[tuple[str, Value]]:
    figures, names = made.report.figures, made.names
    change = figures.index_change
    yield names["title"], f"{made.report.survey.form.title.said(made.language)} {made.report.survey.number}"
    yield names["population"], figures.population
    yield names["invited"], figures.invited
    yield names["answered"], figures.answered
    yield names["complete"], figures.complete
    yield f"{names['response_rate']} %", figures.response_rate * 100
    yield names["bounced"], made.report.bounced
    yield names["index"], figures.index
    yield f"{names['index']} ±", figures.index_margin
    yield names["weighted"], figures.weighted_index
    yield f"{names['top2']} %", _percent(figures.top2)
    yield f"{names['margin_of_share']} %", _percent(figures.margin_of_share)
    yield names["last_year"], change.before if change else None
    yield names["change"], change.difference if change else None
    yield f"{names['change']} ±", change.margin if change else None
    yield names["complaints"], made.report.complaints


def _left(made: _Made) -> Iterable[tuple[str, Value]]:
    left, names = made.report.left, made.names
    for name in left.__dataclass_fields__:
        yield f"{names['section_left']}: {names['standings'][name]}", getattr(left, name)


def _questions(made: _Made) -> None:
    figures, names, form = made.report.figures.questions, made.names, made.report.survey.form
    values = (*range(BEST, NOT_APPLICABLE, -1), NOT_APPLICABLE)
    columns = (
        Column(title=names["number"], width=8, kind="count"),
        Column(title=names["questions"], width=22),
        Column(title=names["n"], width=10, kind="count"),
        *(
            Column(title=f"{value} {form.word(value, made.language)}", width=12, kind="count")
            for value in values
        ),
        *(Column(title=title, width=11, kind="mean") for title in _mean_heads(names)),
        Column(title="", width=12),
    )
    page = made.page("questions", columns, Paper(is_one_sheet=True))
    for one in figures:
        page.write(_question_row(made, one, values))
    below = page.row + 1
    page.put(_spread(made, page, values), (below, 0))
    page.put(_means(made, page), (below, SECOND_COLUMN))


def _mean_heads(names: dict[str, Any]) -> tuple[str, ...]:
    return (
        names["mean"],
        f"{names['mean']} ±",
        f"{names['top2_short']} %",
        names["last_year"],
        names["change"],
        f"{names['change']} ±",
    )


def _spread(made: _Made, page: Page, values: Sequence[int]) -> Any:
    """How the answers to each question are spread over the scale."""
    count, names = len(made.report.figures.questions), made.names
    found = chart(
        made.book, {"type": "bar", "subtype": "percent_stacked"}, names["section_questions"], _size(count)
    )
    for column, value in enumerate(values[:-1], start=3):
        found.add_series(
            {
                "name": page.span((0, column), (0, column))[:3],
                "categories": page.span((1, 1), (count, 1)),
                "values": page.span((1, column), (count, column)),
                "fill": {"color": COLOURS[value]},
                "gap": 45,
            }
        )
    found.set_y_axis(axis(reverse=True))
    found.set_x_axis(axis(num_format="0%", major_gridlines=GRID))
    found.set_legend({"position": "bottom", "font": {"size": 9}})
    return found


def _means(made: _Made, page: Page) -> Any:
    """The mean of each question, beside that of last year where there is one."""
    count = len(made.report.figures.questions)
    found = chart(made.book, {"type": "bar"}, made.names["mean"], _size(count))
    mean_column, last_column = 9, 12
    drawn = [(mean_column, BLUE)] + ([(last_column, GREY)] if made.report.last_year is not None else [])
    for column, colour in drawn:
        found.add_series(
            {
                "name": page.span((0, column), (0, column))[:3],
                "categories": page.span((1, 1), (count, 1)),
                "values": page.span((1, column), (count, column)),
                "fill": {"color": colour},
                "data_labels": labels("0.0"),
                "gap": 45,
            }
        )
    found.set_y_axis(axis(reverse=True))
    found.set_x_axis(axis(min=0, max=BEST, num_format="0", major_gridlines=GRID))
    found.set_legend({"position": "bottom", "font": {"size": 9}})
    return found


def _size(bars: int) -> tuple[int, int]:
    return CHART_WIDTH, min(FRAME_PIXELS + BAR_PIXELS * bars, CHART_PIXELS_MAX)


def _question_row(made: _Made, one: QuestionFigures, values: Sequence[int]) -> list[Value | Cell]:
    return [
        one.number,
        one.question.label.said(made.language),
        one.n,
        *(one.counts[value] for value in values),
        one.mean,
        one.margin,
        _percent(one.top2),
        *_change(one.change),
        Cell(value=made.names["weak"] if one.is_weak else "", colour=COLOURS[1]),
    ]


def _change(change: Change | None) -> tuple[Value, Value, Value]:
    return (change.before, change.difference, change.margin) if change else (None, None, None)


def _departments(made: _Made) -> None:
    figures, names = made.report.figures.departments, made.names
    heads = (
        f"{names['response_rate']} %",
        f"{names['population_share']} %",
        f"{names['answer_share']} %",
        names["index_short"],
        f"{names['index_short']} ±",
        f"{names['top2_short']} %",
    )
    columns = (
        Column(title=names["department"], width=36),
        *(
            Column(title=names[name], width=11, kind="count")
            for name in ("population", "invited", "answered")
        ),
        *(Column(title=title, width=13, kind="mean") for title in heads),
    )
    page = made.page("departments", columns, Paper(is_one_sheet=True))
    for one in figures:
        page.write(_department_row(one))
    if figures:
        page.put(_indices(made, page), (page.row + 1, 0))


def _indices(made: _Made, page: Page) -> Any:
    count, index_column = len(made.report.figures.departments), 7
    found = chart(made.book, {"type": "bar"}, made.names["section_departments"], _size(count))
    found.add_series(
        {
            "categories": page.span((1, 0), (count, 0)),
            "values": page.span((1, index_column), (count, index_column)),
            "fill": {"color": BLUE},
            "data_labels": labels("0.0"),
            "gap": 45,
        }
    )
    found.set_y_axis(axis(reverse=True))
    found.set_x_axis(axis(min=0, max=100, num_format="0", major_gridlines=GRID))
    return found


def _department_row(one: DepartmentFigures) -> list[Value | Cell]:
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


def _remarks(made: _Made) -> None:
    form, names = made.report.survey.form, made.names
    columns = (
        Column(title=names["questions"], width=20),
        Column(title=names["section_remarks"], width=96),
        Column(title="", width=16),
    )
    page = made.page("remarks", columns)
    for one in made.report.remarks:
        page.write([label_of(form, one.question, made.language) or names["general"], one.text, one.name])


def _raw(made: _Made) -> None:
    rated = made.report.survey.form.rated
    columns = (
        Column(title=made.titles["label"], width=12),
        Column(title=made.names["department"], width=28),
        *(Column(title=question.label.said(made.language), width=13, kind="count") for question in rated),
    )
    page = made.page("raw", columns)
    for one in made.report.raw:
        page.write([one.label, one.department, *(one.marks.get(question.id) for question in rated)])
    page.sheet.autofilter(0, 0, max(page.row - 1, 1), len(columns) - 1)


def _definitions(made: _Made) -> None:
    survey = made.report.survey
    target = f"{survey.target * 100:.1f} %"
    page = made.page("definitions", (Column(title=made.titles["definitions"], width=120),))
    for line in made.names["formulae"]:
        page.write([line.format(min_cell=survey.min_cell, target=target)])


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100
