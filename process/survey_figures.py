"""A survey's figures, by stated formulae; pure. docs/survey.md explains each of them to its readers.

For a question with n rated answers x (1 to 5; "not applicable" is left out) of N people in scope:
    mean          Σx / n
    top-2 share   answers 4 and 5 / n
    margin        z · s / √n · √((N − n) / (N − 1)),  s with n − 1    (finite population correction)
A person's index is Σ w·(x − 1)/4·100 / Σ w over the questions that they rated; the survey's index is the mean
of these, with the same margin. A change against last year is real when it exceeds √(m₁² + m₀²), m the two
margins. Departments with fewer answers than `min_cell` are shown together, so that nobody is recognised
and none can be found by subtraction. Source: HANDBOOK 4.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from classify.questionnaire import BEST, STEPS, WORST, Question, Questionnaire
from process import survey_margin
from process.survey import Kept, Outcome, Stratum

WEAK_MAX = 3
"""Weak points that the report names, the weakest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One person's counted answers."""

    department: str
    marks: Mapping[str, int]
    """Question id -> 0 to 5; what was not answered is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """All that the figures are computed from."""

    form: Questionnaire
    strata: tuple[Stratum, ...]
    answered: tuple[Answered, ...]
    confidence: float
    min_cell: int
    target: float
    last: Outcome | None = None
    """Of the survey before."""

    @property
    def population(self) -> int:
        return sum(stratum.size for stratum in self.strata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Against last year."""

    before: float
    difference: float
    margin: float | None
    """Uncertainty of the difference; None when one of the two is not known."""

    @property
    def is_real(self) -> bool:
        """Whether the difference is larger than its uncertainty."""
        return self.margin is not None and abs(self.difference) > self.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFigures:
    """One question's."""

    question: Question
    number: int
    counts: tuple[int, ...]
    """Answers 0 (not applicable), 1 … 5."""
    n: int
    """Answers 1 to 5."""
    mean: float | None
    margin: float | None
    top2: float | None
    """0 to 1."""
    change: Change | None = None
    """Of the mean."""
    is_weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentFigures:
    """One department's, or those of several that are too small to be shown alone."""

    names: tuple[str, ...]
    size: int
    invited: int
    answered: int
    population_share: float
    """Of all people in scope."""
    answer_share: float
    """Of all who answered."""
    index: float | None
    margin: float | None
    """None: too few answers to be shown."""
    top2: float | None

    @property
    def response_rate(self) -> float:
        return self.answered / self.invited if self.invited else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The whole survey's."""

    population: int
    invited: int
    answered: int
    complete: int
    """Who rated every question."""
    margin_of_share: float | None
    """Margin of a share of one half, 0 to 1: the most that chance does to any share."""
    index: float | None
    index_margin: float | None
    weighted_index: float | None
    """With each department counted by its size in the population: shows what uneven response does."""
    top2: float | None
    """Of all rated answers together."""
    index_change: Change | None
    questions: tuple[QuestionFigures, ...]
    departments: tuple[DepartmentFigures, ...]
    is_representative: bool
    """Whether weighting moves the index by less than its margin."""

    @property
    def response_rate(self) -> float:
        return self.answered / self.invited if self.invited else 0.0

    @property
    def weak(self) -> tuple[QuestionFigures, ...]:
        """The weak points, weakest first."""
        found = [one for one in self.questions if one.is_weak]
        return tuple(sorted(found, key=lambda one: (one.top2 or 0.0, one.mean or 0.0)))[:WEAK_MAX]


def figures(basis: Basis) -> Figures:
    """All figures of a survey."""
    people = [one for one in basis.answered if one.marks]
    indices = [index for one in people if (index := indexed(basis.form, one)) is not None]
    index = fmean(indices) if indices else None
    margin = survey_margin.margin(indices, basis.population, basis.confidence)
    weighted = _weighted(basis, people)
    ratings = [value for one in people for value in one.marks.values() if value >= WORST]
    return Figures(
        population=basis.population,
        invited=sum(stratum.invited for stratum in basis.strata),
        answered=len(people),
        complete=sum(all(q.id in one.marks for q in basis.form.rated) for one in people),
        margin_of_share=survey_margin.share_margin(len(people), basis.population, basis.confidence),
        index=index,
        index_margin=margin,
        weighted_index=weighted,
        top2=survey_margin.share(ratings),
        index_change=_change(index, margin, (basis.last.index, basis.last.margin) if basis.last else None),
        questions=tuple(_question(basis, people, question) for question in basis.form.rated),
        departments=_departments(basis, people),
        is_representative=_is_near(index, weighted, margin),
    )


