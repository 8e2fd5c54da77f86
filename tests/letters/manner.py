"""How people of the sample mails write and are called: plainly, at far too great length, or with ill intent."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from classify.people import Department, Organisation
from tests.company import ORGANISATION, USER, person
from tests.letters.wording import HOSTILE, LONG_WORD

REMARK_CHARS = 5_000
DEPARTMENTS = 60
MORE_HOSTILE = '=HYPERLINK("http://evil.example","x")\u2067مرحبا\u2069👩\u200d💻🎉 +1-1 @SUM(A1)'
"""Formulas, writing from right to left, joined pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a style makes of words and names."""

    remark: Callable[[str], str]
    """Of what somebody says behind a verb or a result, begun in the same line."""
    name: Callable[[str], str]
    """Of a department, a person, a place, a work order's title."""
    departments: int = 0
    """Besides the company's own."""

    def company(self) -> Organisation:
        """The invented company with so many departments more, each with a manager of its own."""
        places = range(self.departments)
        managers = tuple(
            person(
                self.name(f"第{n}开发部经理"), f"m{n:02}@corp.example", department=self.name(f"第{n}开发部")
            )
            for n in places
        )
        departments = tuple(
            Department(name=manager.department, manager=manager.address, is_in_survey=True)
            for manager in managers
        )
        user = replace(USER, department=self.name(USER.department))
        people = tuple(user if one.key == USER.key else one for one in ORGANISATION.people)
        return replace(
            ORGANISATION,
            people=(*people, *managers),
            departments=(*ORGANISATION.departments, *departments),
        )


def _long(text: str) -> str:
    return f"{text} {LONG_WORD} " + "又过了一天还是没有人管，every day the same again. " * (
        REMARK_CHARS // 45
    )


MANNERS = {
    "plain": Manner(remark=str, name=str),
    "long": Manner(
        remark=lambda text: _long(text)[:REMARK_CHARS],
        name=lambda text: f"{text}（{'原资产保全与不良资产处置系统平台' * 6}）{LONG_WORD[:90]}",
        departments=DEPARTMENTS,
    ),
    "hostile": Manner(
        remark=lambda text: f"{text} {MORE_HOSTILE}{HOSTILE}",
        name=lambda text: f"{MORE_HOSTILE}{text}{HOSTILE}",
        departments=4,
    ),
}
"""By style."""
