"""Step 05: the department answers with cause and measures, at once or bit by bit.

A form that is not complete is kept (`Case.draft`), and its writer is asked for what is missing; nothing goes to
verification meanwhile, and the clock runs on. What is left out in a later answer stays as it was.
Free words are an answer too: the verifier judges them. Source: HANDBOOK 2, row 05.
"""

from dataclasses import replace

from classify.bilingual import noted
from classify.due import due
from classify.facts import Verb
from classify.form import is_empty
from classify.form import read as read_form
from classify.people import Role
from process import form_echo
from process.case import Measures, State
from process.form_echo import Echo
from process.outgoing import Choice
from process.record_form import MEASURES
from process.turn import Refusal, Step, Turn, letter

REQUIRED = ("cause", "corrective", "responsible", "planned")
"""Of the form; a date of completion, planned or actual, is enough."""
DATES = ("planned", "actual")
VERIFY = (Verb.PASS, Verb.FAIL, Verb.NOTE)


def measures(turn: Turn) -> Step | Refusal:
    """05 → 06 when the form is complete or free words are given; else what there is is kept."""
    command = turn.act.command
    filled = {name: value for name, value in command.fields or read_form(turn.reason) if name in MEASURES}
    # The form's lines stand in its fields; free words are kept as they are.
    words = "" if filled else turn.reason
    if not filled and is_empty(words):
        return Refusal(problem=f"form_{command.trouble}" if command.trouble else "no_measures")
    taken = _taken(turn, filled, words)
    missing = () if words else _missing(taken)
    echo = Echo(
        form=form_echo.MEASURES,
        fields=tuple((name, value) for name in (*MEASURES, "text") if (value := getattr(taken, name))),
        missing=missing,
        undated=tuple(name for name in DATES if name in filled and _day(filled[name], turn) is None),
        trouble=command.trouble,
    )
    return _kept(turn, taken, echo) if missing else _reported(turn, taken, echo)


def _taken(turn: Turn, filled: dict[str, str], words: str) -> Measures:
    """What is known by now: the earlier answer with what the new one says."""
    dated = {name: _dated(value, turn) if name in DATES else value for name, value in filled.items()}
    known = turn.case.draft or turn.case.measures or Measures()
    return replace(known, **dated, text=words or known.text, by=turn.actor, at=turn.act.at)


def _missing(taken: Measures) -> tuple[str, ...]:
    if taken.text:
        return ()
    known = {"planned": taken.planned or taken.actual}
    return tuple(name for name in REQUIRED if not known.get(name, getattr(taken, name)))


def _kept(turn: Turn, taken: Measures, echo: Echo) -> Step:
    turn = turn.become(draft=taken)
    ask = form_echo.letter(echo, Choice(verb=Verb.MEASURES, fields=echo.missing))
    return turn.step(turn.event("measures_begun", _said(turn)), notices=(turn.letter(ask, turn.act.by),))


def _reported(turn: Turn, taken: Measures, echo: Echo) -> Step:
    turn = turn.become(state=State.VERIFYING, measures=taken, draft=None)
    told = turn.letter(form_echo.letter(echo), turn.act.by)
    task = turn.to_role(Role.IT_SERVICE_MANAGER, letter("task_verify", *VERIFY))
    return turn.step(turn.event("measures_reported", _said(turn)), notices=(*task, told))


def _said(turn: Turn) -> str:
    """For the trail: the mail's own words, or what the spreadsheet said."""
    return turn.reason or "\n".join(value for _, value in turn.act.command.fields)


def _dated(words: str, turn: Turn) -> str:
    """A date in words with the day that it means beside it: '下周三' is another one next week."""
    day = _day(words, turn)
    return words if day is None or day[:4] in words else noted(words, day)


def _day(words: str, turn: Turn) -> str | None:
    named = due(words, turn.act.at, turn.rules.calendar.timezone)
    return None if named is None else f"{named.day:%Y-%m-%d}"