def indexed(form: Questionnaire, one: Answered) -> float | None:
    """A person's index on 100; None when they rated nothing."""
    rated = [(q.weight, one.marks[q.id]) for q in form.rated if one.marks.get(q.id, 0) >= WORST]
    if not rated:
        return None
    span = BEST - WORST
    return sum(w * (x - WORST) / span * 100 for w, x in rated) / sum(w for w, _ in rated)


def outcome(found: Figures) -> Outcome | None:
    """What next year's survey compares itself with; None when nobody answered."""
    if found.index is None:
        return None
    kept = tuple(
        Kept(id=one.question.id, n=one.n, mean=one.mean, margin=one.margin)
        for one in found.questions
        if one.mean is not None
    )
    return Outcome(
        index=found.index,
        margin=found.index_margin,
        answered=found.answered,
        response_rate=found.response_rate,
        questions=kept,
    )


def _question(basis: Basis, people: Sequence[Answered], question: Question) -> QuestionFigures:
    given = [one.marks[question.id] for one in people if question.id in one.marks]
    rated = [value for value in given if value >= WORST]
    mean = fmean(rated) if rated else None
    margin = survey_margin.margin(rated, basis.population, basis.confidence)
    kept = next((k for k in basis.last.questions if k.id == question.id), None) if basis.last else None
    change = _change(mean, margin, (kept.mean, kept.margin) if kept else None)
    top2 = survey_margin.share(rated)
    fell = change is not None and change.is_real and change.difference < 0
    return QuestionFigures(
        question=question,
        number=basis.form.number(question.id),
        counts=tuple(given.count(value) for value in range(STEPS)),
        n=len(rated),
        mean=mean,
        margin=margin,
        top2=top2,
        change=change,
        is_weak=len(rated) >= basis.min_cell and (fell or (top2 is not None and top2 < basis.target)),
    )


def _departments(basis: Basis, people: Sequence[Answered]) -> tuple[DepartmentFigures, ...]:
    found = [
        _department(basis, people, [basis.strata[place] for place in group])
        for group in cells([_count(people, s.department) for s in basis.strata], basis.min_cell)
    ]
    return tuple(sorted(found, key=lambda one: (one.index is None, -(one.index or 0.0), one.names)))


def cells(counts: Sequence[int], min_cell: int) -> tuple[tuple[int, ...], ...]:
    """Places of departments that are shown together, by how many answered in each.

    Those below the minimum form one group; while that group is too small itself, the smallest of the others
    joins it, for else it could be found by subtraction from the total.
    """
    alone = sorted((p for p, count in enumerate(counts) if count >= min_cell), key=lambda p: (counts[p], p))
    together = [p for p, count in enumerate(counts) if count < min_cell]
    while together and alone and sum(counts[p] for p in together) < min_cell:
        together.append(alone.pop(0))
    groups = [(p,) for p in sorted(alone)]
    return (*groups, tuple(sorted(together))) if together else tuple(groups)


def _department(basis: Basis, people: Sequence[Answered], strata: Sequence[Stratum]) -> DepartmentFigures:
    names = tuple(stratum.department for stratum in strata)
    own = [one for one in people if one.department in names]
    size = sum(stratum.size for stratum in strata)
    is_shown = len(own) >= basis.min_cell
    indices = [index for one in own if (index := indexed(basis.form, one)) is not None] if is_shown else []
    ratings = [v for one in own for v in one.marks.values() if v >= WORST] if is_shown else []
    return DepartmentFigures(
        names=names,
        size=size,
        invited=sum(stratum.invited for stratum in strata),
        answered=len(own),
        population_share=size / basis.population if basis.population else 0.0,
        answer_share=len(own) / len(people) if people else 0.0,
        index=fmean(indices) if indices else None,
        margin=survey_margin.margin(indices, size, basis.confidence),
        top2=survey_margin.share(ratings),
    )


def _weighted(basis: Basis, people: Sequence[Answered]) -> float | None:
    """The index with each department by its size; departments without an answer are left out."""
    means = []
    for stratum in basis.strata:
        own = [one for one in people if one.department == stratum.department]
        indices = [index for one in own if (index := indexed(basis.form, one)) is not None]
        if indices:
            means.append((stratum.size, fmean(indices)))
    total = sum(size for size, _ in means)
    return sum(size * mean for size, mean in means) / total if total else None


def _count(people: Iterable[Answered], department: str) -> int:
    return sum(one.department == department for one in people)


def _change(
    now: float | None, margin: float | None, before: tuple[float, float | None] | None
) -> Change | None:
    if now is None or before is None:
        return None
    is_known = margin is not None and before[1] is not None
    uncertainty = math.hypot(margin or 0.0, before[1] or 0.0) if is_known else None
    return Change(before=before[0], difference=now - before[0], margin=uncertainty)


def _is_near(index: float | None, weighted: float | None, margin: float | None) -> bool:
    if index is None or weighted is None or margin is None:
        return False
    return abs(index - weighted) <= margin + 1e-9
