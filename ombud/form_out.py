"""`ombud show NUMBER --form`: the record form at a terminal, as spreadsheet or as PDF.

Source: HANDBOOK 2 'Complaint record form'.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from notify import form_pdf, form_sheet, record_sheet, render
from ombud.sections import OrganisationSection
from process.case import Case
from process.record_form import Section
from store import events

EXIT_FAILED = 1
LABEL_COLUMNS = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for: at the terminal, or into files."""

    language: str
    as_form: bool = False
    xlsx: Path | None = None
    pdf: Path | None = None

    @property
    def is_any(self) -> bool:
        return bool(self.as_form or self.xlsx or self.pdf)


def run(conn: Connection, case: Case, wanted: Wanted, house: OrganisationSection) -> int:
    """The whole form with its trail, as the staff sees it; the exit code."""
    found = render.record_of(case, events.trail(conn, case.number), wanted.language, house.timezone)
    if wanted.as_form:
        show(found, wanted.language)
    return _written(found, wanted, house)


def show(found: tuple[Section, ...], language: str, console: Console | None = None) -> None:
    """The form at a terminal; text of a mail is shown as it is, never as markup."""
    table = Table(
        title=render.words(language)["labels"]["form"], show_header=False, expand=True, pad_edge=False
    )
    table.add_column(width=LABEL_COLUMNS, style="dim", overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for section in found:
        if section.entries:
            table.add_section()
            table.add_row("", Text(section.title, style="bold"))
        for entry in section.entries:
            table.add_row(Text(entry.label), Text(_shown(entry.value)))
    (console or Console()).print(table)


def _shown(value: str) -> str:
    """Without what would move the cursor of a terminal."""
    return "".join(char for char in value if char.isprintable() or char == "\n") or "—"


def _written(found: tuple[Section, ...], wanted: Wanted, house: OrganisationSection) -> int:
    """The form into the files that are wanted; the exit code."""
    page = record_sheet.form(found, render.words(wanted.language), house.name)
    try:
        if wanted.xlsx:
            wanted.xlsx.write_bytes(form_sheet.written(page))
        if wanted.pdf:
            wanted.pdf.write_bytes(form_pdf.written(page))
    except (form_pdf.NotInstalled, OSError) as trouble:
        print(f"not written: {trouble}", file=sys.stderr)
        return EXIT_FAILED
    return 0


def blank(target: Path, language: str, house: OrganisationSection) -> int:
    """The form with which a complaint is recorded for somebody, into a file; the exit code."""
    try:
        target.write_bytes(form_sheet.written(record_sheet.blank(render.words(language), house.name)))
    except OSError as trouble:
        print(f"not written: {trouble}", file=sys.stderr)
        return EXIT_FAILED
    return 0
