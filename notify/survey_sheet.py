"""The survey's form as a workbook to be filled in: a list to choose from at each question.

The same bytes for the same survey and language, whoever it goes to: it says nothing of its reader. No cell is
ever taken for a formula. Source: HANDBOOK 4.
"""

from functools import lru_cache
from io import BytesIO
from typing import Any

from classify.questionnaire import BEST, NOT_APPLICABLE, Questionnaire
from notify.form_sheet import EDGE, FILL
from notify.render import words
from notify.sheet import BAND, CONTENT_TYPE, FONT, INK, book, height_points, lines, sheet_name, text
from process.outgoing import Enclosure
from process.survey import Survey

WIDTHS = (8, 18, 56, 22, 42)
"""Of the columns, in characters."""
ROW_POINTS, OPEN_POINTS = 26, 90
"""Heights of a row: of a question, and of one that asks for words."""
FIRST_ROW = 4
"""Of the questions, from 0."""


def enclosure(survey: Survey, language: str) -> Enclosure:
    """The form of a survey, to be enclosed."""
    name = words(language)["survey"]["sheet"]["file"]
    return Enclosure(
        filename=f"{name}-{survey.number}.xlsx",
        content_type=CONTENT_TYPE,
        content=workbook(survey.form, survey.number, language),
    )


@lru_cache(maxsize=8)
def workbook(form: Questionnaire, number: str, language: str) -> bytes:
    """The form's bytes."""
    file = BytesIO()
    made = book(file)
    names = words(language)["survey"]["sheet"]
    sheet = made.add_worksheet(sheet_name(names["file"]))
    _heading(made, sheet, (form.title.said(language), number), names)
    _questions(made, sheet, form, (language, names["pick"]))
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # Without a password: only so that nobody overwrites a question by mistake.
    sheet.protect("", {"format_columns": True, "format_rows": True})
    made.close()
    return file.getvalue()


def options(form: Questionnaire, language: str) -> list[str]:
    """The list to choose from: '5 满意', best first, then '0 不适用'."""
    values = (*range(BEST, NOT_APPLICABLE, -1), NOT_APPLICABLE)
    return [f"{value} {form.word(value, language)}" for value in values]


def _heading(made: Any, sheet: Any, title: tuple[str, str], names: dict[str, Any]) -> None:
    look = {"font_name": FONT, "font_color": INK, "font_size": 10, "valign": "vcenter"}
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    for row, height in enumerate((32, 18, 22, 22)):
        sheet.set_row(row, height)
    sheet.write_string(
        0, 0, text(title[0]), made.add_format({**look, "bold": True, "font_size": 16, "font_color": BAND})
    )
    sheet.write_string(1, 0, title[1], made.add_format({**look, "font_color": "#5b6772"}))
    sheet.write_string(2, 0, names["how"], made.add_format(look))
    head = made.add_format({**look, "bold": True, "font_color": "#ffffff", "bg_color": BAND, "indent": 1})
    for column, name in enumerate(names["columns"]):
        sheet.write_string(FIRST_ROW - 1, column, name, head)


def _questions(made: Any, sheet: Any, form: Questionnaire, language_and_hint: tuple[str, str]) -> None:
    language, hint = language_and_hint
    look = {
        "font_name": FONT,
        "font_color": INK,
        "font_size": 10,
        "border": 1,
        "border_color": EDGE,
        "valign": "vcenter",
    }
    number = made.add_format({**look, "align": "center"})
    cell = made.add_format({**look, "text_wrap": True, "indent": 1})
    to_fill = made.add_format({**look, "text_wrap": True, "indent": 1, "locked": False, "bg_color": FILL})
    for place, question in enumerate(form.questions):
        row, words_ = FIRST_ROW + place, text(question.text.said(language))
        need = height_points(lines(words_, WIDTHS[2] - 2))
        sheet.set_row(row, OPEN_POINTS if question.is_open else max(need, ROW_POINTS))
        sheet.write_number(row, 0, place + 1, number)
        sheet.write_string(row, 1, text(question.label.said(language)), cell)
        sheet.write_string(row, 2, words_, cell)
        sheet.write_blank(row, 3, None, to_fill)
        sheet.write_blank(row, 4, None, to_fill)
        if not question.is_open:
            offered = {"validate": "list", "source": options(form, language), "error_message": hint}
            sheet.data_validation(row, 3, row, 3, offered)
