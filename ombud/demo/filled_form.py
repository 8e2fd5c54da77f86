"""The survey's enclosed workbook as somebody fills it in with a spreadsheet program and sends it back."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import openpyxl

from ingest.mail import Attachment, Mail

ANSWERS = 4
"""Column of the answers, from 1; the first has the numbers of the questions."""


def filled(form: Mail, answers: Sequence[str]) -> Attachment:
    """The workbook of a form mail with an answer to each question, as chosen from its list; '' leaves one out."""
    blank = form.attachments[0]
    book = openpyxl.load_workbook(BytesIO(blank.content))
    questions = [row[0].row for row in book.active.iter_rows() if isinstance(row[0].value, int)]
    for row, answer in zip(questions, answers, strict=False):
        book.active.cell(row=row, column=ANSWERS, value=answer or None)
    file = BytesIO()
    book.save(file)
    return replace(blank, content=file.getvalue())
