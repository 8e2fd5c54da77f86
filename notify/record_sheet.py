"""The complaint record form as a spreadsheet: the fields of `process/record_form.py`, some of them to fill in."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from notify.form_sheet import Field, Form, Section
from process import record_form

LINES_TO_FILL = {"cause": 4, "corrective": 4, "preventive": 4, "text": 6, "remedy": 2}
"""Room for what is written by hand."""


BLANK = {
    "complainant": ("complainant", "employee_number", "user_department", "phone", "address", "on_behalf_of"),
    "complaint": ("source", "work_order", "about", "category", "severity", "text", "remedy"),
}
"""What an engineer fills in who records a complaint for somebody: section and fields."""


def blank(words: Mapping[str, Any], organisation: str) -> Form:
    """The form to be filled in for somebody who complains by telephone."""
    sections = tuple(
        record_form.Section(
            key=key,
            title=words["form_sections"][key],
            entries=tuple(
                record_form.Entry(
                    key=name, label=words["form"][name], value="", is_wide=name in record_form.WIDE
                )
                for name in names
            ),
        )
        for key, names in BLANK.items()
    )
    fillable = [name for names in BLANK.values() for name in names]
    made = form(sections, words, organisation, fillable)
    return replace(made, note=words["labels"]["blank_form_note"])


def form(
    record: tuple[record_form.Section, ...],
    words: Mapping[str, Any],
    organisation: str,
    fillable: Collection[str] = (),
) -> Form:
    """The sheet's form; `fillable` are keys of fields that the reader is asked to fill in."""
    labels = words["labels"]
    number = next(
        (entry.value for section in record for entry in section.entries if entry.key == "number"), ""
    )
    return Form(
        title=labels["form"],
        number=number,
        note=labels["form_note"] if fillable else "",
        organisation=organisation,
        sections=tuple(_section(section, words, fillable) for section in record if section.entries),
    )


def _section(section: record_form.Section, words: Mapping[str, Any], fillable: Collection[str]) -> Section:
    return Section(
        title=section.title, fields=tuple(_field(entry, words, fillable) for entry in section.entries)
    )


def _field(entry: record_form.Entry, words: Mapping[str, Any], fillable: Collection[str]) -> Field:
    is_fillable = entry.key in fillable
    choices = words[CHOICES[entry.key]].values() if is_fillable and entry.key in CHOICES else ()
    return Field(
        label=entry.label,
        value=entry.value,
        is_wide=entry.is_wide,
        is_fillable=is_fillable,
        choices=tuple(choices),
        hint=words["form_hints"].get(entry.key, "") if is_fillable else "",
        lines=LINES_TO_FILL.get(entry.key, 1) if is_fillable else 1,
    )


CHOICES = {"category": "categories", "severity": "severities", "source": "sources"}
"""Fields with a list to choose from, and the table of words that it is."""
