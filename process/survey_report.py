"""The analysis report of a survey as a value: what its mail and its workbook show; pure.

Raw answers are given under names only when nothing else was promised; else in an order that tells nobody's,
with the department only where enough people of it answered, and remarks apart from the marks.
Source: HANDBOOK 4 'Analyse'.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from classify.questionnaire import Phrase
from process.survey import Survey
from process.survey_answers import Answer, Stand, Standing, replaced, stand
from process.survey_figures import Answered, Basis, DepartmentFigures, Figures, figures

T = TypeVar("T")

REMARKS_SHOWN = 60
"""In the mail; the workbook has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One person asked, and what they answered."""

    number: str
    name: str
    department: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One person's counted answers as the workbook shows them."""

    label: str
    """'P001', or the name where nothing else was promised."""
    department: str
    """'' where too few of it answered."""
    marks: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Words besides the marks."""

    question: str
    """Question id, or GENERAL."""
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Answers that were kept and not counted, by reason."""

    replaced: int
    doubled: int
    late: int
    forged: int
    automatic: int
    empty: int

    @property
    def total(self) -> int:
        return self.replaced + self.doubled + self.late + self.forged + self.automatic + self.empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report."""

    survey: Survey
    figures: Figures
    last_year: int | None
    remarks: tuple[Remark, ...]
    raw: tuple[Raw, ...]
    left: Left
    bounced: int
    complaints: int
    basis: Basis

    @property
    def suggestions(self) -> tuple[Phrase, ...]:
        """What the form advises for the weak points."""
        return tuple(one.question.advice for one in self.figures.weak if one.question.advice.zh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """All that a report is made of."""

    survey: Survey
    asked: tuple[Asked, ...]
    bounced: int = 0
    complaints: int = 0
    last: Survey | None = None


def report(sources: Sources) -> Report:
    """The report of a survey that is over."""
    survey, asked = sources.survey, sources.asked
    stands = [(one, stand(one.answers, survey.form)) for one in asked]
    basis = Basis(
        form=survey.form,
        strata=survey.strata,
        answered=tuple(
            Answered(department=one.department, marks=dict(found.marks))
            for one, found in stands
            if found.marks
        ),
        confidence=survey.confidence,
        min_cell=survey.min_cell,
        target=survey.target,
        last=sources.last.outcome if sources.last else None,
    )
    found = figures(basis)
    return Report(
        survey=survey,
        figures=found,
        last_year=sources.last.year if basis.last and sources.last else None,
        remarks=_remarks(survey, stands),
        raw=_raw(survey, stands, found.departments),
        left=_left([one.answers for one in asked]),
        bounced=sources.bounced,
        complaints=sources.complaints,
        basis=basis,
    )


def _raw(
    survey: Survey, stands: Sequence[tuple[Asked, Stand]], departments: Sequence[DepartmentFigures]
) -> tuple[Raw, ...]:
    answered = [(one, found) for one, found in stands if found.marks]
    if not survey.is_pseudonymous:
        return tuple(
            Raw(label=one.name, department=one.department, marks=dict(found.marks)) for one, found in answered
        )
    shown = {name: one.names for one in departments if one.index is not None for name in one.names}
    rows = _shuffled(answered, f"{survey.pseudonym_seed}:marks")
    width = max(3, len(str(len(rows))))
    return tuple(
        Raw(
            label=f"P{place:0{width}}",
            department="、".join(shown.get(one.department, ())),
            marks=dict(found.marks),
        )
        for place, (one, found) in enumerate(rows, start=1)
    )


def _remarks(survey: Survey, stands: Sequence[tuple[Asked, Stand]]) -> tuple[Remark, ...]:
    """By question, and within one in an order that tells nothing."""
    order = {question.id: place for place, question in enumerate(survey.form.questions)}
    found = [
        Remark(question=one, text=text, name="" if survey.is_pseudonymous else asked.name)
        for asked, said in stands
        for one, text in said.remarks
    ]
    if survey.is_pseudonymous:
        found = _shuffled(found, f"{survey.pseudonym_seed}:remarks")
    return tuple(sorted(found, key=lambda remark: order.get(remark.question, len(order))))


def _shuffled(items: Sequence[T], seed: str) -> list[T]:
    found = list(items)
    # The seed is a secret of the database, made by the operating system's source of chance.
    random.Random(seed).shuffle(found)  # noqa: S311
    return found


def _left(by_person: Sequence[tuple[Answer, ...]]) -> Left:
    counts = Counter(one.standing for own in by_person for one in own)
    return Left(
        replaced=sum(replaced(own) for own in by_person),
        doubled=counts[Standing.DOUBLED],
        late=counts[Standing.LATE],
        forged=counts[Standing.FORGED],
        automatic=counts[Standing.AUTOMATIC],
        empty=counts[Standing.EMPTY],
    )
