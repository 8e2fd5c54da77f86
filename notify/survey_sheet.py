"""The survey's form as a workbook to be filled in: a list to choose from at each question.

The same bytes for the same survey and language, whoever it goes to: it says nothing of its reader. No cell is
ever taken for a formula. Source: HANDBOOK 4.
"""

from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from typing import Any

from classify.questionnaire import BEST, NOT_APPLICABLE, Questionnaire
from notify.render import words
from process.outgoing import Enclosure
from process.survey import Survey

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (6, 14, 52, 20, 40)
"""Of the columns, in characters."""
FIRST_ROW = 4
"""Of the questions, from 0."""
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Always the same: the same form gives the same bytes."""
INK, HEAD, PAPER = "#16324f", "#e8eef4", "#fffdf0"


def enclosure(survey: Survey, language: str) -> Enclosure:
    """The form of a survey, to be enclosed."""
    name = words(language)["survey"]["sheet"]["file"]
    return Enclosure(
        filename=f"{name}-{survey.number}.xlsx",
        content_type=XLSX,
        content=workbook(survey.form, survey.number, language),
    )


@lru_cache(maxsize=8)
def workbook(form: Questionnaire, number: str, language: str) -> bytes:
    """The form's bytes."""
    file = BytesIO()
    book = new_book(file)
    names = words(language)["survey"]["sheet"]
    sheet = book.add_worksheet(names["file"][:31])
    _heading(book, sheet, (form.title.said(language), number), names)
    _questions(book, sheet, form, (language, names["pick"]))
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    # Without a password: only so that nobody overwrites a question by mistake.
    sheet.protect("", {"format_columns": True, "format_rows": True})
    book.close()
    return file.getvalue()


def new_book(file: BytesIO) -> Any:
    """A workbook in memory in which text stays text, whatever it begins with."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": CREATED})
    return book


def options(form: Questionnaire, language: str) -> list[str]:
    """The list to choose from: '5 满意', best first, then '0 不适用'."""
    values = (*range(BEST, NOT_APPLICABLE, -1), NOT_APPLICABLE)
    return [f"{value} {form.word(value, language)}" for value in values]


def _heading(book: Any, sheet: Any, title: tuple[str, str], names: dict[str, Any]) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title[0], book.add_format({"bold": True, "font_size": 16, "font_color": INK}))
    sheet.write_string(1, 0, title[1], book.add_format({"font_color": INK}))
    sheet.write_string(2, 0, names["how"])
    head = book.add_format({"bold": True, "bg_color": HEAD, "border": 1, "text_wrap": True})
    for column, name in enumerate(names["columns"]):
        sheet.write_string(FIRST_ROW - 1, column, name, head)


def _questions(book: Any, sheet: Any, form: Questionnaire, language_and_hint: tuple[str, str]) -> None:
    language, hint = language_and_hint
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    to_fill = book.add_format(
        {"border": 1, "text_wrap": True, "valign": "top", "locked": False, "bg_color": PAPER}
    )
    for place, question in enumerate(form.questions):
        row = FIRST_ROW + place
        sheet.write_number(row, 0, place + 1, cell)
        sheet.write_string(row, 1, question.label.said(language), cell)
        sheet.write_string(row, 2, question.text.said(language), cell)
        sheet.write_blank(row, 3, None, to_fill)
        sheet.write_blank(row, 4, None, to_fill)
        if question.is_open:
            sheet.set_row(row, 80)
        else:
            sheet.data_validation(
                row,
                3,
                row,
                3,
                {"validate": "list", "source": options(form, language), "error_message": hint},
            )
