"""The tables of docs/deciding.md, made from the code; `python -m tests.deciding` writes them into the page.

What stands between two marks is made here, the words around them by hand.
"""

import re
from collections.abc import Callable
from pathlib import Path

from classify import words
from classify.facts import Grade
from classify.kind import RULES
from classify.trust import Capability, may
from ombud.sections import LimitsSection
from tests.labelled import figures

DOCUMENT = Path(__file__).parents[1] / "docs" / "deciding.md"
MEANINGS = {
    Capability.COMPLAIN: "complain",
    Capability.COMMAND: "give a command of the staff",
    Capability.ANSWER: "answer on their complaint, and so close it",
    Capability.ESCALATE_AS_VIP: "have it escalated as a VIP's",
    Capability.ESCALATE_AS_REPEAT: "have it escalated as a repeat",
    Capability.RECORD_FOR_OTHERS: "record for somebody else",
    Capability.IMPORT: "send in work orders",
}
_BLOCK = re.compile(r"<!-- (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def rules() -> str:
    """The rules in their order, each with when it holds."""
    rows = (
        f"| {number} | `{rule.name}` | {rule.kind.value} | {rule.holds.__doc__} |"
        for number, rule in enumerate(RULES, start=1)
    )
    return "\n".join(("| | rule | makes it | when |", "|---|---|---|---|", *rows))


def trust() -> str:
    """Capability by grade."""
    head = f"| may | {' | '.join(Grade)} |"
    rows = (
        f"| {MEANINGS[capability]} | {' | '.join(_cell(grade, capability) for grade in Grade)} |"
        for capability in Capability
    )
    return "\n".join((head, "|---" * (len(Grade) + 1) + "|", *rows))


def _cell(grade: Grade, capability: Capability) -> str:
    if may(grade, capability, True):
        return "yes"
    return "unverified" if may(grade, capability, False) else "–"


def bounds() -> str:
    """The numbers by which a score is judged."""
    known = words.load().grievance
    return "\n".join(
        (
            "| score | verdict |",
            "|---|---|",
            f"| {known.yes} and more, phrases alone {known.some} and more | complaint |",
            f"| phrases alone {known.sure} and more | complaint, whatever the tone |",
            f"| {known.ask} and more, or phrases alone {known.plain} and more | the desk is asked |",
            "| less | ordinary |",
        )
    )


def report() -> str:
    """The figures of the labelled sets."""
    return f"```\n{figures.report(words.load())}\n```"


def limits() -> str:
    """The budgets and their defaults."""
    found = LimitsSection()
    return "\n".join(
        (
            f"- `replies_per_day = {found.replies_per_day}`: automatic mails to one address outside of the staff in 24 hours; beyond it its mail is not answered, while forms, reminders and what the staff order go out;",
            f"- `outgoing_per_hour = {found.outgoing_per_hour}`: all mails, internal notices too. Beyond it mail waits, and the desk gets one alert.",
        )
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "rules": rules,
    "trust": trust,
    "bounds": bounds,
    "figures": report,
    "limits": limits,
}


def renewed(page: str) -> str:
    """The page with its tables made anew."""
    return _BLOCK.sub(lambda match: f"<!-- {match[1]} -->\n{BLOCKS[match[1]]()}\n<!-- end -->", page)


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text("utf-8")), "utf-8")
