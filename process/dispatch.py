"""Step 05 from the desk's side: which department, until when, and the mail that goes there.

Source: HANDBOOK 2, row 05: To the department manager, CC the management representative.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from classify import due
from classify.bilingual import listed, noted
from classify.facts import Verb
from classify.people import Department, Organisation, Role
from process.case import Case, Party, State
from process.outgoing import Choice, Notice
from process.roles import holders, manager_of
from process.turn import Letter, Refusal, Step, Turn, letter

SUGGESTIONS_MAX = 3
DISPATCH = (Verb.MEASURES, Verb.RETURN, Verb.NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A department that the complainant's words point to, and the words."""

    department: Department
    words: tuple[str, ...]


def suggested(case: Case, organisation: Organisation) -> tuple[Suggestion, ...]:
    """Departments whose name or keywords occur in the complaint, the most telling first."""
    text = f"{case.subject}\n{case.about}\n{case.text}".casefold()
    found = []
    for department in organisation.departments:
        words = tuple(w for w in (department.name, *department.keywords) if w and w.casefold() in text)
        if words:
            found.append(Suggestion(department=department, words=words))
    found.sort(key=lambda s: -sum(len(word) for word in s.words))
    return tuple(found[:SUGGESTIONS_MAX])


def suggestions(turn: Turn, returned: str = "") -> Letter:
    """The desk's task to choose a department, the suggested ones as ready-made answers."""
    found = suggested(turn.case, turn.organisation)
    names = [s.department.name for s in found] or [
        d.name for d in turn.organisation.departments[:SUGGESTIONS_MAX]
    ]
    words = listed(noted(s.department.name, listed(s.words)) for s in found)
    task = letter("task_assign", returned=returned, suggestions=words)
    choices = (*(Choice(verb=Verb.ASSIGN, argument=name) for name in names), Choice(verb=Verb.ASSIGN))
    return replace(task, choices=(*choices, Choice(verb=Verb.NOTE)))


def assign(turn: Turn) -> Step | Refusal:
    """05: dispatched to a department's manager, with a due date in working time."""
    if crossed := _dispatched_meanwhile(turn):
        return crossed
    words = turn.act.command.argument or turn.act.command.text.split("\n")[0]
    department, rest = _named_department(words, turn.organisation)
    if department is None:
        names = listed(d.name for d in turn.organisation.departments)
        return Refusal(problem="unknown_department", detail=names)
    manager = manager_of(department.name, turn.case, turn.organisation)
    if manager is None:
        return Refusal(problem="unknown_department", detail=department.name)
    due_at = _due(rest, turn)
    if due_at is None:
        return Refusal(problem="no_due_date", detail=rest)
    before = turn.case.department_manager
    turn = turn.become(
        state=State.HANDLING,
        department=department.name,
        department_manager=Party.of(manager),
        due_at=due_at,
        measures=None,
        verification=None,
    )
    turn = noted_on_form(turn)
    step = turn.step(
        turn.event("dispatched", f"{department.name} → {manager.name}"), notices=dispatched(turn)
    )
    return replace(step, notices=(*step.notices, *_withdrawn(turn, before)))


def _withdrawn(turn: Turn, before: Party) -> tuple[Notice, ...]:
    """The manager from whom it is taken is told so, and no more: it does not concern them any longer."""
    if not before.address or before.key == turn.case.department_manager.key:
        return ()
    facts = {"number": turn.case.number, "subject": turn.case.subject}
    return (Notice(template="withdrawn", to=before.person, matter="", facts=facts),)


def _dispatched_meanwhile(turn: Turn) -> Refusal | None:
    """Two engineers answer at once: the second answers a mail from before the dispatch of the other."""
    case, act = turn.case, turn.act
    is_owner = case.accepted is not None and case.accepted.by.key == act.by.key
    is_late = case.since is not None and act.answered_at is not None and act.answered_at < case.since
    if case.state is not State.HANDLING or is_owner or not is_late:
        return None
    owner = case.accepted.by.name if case.accepted else ""
    return Refusal(
        problem="already_done", detail=f"{owner} → {case.department}", at=case.since, what="dispatched"
    )


def dispatched(turn: Turn, why: str = "") -> tuple[Notice, ...]:
    """The dispatch mail: To the department manager, CC the management representative."""
    (to, *_) = holders(Role.DEPARTMENT_MANAGER, turn.case, turn.organisation)
    copied = holders(Role.MANAGEMENT_REPRESENTATIVE, turn.case, turn.organisation)
    mail = replace(letter("dispatch", *DISPATCH, why=why), has_form=True)
    return (turn.letter(replace(mail, cc=tuple(p for p in copied if p.key != to.key)), to),)


def noted_on_form(turn: Turn) -> Turn:
    """The turn with the record form saying until when the department is to answer, and who is copied."""
    copied = holders(Role.MANAGEMENT_REPRESENTATIVE, turn.case, turn.organisation)
    return turn.become(answer_due_at=turn.case.due_at, copied=tuple(map(Party.of, copied)), draft=None)


def _named_department(words: str, organisation: Organisation) -> tuple[Department | None, str]:
    """The department that the words begin with (the longest name that fits), and what follows."""
    words = words.strip().lstrip("：:，, ")
    fitting = [d for d in organisation.departments if words.casefold().startswith(d.name.casefold())]
    if not fitting:
        return None, words
    department = max(fitting, key=lambda d: len(d.name))
    return department, words[len(department.name) :].strip(" ，,;；:：()（）")


def _due(words: str, turn: Turn) -> datetime | None:
    """Due date from '3天', '5个工作日', '2026-11-30', '下周三'; the configured days when silent."""
    calendar = turn.rules.calendar
    if not words:
        return calendar.add_days(turn.act.at, turn.rules.department_days)
    if count := due.days(words):
        return calendar.add_days(turn.act.at, count)
    return _end_of(words, turn)


def _end_of(words: str, turn: Turn) -> datetime | None:
    """The time or the end of office hours on a date named in words; None when it is none, or has passed."""
    calendar = turn.rules.calendar
    named = due.due(words, turn.act.at, calendar.timezone)
    if named is None:
        return None
    spans = calendar.spans(named.day)
    end = spans[-1][1] if spans and named.at is None else _instant(named, turn)
    is_near = turn.act.at < end < turn.act.at + timedelta(days=366)
    return end if is_near else None


def _instant(named: due.Due, turn: Turn) -> datetime:
    local = datetime.combine(named.day, named.at or time(23, 59), turn.rules.calendar.timezone)
    return local.astimezone(UTC)
