"""Pictures of the workbooks as a spreadsheet program shows them: `python -m bench.workbook_pictures [FOLDER]`.

Without a folder, the two pages for docs/; with one, the first pages of every workbook in both languages, to be looked at.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import report_pictures, survey_pictures
from bench.pictures import ZONE, sheets
from notify import report_sheet, survey_book, survey_sheet
from notify.render import LANGUAGES, words
from process.report_view import ReportView
from process.survey_report import report

PAGES_MAX = 6
TRENDS_PAGE, QUESTIONS_PAGE = 2, 2
"""Of the report's and the survey's workbook."""


def workbooks() -> Iterator[tuple[str, bytes]]:
    """Each kind of workbook that goes out with figures, in both languages, by name."""
    for picture in report_pictures.pictures():
        if isinstance(picture.shown, ReportView) and picture.name != "draft":
            content = report_sheet.workbook(picture.shown, words(picture.language), ZONE)
            yield f"{picture.name}-{picture.language}", content
    made = report(survey_pictures.sources())
    for language in LANGUAGES:
        yield f"survey-{language}", survey_book.workbook(made, language)
        yield f"form-{language}", survey_sheet.workbook(survey_pictures.FORM, "Q-2026", language)


def main() -> None:
    """The pictures for docs/, or of everything."""
    books = dict(workbooks())
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in books.items():
            sheets(content, folder, name, (1, PAGES_MAX))
        return
    with tempfile.TemporaryDirectory() as own:
        (trends,) = sheets(books["month-en"], Path(own), "month", (TRENDS_PAGE, TRENDS_PAGE))
        (questions,) = sheets(books["survey-en"], Path(own), "survey", (QUESTIONS_PAGE, QUESTIONS_PAGE))
        trends.replace("docs/report-workbook-en.png")
        questions.replace("docs/survey-workbook-en.png")


if __name__ == "__main__":
    main()
