"""A form that came back filled in: as lines of the mail, as a spreadsheet with it, or both.

What is written in the mail counts more than what stands in the file. A file that is no form of ours is left
alone; one that cannot be read, or that is another complaint's, says so (`trouble`), and nothing of it counts.
Pure; never calculates a formula. Source: HANDBOOK 2 (04), 8.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from classify import form
from classify.token import numbers_in
from ingest import workbook
from ingest.mail import Attachment, Mail
from ingest.workbook import Row, Unreadable

WORKBOOKS_MAX = 3
"""Files of a mail that are looked into."""
FORMULA = "formula"
"""Trouble: what is to be filled in holds a formula; its result is not ours to believe."""
OTHER_NUMBER = "other_number"
"""Trouble: the form is that of another complaint."""
NOTHING = "nothing_filled_in"
"""Trouble: a form of ours, but nothing is written in it."""
_SEE_FILE = frozenset(
    {
        "见附件",
        "详见附件",
        "请见附件",
        "附件",
        "如附件",
        "见附表",
        "see attached",
        "see attachment",
        "as attached",
        "attached",
    }
)

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was filled in, and what was wrong with the file."""

    fields: Fields = ()
    trouble: str = ""
    """A `workbook.Fault`, or one of the words above; '' when all is well or there is no file."""


def read(mail: Mail, own_words: str, number: str = "", asked: Iterable[str] = ()) -> Filled:
    """The fields of lines and file together; `asked` are those that count.

    `number` is the complaint's that the mail is about; a form with another number is not read.
    """
    wanted = frozenset(asked) or frozenset(form.NAMES)
    found = _in_files(mail.attachments, number, wanted)
    written = {
        field: value
        for field, value in form.read(own_words)
        if field in wanted and value.strip(" 。.").casefold() not in _SEE_FILE
    }
    return Filled(fields=tuple({**dict(found.fields), **written}.items()), trouble=found.trouble)


def recorded(mail: Mail, own_words: str) -> Filled:
    """As `read`, for who says that a complaint is recorded: the form may also stand in what they quote."""
    found = read(mail, own_words)
    return found if found.fields else replace(found, fields=form.read(mail.text))


def _in_files(attachments: Iterable[Attachment], number: str, asked: frozenset[str]) -> Filled:
    """Of the first file that is a form; else what was wrong with the first that could not be read."""
    trouble = ""
    books = [one for one in attachments if workbook.is_workbook(one.filename, one.content)]
    for book in books[:WORKBOOKS_MAX]:
        found = in_sheet(book.content, number)
        fields = tuple((name, value) for name, value in found.fields if name in asked)
        if fields or (found.trouble == FORMULA):
            return Filled(fields=fields, trouble=found.trouble)
        trouble = trouble or found.trouble
    return Filled(trouble=trouble)


def in_sheet(content: bytes, number: str = "") -> Filled:
    """The fields of a workbook: each label with the cell behind it; long values go on in the rows below."""
    try:
        rows = [row for sheet in workbook.read(content) for row in sheet.rows]
    except Unreadable as refused:
        return Filled(trouble=str(refused.fault))
    fields: dict[str, str] = {}
    has_formula, is_form = False, False
    for field, value, is_formula in _cells(rows):
        is_form = True
        has_formula = has_formula or is_formula
        if not (is_formula or form.is_empty(value)):
            fields[field] = f"{fields[field]}\n{value}" if field in fields else value
    numbers = {found for row in rows for cell in row.cells for found in numbers_in(cell)}
    if is_form and number and numbers and number not in numbers:
        return Filled(trouble=OTHER_NUMBER)
    trouble = FORMULA if has_formula else NOTHING if is_form and not fields else ""
    return Filled(fields=tuple(fields.items()), trouble=trouble)


def _cells(rows: Iterable[Row]) -> Iterator[tuple[str, str, bool]]:
    """Each field that is named, with the value behind its name, and whether that is a formula."""
    above = ""
    for row in rows:
        if above and not row.cells[0] and len(row.cells) == 2:
            yield above, row.cells[1], 1 in row.formulas
            continue
        above, at = "", 0
        while at < len(row.cells):
            field = form.field_of(row.cells[at])
            if not field:
                yield from ((name, value, False) for name, value in _line(row.cells[at]))
                at += 1
                continue
            value = row.cells[at + 1] if at + 1 < len(row.cells) else ""
            yield field, value, at + 1 in row.formulas
            above = field if at == 0 else ""
            at += 2


def _line(cell: str) -> Fields:
    """A field and its value in one cell, as people write when they make a form of their own."""
    return form.read(cell) if ":" in cell or "：" in cell else ()
