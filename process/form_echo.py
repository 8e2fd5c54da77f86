"""What was understood of a form that somebody filled in, told to them field by field.

Source: HANDBOOK 2 (04), 8: forms are filled in by reply; only what is missing is asked for.
"""

from dataclasses import dataclass

from process.outgoing import Choice
from process.turn import Letter

MEASURES, RECORD, PARTICULARS = "measures", "record", "particulars"
"""Which form it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """The fields as they were understood, in the order of the form, and those that are still missing."""

    form: str
    fields: tuple[tuple[str, str], ...]
    missing: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    """Fields that are to be a date and could not be read as one; their words are kept."""
    trouble: str = ""
    """What was wrong with an attached spreadsheet; see `classify/filled_form.py`."""


def letter(echo: Echo, *choices: Choice) -> Letter:
    """The mail that tells it."""
    return Letter(template="form_read", choices=choices, shown=echo)
