"""Why an act changes nothing: who would have to do it, who did it before, or what the complaint waits for.

Every refusal is answered with what was wrong and what can be done (HANDBOOK 8); `docs/verbs.md` shows
which answer each verb gets in each state from each role.
"""

from dataclasses import dataclass
from datetime import datetime

from classify.bilingual import listed
from classify.facts import Verb
from classify.people import Organisation, Role
from process.case import Case, Judgement, Party, State
from process.roles import holders, takers
from process.turn import Act, Refusal

VERIFYING = (Verb.PASS, Verb.FAIL)
NAMES_MAX = 5
"""Of those whose turn it is, told to somebody whose turn it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What the table of verbs says about one verb: the roles for which it stands there, and in which states."""

    roles: frozenset[Role]
    """Who may use it in some state."""
    now: tuple[Role, ...]
    """Who may use it in the present one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Who did a thing before, and when."""

    by: Party
    at: datetime
    what: str
    """The trail's name for it (`Event.what`)."""


def refusal(
    case: Case, act: Act, roles: frozenset[Role], rows: Allowed, organisation: Organisation
) -> Refusal:
    """Nobody of that role, done by somebody before, or not in this state."""
    verb = act.command.verb
    if not rows.roles:
        return Refusal(problem="no_verb")
    if not roles & rows.roles:
        if verb in VERIFYING and case.state is State.VERIFYING and act.by.key in takers(case):
            return Refusal(problem="own_measures", detail=_names(rows.now, case, organisation))
        return Refusal(problem="not_your_role", detail=_names(rows.now, case, organisation) if roles else "")
    earlier = done(case, verb)
    return already(earlier) if earlier else Refusal(problem="wrong_state", detail=case.state.value)


def already(earlier: Done) -> Refusal:
    """Somebody was first: who, what and when."""
    return Refusal(problem="already_done", detail=earlier.by.name, at=earlier.at, what=earlier.what)


def done(case: Case, verb: Verb) -> Done | None:
    """By whom what a verb asks for was done before; None when it was not."""
    if verb is Verb.ACCEPT:
        return _judged(case.accepted, "accepted", "accepted")
    if verb in (Verb.VALID, Verb.INVALID):
        return _judged(case.valid, "judged_valid", "judged_invalid")
    if verb in VERIFYING:
        return _judged(case.verification, "verified", "failed")
    if verb is Verb.MEASURES and case.measures and case.measures.at and case.state is not State.HANDLING:
        return Done(by=case.measures.by, at=case.measures.at, what="measures_reported")
    if verb in (Verb.APPROVE, Verb.REJECT) and case.feedback_at:
        return Done(by=case.feedback_by, at=case.feedback_at, what="feedback_approved")
    if verb in (Verb.CLOSE, Verb.CONFIRM) and case.closing:
        return Done(by=case.closing.by, at=case.closing.at, what="closed")
    return None


def _judged(found: Judgement | None, yes: str, no: str) -> Done | None:
    return Done(by=found.by, at=found.at, what=yes if found.is_yes else no) if found else None


def _names(roles: tuple[Role, ...], case: Case, organisation: Organisation) -> str:
    people = {p.key: p.name for role in roles for p in holders(role, case, organisation)}
    return listed(list(people.values())[:NAMES_MAX])
