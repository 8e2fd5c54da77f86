"""The life of a complaint: which verb, in which state, by which role, leads to which step.

`advance` is the whole of it: a case and an act in, a `Step` or a `Refusal` out. `TABLE` is read top
to bottom, the first row that fits in verb, state and role is taken. What no row allows is refused
with the reason and changes nothing.
Source: HANDBOOK 2 (flow), 8 (verbs).
"""

from collections.abc import Callable
from dataclasses import dataclass

from classify.facts import Verb
from classify.people import Organisation, Person, Role
from process import answering, closing, dispatch, handling, judging, particulars, remarks, repeats
from process.case import Case, State
from process.outgoing import Choice
from process.refusing import Allowed, refusal
from process.remarks import kept
from process.roles import STAFF, roles_of
from process.rules import Rules
from process.turn import Act, Refusal, Step, Turn, judgements_of_doubt

OPEN = frozenset(State) - {State.CLOSED}
ANY = frozenset(State)
IN_DEPARTMENT = frozenset({State.HANDLING})


@dataclass(frozen=True, slots=True)
class Row:
    """One allowed move."""

    verb: Verb
    states: frozenset[State]
    roles: tuple[Role, ...]
    step: Callable[[Turn], Step | Refusal]


DESK = (Role.SERVICE_DESK,)
MANAGER = (Role.DEPARTMENT_MANAGER,)
VERIFIER = (Role.IT_SERVICE_MANAGER,)
REPRESENTATIVE = (Role.MANAGEMENT_REPRESENTATIVE,)
USER = (Role.COMPLAINANT,)


def _states(*states: State) -> frozenset[State]:
    return frozenset(states)


TABLE = (
    # 02 accept, ask
    Row(Verb.ACCEPT, _states(State.RECORDED, State.ASKED), DESK, judging.accept),
    Row(Verb.ASK, _states(State.RECORDED, State.ASKED, State.ACCEPTED), DESK, judging.ask),
    Row(Verb.INFORM, _states(State.ASKED), USER, judging.particulars),
    # 03 valid?
    Row(Verb.VALID, _states(State.ACCEPTED), DESK, judging.valid),
    Row(Verb.INVALID, _states(State.ACCEPTED), DESK, judging.invalid),
    Row(Verb.VALID, _states(State.OBJECTED), REPRESENTATIVE, judging.valid),
    Row(Verb.INVALID, _states(State.OBJECTED), REPRESENTATIVE, judging.overruled),
    Row(Verb.NOT_SOLVED, _states(State.NOT_VALID), USER, judging.objected),
    # 05 dispatch and handle
    Row(Verb.ASSIGN, _states(State.VALID, State.HANDLING), DESK, dispatch.assign),
    Row(Verb.MEASURES, IN_DEPARTMENT, MANAGER, answering.measures),
    Row(Verb.RETURN, IN_DEPARTMENT, MANAGER, handling.return_to_desk),
    # 06, 07 verify
    Row(Verb.PASS, _states(State.VERIFYING), VERIFIER, handling.passed),
    Row(Verb.FAIL, _states(State.VERIFYING), VERIFIER, handling.failed),
    # 08 feed back; 退回 is both 'return' and 'reject', the state tells which
    Row(Verb.APPROVE, _states(State.FEEDING_BACK), DESK, closing.approved),
    Row(Verb.REJECT, _states(State.FEEDING_BACK), DESK, closing.rejected),
    Row(Verb.RETURN, _states(State.FEEDING_BACK), DESK, closing.rejected),
    # 09 does the user agree? 10 close
    Row(Verb.CONFIRM, _states(State.CONFIRMING, State.NOT_VALID), USER, closing.confirmed),
    Row(Verb.NOT_SOLVED, _states(State.CONFIRMING), USER, closing.not_solved),
    Row(Verb.NOT_SOLVED, _states(State.CLOSED), USER, closing.disputed),
    Row(Verb.UNCLEAR, _states(State.CONFIRMING, State.NOT_VALID), USER, closing.unclear),
    Row(Verb.CLOSE, _states(State.CONFIRMING, State.NOT_VALID), DESK, closing.closed_by_desk),
    Row(Verb.RATE, _states(State.CLOSED), USER, closing.rated),
    # a doubtful repeat
    Row(Verb.SAME, ANY, DESK, repeats.same),
    Row(Verb.DIFFERENT, ANY, DESK, repeats.different),
    # particulars that the desk learns later
    Row(Verb.INFORM, OPEN, DESK, particulars.completed),
    # whatever else the complainant says is information, never lost
    Row(Verb.INFORM, ANY, USER, remarks.informed),
    Row(Verb.CONFIRM, OPEN, USER, remarks.informed),
    Row(Verb.NOT_SOLVED, OPEN, USER, remarks.informed),
    Row(Verb.UNCLEAR, ANY, USER, remarks.informed),
    Row(Verb.NOTE, ANY, USER, remarks.informed),
    Row(Verb.NOTE, ANY, STAFF, remarks.noted),
)


VERBS = frozenset(row.verb for row in TABLE)
"""Those that mean something on a complaint."""
NEVER_OFFERED = (Verb.UNCLEAR, Verb.INFORM, Verb.RATE, Verb.SAME, Verb.DIFFERENT)
"""As plain choices: what no one says as a verb, and what is offered with its argument."""


def advance(case: Case, act: Act, organisation: Organisation, rules: Rules) -> Step | Refusal:
    """The case after the act, with its trail and its mails; or why the act changes nothing."""
    roles = roles_of(act.by, case, organisation)
    verb = act.command.verb
    for row in TABLE:
        role = next((role for role in row.roles if role in roles), None)
        if row.verb is verb and case.state in row.states and role is not None:
            turn = Turn(case=case, act=act, role=role, organisation=organisation, rules=rules)
            return kept(turn, row.step(turn))
    return refusal(case, act, roles, _allowed(verb, case.state), organisation)


def choices(case: Case, person: Person, organisation: Organisation) -> tuple[Choice, ...]:
    """What a person may answer on the case as it stands, in the table's order."""
    roles = roles_of(person, case, organisation)
    offered: dict[Callable[[Turn], Step | Refusal], Verb] = {}
    for row in TABLE:
        if case.state in row.states and roles & set(row.roles) and row.verb not in NEVER_OFFERED:
            # Two words for one step, as 驳回 and 退回, are both understood and offered once.
            offered.setdefault(row.step, row.verb)
    offered.pop(remarks.informed, None)
    plain = tuple(Choice(verb=verb) for verb in dict.fromkeys(offered.values()))
    return (*plain, *judgements_of_doubt(case)) if Role.SERVICE_DESK in roles else plain


def _allowed(verb: Verb, state: State) -> Allowed:
    rows = [row for row in TABLE if row.verb is verb]
    return Allowed(
        roles=frozenset(role for row in rows for role in row.roles),
        now=tuple(dict.fromkeys(role for row in rows if state in row.states for role in row.roles)),
    )
