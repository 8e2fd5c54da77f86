"""Particulars that come later, as lines of a form: from the complainant, or from the desk for them.

The record takes them up, and who wrote them sees what was understood. What the directory says of a person is
not changed by a mail: such fields are only filled in where they are empty.
Source: HANDBOOK 2 (02, 04).
"""

from dataclasses import replace

from classify.facts import Verb
from classify.form import category_of
from classify.people import Organisation
from process import form_echo
from process.case import Case
from process.form_echo import Echo
from process.outgoing import Notice
from process.turn import Refusal, Step, Turn, letter

OF_COMPLAINT = ("work_order", "about", "category", "severity", "remedy")
"""Fields that a later word replaces."""
OF_PERSON = {
    "address": "address",
    "phone": "phone",
    "employee_number": "employee_number",
    "user_department": "department",
}
"""Fields of the complainant, and what `Party` calls them."""
BY_COMPLAINANT = ("work_order", "about", "category", "remedy", "phone", "employee_number", "user_department")
ASKED_FOR = ("phone", "work_order", "about", "remedy")
"""Offered to be filled in by a complainant who is asked for more, where they are empty."""


def completed(turn: Turn) -> Step | Refusal:
    """The desk fills in what it has learnt of the complaint, by telephone say."""
    had_address = bool(turn.case.complainant.address)
    turn, told = taken_up(turn, (*OF_COMPLAINT, *OF_PERSON))
    if not told:
        return Refusal(problem="no_verb")
    # Recorded by telephone: only now is there an address to which the complaint can be acknowledged.
    first = () if had_address else turn.to_complainant(letter("acknowledgement", Verb.STATUS))
    return turn.step(turn.event("informed", turn.reason), notices=(*told, *first))


def taken_up(turn: Turn, allowed: tuple[str, ...] = BY_COMPLAINANT) -> tuple[Turn, tuple[Notice, ...]]:
    """The turn with the fields of its form on the record, and the mail that tells what was understood."""
    fields = {name: value for name, value in turn.act.command.fields if name in allowed}
    if not fields:
        return turn, ()
    case = _with(turn.case, fields, turn.organisation)
    turn = turn.become(**{name: getattr(case, name) for name in (*OF_COMPLAINT, "complainant")})
    read = Echo(form=form_echo.PARTICULARS, fields=tuple(fields.items()))
    return turn, (turn.letter(form_echo.letter(read), turn.act.by),)


def _with(case: Case, fields: dict[str, str], organisation: Organisation) -> Case:
    who = case.complainant
    if "address" in fields and not who.address:
        # Whoever writes from there is the complainant from now on.
        who = replace(who, key=organisation.key(fields["address"]))
    of_person = {OF_PERSON[name]: value for name, value in fields.items() if name in OF_PERSON}
    new = {name: value for name, value in of_person.items() if not getattr(who, name)}
    return replace(
        case,
        work_order=fields.get("work_order", case.work_order),
        about=fields.get("about", case.about),
        category=category_of(fields.get("category", case.category)),
        severity=fields.get("severity", case.severity),
        remedy=fields.get("remedy", case.remedy),
        complainant=replace(who, **new),
    )


def missing(case: Case) -> tuple[str, ...]:
    """What a complainant who is asked for more may fill in besides."""
    known = {
        "phone": case.complainant.phone,
        "work_order": case.work_order,
        "about": case.about,
        "remedy": case.remedy,
    }
    return tuple(name for name in ASKED_FOR if not known[name])
