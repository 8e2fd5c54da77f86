"""The ladder climbed: who is reminded, warned, or told that somebody else is late.

`climb` gives the case with all rungs behind it that are due, and a notice for the highest due rung of
each audience: whoever was away for a week gets one mail, not three. `bundle` makes one mail of what one
person would get at the same moment. Pure; that a rung is sent once is guarded by the case's version.
Source: HANDBOOK 2 'Clocks', rows 05 and 09.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from classify.bilingual import listed
from classify.facts import Command, Verb
from classify.people import Organisation, Person, Role
from process.case import Case, Event, Party, State
from process.complaint import choices
from process.ladder import Audience, Rung, rungs
from process.outgoing import Item, Notice
from process.roles import OWNERS, SUCCESSION, engineers, holders, owners
from process.rules import Rules
from process.turn import Act, Letter, Step, Turn, letter, on_ladder

REMINDER = "reminder"
REMINDERS = "reminders"
OMBUD = Person(key="", name="", addresses=(), is_in_directory=False)
"""Who acts when time does."""
EVENTS = {
    "remind": "reminded",
    "warn": "warned",
    "escalate": "overdue",
    "remind_user": "user_reminded",
    "call_user": "user_reminded",
    "no_answer": "no_answer",
}


def climb(case: Case, now: datetime, organisation: Organisation, rules: Rules) -> Step:
    """The case with the rungs behind it that are due at `now`, and who is told."""
    ladder = rungs(case.state, case.since or case.recorded_at, case.due_at, rules)
    due = [rung for rung in ladder[case.rung :] if rung.at <= now]
    turn = _turn(replace(case, version=case.version + 1), now, organisation, rules)
    turn = replace(turn, case=on_ladder(turn.case, case.rung + len(due), rules))
    told = {rung.to: rung for rung in due}
    notices = [(rung, _notices(turn, rung)) for rung in told.values()]
    events = [_event(turn, rung, sent) for rung, sent in notices if sent]
    return turn.step(*events, notices=tuple(notice for _, sent in notices for notice in sent))


def bundle(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """The notices, those reminders that go to one person at the same moment as one mail."""
    reminders: dict[str, list[Notice]] = {}
    others = []
    for notice in notices:
        if notice.template == REMINDER:
            reminders.setdefault(notice.to.key, []).append(notice)
        else:
            others.append(notice)
    return (*others, *(_bundled(found) for found in reminders.values()))


def _bundled(found: list[Notice]) -> Notice:
    if len(found) == 1:
        return found[0]
    items = tuple(
        Item(matter=n.matter, case=n.case, group=n.facts["rung"], waits_for=n.waits_for, choices=n.choices)
        for n in found
    )
    return Notice(template=REMINDERS, to=found[0].to, matter="", items=items)


def _turn(case: Case, now: datetime, organisation: Organisation, rules: Rules) -> Turn:
    act = Act(command=Command(verb=Verb.NOTE), by=OMBUD, at=now)
    return Turn(case=case, act=act, role=Role.SERVICE_DESK, organisation=organisation, rules=rules)


def _notices(turn: Turn, rung: Rung) -> tuple[Notice, ...]:
    if rung.to is not Audience.USER:
        return _to_staff(turn, rung.name, _audience(turn, rung))
    if not turn.case.complainant.address:
        # A telephone complaint without an address: the desk has to call.
        return _to_staff(turn, "call_user", engineers(turn.case, turn.organisation))
    verbs = () if turn.case.state is State.ASKED else (Verb.CONFIRM, Verb.NOT_SOLVED)
    return turn.to_complainant(letter("reminder_user", *verbs))


def _to_staff(turn: Turn, rung: str, people: tuple[Person, ...]) -> tuple[Notice, ...]:
    return tuple(_reminder(turn, person, rung) for person in people)


def _reminder(turn: Turn, to: Person, rung: str) -> Notice:
    offered = choices(turn.case, to, turn.organisation)
    notice = turn.letter(Letter(template=REMINDER, choices=offered, facts={"rung": rung}), to)
    late = owners(turn.case, turn.organisation)
    return replace(notice, waits_for=tuple(person.name or person.address for person in late))


def _audience(turn: Turn, rung: Rung) -> tuple[Person, ...]:
    if rung.to is Audience.DESK:
        return engineers(turn.case, turn.organisation)
    late = owners(turn.case, turn.organisation)
    if rung.to is Audience.OWNER:
        return late
    above = holders(SUCCESSION[OWNERS[turn.case.state]][0], turn.case, turn.organisation)
    # Where the owner stands in for the one above, nobody is told of their own delay twice.
    return tuple(person for person in above if person.key not in {owner.key for owner in late})


def _event(turn: Turn, rung: Rung, sent: tuple[Notice, ...]) -> Event:
    names = listed(notice.to.name or notice.to.address for notice in sent)
    return Event(at=turn.act.at, actor=Party(), role="", what=EVENTS[rung.name], text=f"→ {names}")
