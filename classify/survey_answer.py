"""A survey's answers, read out of whatever somebody sent back: lines, tables, one row of numbers, inline.

Three places are read, the earlier ones first: what the sender wrote; the quoted form, where answers were
typed behind or below its questions; the rows of the workbook. In the quoted form a line counts only with the
number and the label of its question, so nothing of our own mails is taken for an answer. What cannot
be read as one answer is unclear and is asked back; words besides are kept as remarks. Linear, line by line.
Source: HANDBOOK 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from classify.questionnaire import Questionnaire
from classify.survey_zone import GENERAL, LINES_MAX, Notes, Zone
from ingest import workbook
from ingest.mail import Mail

__all__ = ["GENERAL", "Reading", "of_mail", "read"]

WORKBOOKS_MAX = 3
"""Attached forms of one mail that are looked at."""
REMARK_CHARS_MAX = 4_000
REMARK_CHARS_MIN = 4
"""Fewer characters left over say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read: answers, words, and what could not be read as an answer."""

    marks: tuple[tuple[str, int], ...] = ()
    """(question id, value 0 to 5), in the order of the form."""
    remarks: tuple[tuple[str, str], ...] = ()
    """(question id or GENERAL, words)."""
    unclear: tuple[tuple[str, str], ...] = ()
    """(question id or GENERAL, what stands there)."""
    rest: int | None = None
    """The answer to all questions that have none, from this mail or from one before ('其余都是 5')."""

    @property
    def has_answers(self) -> bool:
        return bool(self.marks) or self.rest is not None


def of_mail(mail: Mail, own: str, form: Questionnaire) -> tuple[Reading, tuple[str, ...]]:
    """The answers of a mail and of the forms attached to it, and what was wrong with those; `own` is what its sender typed."""
    rows: list[tuple[str, ...]] = []
    faults: list[str] = []
    books = [a for a in mail.attachments if workbook.is_workbook(a.filename, a.content)]
    for book in books[:WORKBOOKS_MAX]:
        try:
            sheets = workbook.read(book.content)
        except workbook.Unreadable as trouble:
            faults.append(trouble.fault.value)
            continue
        rows += [row.cells for sheet in sheets for row in sheet.rows]
    return read(own, mail.text, form, rows), tuple(dict.fromkeys(faults))


def read(own: str, whole: str, form: Questionnaire, rows: Sequence[Sequence[str]] = ()) -> Reading:
    """The answers of a mail: `own` is what the sender typed, `whole` the text with its quotation.

    `rows` are the cells of the form's workbook, when one came back.
    """
    typed, inline, sheet = Zone(form), Zone(form, is_form=True), Zone(form, is_form=True)
    typed.read(own)
    inline.read(whole)
    for row in rows[:LINES_MAX]:
        sheet.row(row)
    return _merged([typed.notes, inline.notes, sheet.notes], form)


def _merged(zones: Sequence[Notes], form: Questionnaire) -> Reading:
    """The first zone that answers a question counts; what is unclear in one may be clear in another."""
    marks: dict[str, int] = {}
    remarks: dict[str, str] = {}
    unclear: dict[str, str] = {}
    for notes in zones:
        marks = {**notes.marks, **marks}
        unclear = {**notes.unclear, **unclear}
        for question_id, lines in notes.remarks.items():
            text = "\n".join(lines).strip()[:REMARK_CHARS_MAX]
            if len(text) >= REMARK_CHARS_MIN or (question_id and text):
                remarks.setdefault(question_id, text)
    order = [question.id for question in form.questions]
    rank = {question_id: n for n, question_id in enumerate((*order, GENERAL))}
    rest = next((notes.rest for notes in zones if notes.rest is not None), None)
    if marks or rest is not None:
        unclear.pop(GENERAL, None)
    return Reading(
        marks=tuple((one, marks[one]) for one in order if one in marks),
        remarks=tuple(sorted(remarks.items(), key=lambda item: rank[item[0]])),
        unclear=tuple((one, text) for one, text in unclear.items() if one not in marks and text.strip()),
        rest=rest,
    )
