"""Every verb from every role in every state, as the code decides it; `python -m tests.cells` writes docs/verbs.md.

A cell is what `process.complaint.advance` gives for a complaint that was led to the state by the people of the
invented company. Nothing is said here that was not tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classify.facts import Command, Verb
from classify.people import Person, Role
from classify.verb import word
from notify.render import words
from process.case import STEP_CODES, Case, State
from process.complaint import TABLE, advance
from process.opening import Opening, open_case
from process.turn import Act, Refusal, Step
from tests.company import (
    COLLECTION,
    DESK_A,
    GENERAL,
    LOANS,
    ORGANISATION,
    REPRESENTATIVE,
    RULES,
    SERVICE_MANAGER,
    USER,
    person,
)

DOCUMENT = Path(__file__).parents[1] / "docs" / "verbs.md"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LEAD = person("叶主管", "ye@corp.example", title="服务台主管")
COMPANY = replace(
    ORGANISATION,
    people=(*ORGANISATION.people, LEAD),
    roles=tuple((r, (LEAD,) if r is Role.COMPLAINT_MANAGER else people) for r, people in ORGANISATION.roles),
)
CAST: dict[str, Person] = {
    "complainant": USER,
    "service desk": DESK_A,
    "complaint manager": LEAD,
    "department manager": COLLECTION,
    "IT service manager": SERVICE_MANAGER,
    "general manager": GENERAL,
    "management representative": REPRESENTATIVE,
    "other department's manager": LOANS,
}
OF_COMPLAINANT = (Verb.CONFIRM, Verb.NOT_SOLVED, Verb.UNCLEAR, Verb.INFORM, Verb.RATE)
"""What a complainant's words are read as; whatever verb of the staff they write, it is information."""
UNWRITTEN = (Verb.UNCLEAR, Verb.RATE)
"""Readings of a complainant's words; nobody else's mail is read so."""
FILLED_IN = {Verb.INFORM: (("phone", "8021"),)}
"""Particulars of the record form; without a verb, a mail of lines 'item: content' is read so."""
VERBS = tuple(verb for verb in Verb if any(row.verb is verb for row in TABLE))
"""Those about the course of a complaint; other processes have others."""
EARLIER = "C-2026-00001"
TEXTS = {
    Verb.ASSIGN: "催收系统开发部",
    Verb.MEASURES: "已扩大连接池",
    Verb.RATE: "5",
    Verb.SAME: EARLIER,
    Verb.DIFFERENT: EARLIER,
}
PATHS: dict[State, tuple[tuple[Person, Verb], ...]] = {
    State.RECORDED: (),
    State.ASKED: ((DESK_A, Verb.ASK),),
    State.ACCEPTED: ((DESK_A, Verb.ACCEPT),),
    State.NOT_VALID: ((DESK_A, Verb.ACCEPT), (DESK_A, Verb.INVALID)),
    State.OBJECTED: ((DESK_A, Verb.ACCEPT), (DESK_A, Verb.INVALID), (USER, Verb.NOT_SOLVED)),
}
_VALID = ((DESK_A, Verb.ACCEPT), (DESK_A, Verb.VALID))
PATHS[State.VALID] = _VALID
PATHS[State.HANDLING] = (*_VALID, (DESK_A, Verb.ASSIGN))
PATHS[State.VERIFYING] = (*PATHS[State.HANDLING], (COLLECTION, Verb.MEASURES))
PATHS[State.FEEDING_BACK] = (*PATHS[State.VERIFYING], (SERVICE_MANAGER, Verb.PASS))
PATHS[State.CONFIRMING] = (*PATHS[State.FEEDING_BACK], (DESK_A, Verb.APPROVE))
PATHS[State.CLOSED] = (*PATHS[State.CONFIRMING], (USER, Verb.CONFIRM))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One verb from one role in one state, and what came of it; None where no mail is read so."""

    state: State
    verb: Verb
    role: str
    outcome: Step | Refusal | None


def case_in(state: State) -> Case:
    """A complaint led to a state, with one earlier complaint in doubt."""
    opening = Opening(
        number="C-2026-00007",
        received_at=NOW,
        now=NOW,
        complainant=USER,
        address=USER.address,
        subject="催收系统登录太慢",
        text="催收系统登录太慢，等了两天没人管，我要投诉",
        language="zh",
        fingerprint="0" * 64,
    )
    case = replace(open_case(opening, COMPANY, RULES).case, doubtful=(EARLIER,))
    for by, verb in PATHS[state]:
        outcome = said(case, by, verb)
        assert isinstance(outcome, Step), f"{by.name} {verb} in {case.state}: {outcome}"
        case = outcome.case
    assert case.state is state
    return case


def said(case: Case, by: Person, verb: Verb) -> Step | Refusal:
    """What comes of a verb with the words that it needs."""
    command = Command(verb=verb, argument=TEXTS.get(verb, "理由"), fields=FILLED_IN.get(verb, ()))
    return advance(case, Act(command=command, by=by, at=NOW + timedelta(hours=1)), COMPANY, RULES)


def cells() -> Iterator[Cell]:
    """All of them, by state, verb and role."""
    for state in State:
        case = case_in(state)
        for verb in VERBS:
            for role, by in CAST.items():
                is_complainant = by is USER
                is_read = verb in OF_COMPLAINANT if is_complainant else verb not in UNWRITTEN
                yield Cell(
                    state=state, verb=verb, role=role, outcome=said(case, by, verb) if is_read else None
                )


def document() -> str:
    """docs/verbs.md."""
    found = list(cells())
    problems = sorted({c.outcome.problem for c in found if isinstance(c.outcome, Refusal)})
    marks = {problem: f"({letter})" for problem, letter in zip(problems, "abcdefghij", strict=False)}
    return "\n".join(
        [
            "# Who may say what, when",
            "",
            "Made from the code by `make verbs`; a test holds both to each other. A row for each verb, a column for each role;",
            "“→ state” is the state that it leads to, “✓” is done without a change of state, a letter is a refusal:",
            "nothing changes, and the sender gets the complaint's standing, the last lines of its trail, what may be answered",
            "instead, and this sentence:",
            "",
            *_legend(marks),
            "",
            "“i”: a complainant gives no orders; whatever else they write is information, kept and told to the desk.",
            "“—”: no mail of this role is read so.",
            "",
            "进度 / status: answered in every state, to the complainant about theirs and to the staff whom the complaint",
            "concerns; to everybody else with “not yours”. A verb without the token of the mail that it answers is",
            "answered with “not proven”, with a token that is too old with “expired”, from an address that our mail did not go to",
            "with “wrong address”; a first line without a verb of this table with “no verb”. A deputy (absence in the directory) acts in the",
            "role of whom they stand in for; whoever the complaint is about, whose it is, or whose delegate they are, acts",
            "in no role at all. All of this before the table is looked at.",
            "",
            *(line for state in State for line in _table(state, found, marks)),
        ]
    )


def _legend(marks: dict[str, str]) -> Iterator[str]:
    yield "| | answer | 答复 |"
    yield "|---|---|---|"
    for problem, mark in marks.items():
        yield f"| {mark} | {words('en')['problems'][problem]} | {words('zh')['problems'][problem]} |"


def _table(state: State, found: list[Cell], marks: dict[str, str]) -> Iterator[str]:
    yield f"## {STEP_CODES[state]} {state.value} · {words('zh')['states'][state.value]}"
    yield ""
    yield f"| verb | {' | '.join(CAST)} |"
    yield "|---" * (len(CAST) + 1) + "|"
    for verb in VERBS:
        row = [_shown(c, marks) for c in found if c.state is state and c.verb is verb]
        zh = word(verb, "zh")
        name = f"{zh} / {word(verb, 'en')}" if zh != verb.value else f"({verb.value})"
        yield f"| {name} | {' | '.join(row)} |"
    yield ""


def _shown(cell: Cell, marks: dict[str, str]) -> str:
    match cell.outcome:
        case None:
            return "i" if cell.role == "complainant" else "—"
        case Refusal(problem=problem):
            return marks[problem]
        case Step(case=after):
            return "✓" if after.state is cell.state else f"→ {after.state.value}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
