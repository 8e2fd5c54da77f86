"""The report's figures against an independent calculation over the rows of its own workbook; sample and cells."""

import math
import random
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.questionnaire import load
from classify.survey_answer import Reading
from notify import survey_book
from process import survey_sample
from process.survey import Kept, Outcome, State, Stratum, Survey
from process.survey_answers import Answer, Standing
from process.survey_figures import cells, figures, outcome
from process.survey_report import Asked, Sources, report

FORM = load()
IDS = [question.id for question in FORM.rated]
WEIGHTS = {question.id: question.weight for question in FORM.rated}
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
Z = 1.959963984540054
"""Of 95 %, from a printed table."""
SURVEY = Survey(
    number="Q-2026", year=2026, state=State.CLOSED, form=FORM, is_sampled=False, confidence=0.95, margin=0.05,
    expected_response=0.7, seed="1", pseudonym_seed="2", is_pseudonymous=True, min_cell=5, target=0.8,
    strata=(
        Stratum(department="催收", size=60, invited=60),
        Stratum(department="个贷", size=40, invited=40),
        Stratum(department="风控", size=12, invited=12),
    ),
    planned_at=AT, opens_at=AT, closes_at=AT,
)  # fmt: skip
LAST = replace(
    SURVEY,
    number="Q-2025",
    year=2025,
    outcome=Outcome(
        index=70.0,
        margin=2.0,
        answered=80,
        response_rate=0.7,
        questions=tuple(Kept(id=one, n=80, mean=3.5, margin=0.1) for one in IDS if one != "process"),
    ),
)


def sources(seed: int = 7) -> Sources:
    """112 people, about 70 % of whom answer, some of them not everything."""
    lot = random.Random(seed)
    asked = []
    for stratum in SURVEY.strata:
        for place in range(stratum.size):
            number = f"Q-2026-{len(asked) + 1:05}"
            marks = {one: lot.choice((0, 1, 2, 3, 3, 4, 4, 4, 5, 5)) for one in IDS if lot.random() < 0.95}
            answer = Answer(
                survey="Q-2026", invitation=number, mail_id=len(asked), at=AT, standing=Standing.COUNTED,
                reading=Reading(marks=tuple(marks.items())),
            )  # fmt: skip
            has_answered = lot.random() < (0.3 if stratum.size == 12 else 0.7)
            asked.append(
                Asked(
                    number=number,
                    name=f"{stratum.department}{place}",
                    department=stratum.department,
                    answers=(answer,) if has_answered else (),
                )
            )
    return Sources(survey=SURVEY, asked=tuple(asked), last=LAST)


def exported(workbook: bytes, title: str) -> list[dict[str, object]]:
    """The rows of a sheet as a reader of the workbook has them."""
    head, *rows = openpyxl.load_workbook(BytesIO(workbook))[title].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows if row[0] is not None]


def half_width(values: list[float], population: int) -> float:
    """z·s/√n·√((N−n)/(N−1)), written out."""
    n = len(values)
    mean = sum(values) / n
    variance = sum((value - mean) ** 2 for value in values) / (n - 1)
    return Z * math.sqrt(variance / n) * math.sqrt((population - n) / (population - 1))


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_figures_agree_with_an_independent_calculation(seed: int) -> None:
    made = report(sources(seed))
    book = survey_book.workbook(made, "zh")
    raw = exported(book, "原始答案")
    labels = {question.label.zh: question.id for question in FORM.rated}
    columns = {one: [row[label] for row in raw] for label, one in labels.items()}
    for row in exported(book, "各题结果"):
        one = labels[str(row["题目"])]
        rated = [float(value) for value in columns[one] if value]  # type: ignore[arg-type]
        assert row["有效回答"] == len(rated)
        assert row["0 不适用"] == columns[one].count(0)
        assert row["5 非常满意"] == columns[one].count(5)
        mean = sum(rated) / len(rated)
        assert row["平均分"] == pytest.approx(mean)
        assert row["平均分 ±"] == pytest.approx(half_width(rated, 112))
        assert row["满意率 %"] == pytest.approx(100 * sum(value >= 4 for value in rated) / len(rated))
        if one == "process":
            assert row["比上年"] is None, "not asked last year"
        else:
            assert row["比上年"] == pytest.approx(mean - 3.5)
            assert row["比上年 ±"] == pytest.approx(math.sqrt(half_width(rated, 112) ** 2 + 0.1**2))
    people = []
    for row in raw:
        rated_by = [(WEIGHTS[one], float(row[label])) for label, one in labels.items() if row[label]]  # type: ignore[arg-type]
        people.append(sum(w * (x - 1) * 25 for w, x in rated_by) / sum(w for w, _ in rated_by))
    summary = {str(row["概况"]): row[""] if "" in row else row[None] for row in exported(book, "概况")}  # type: ignore[index]
    assert summary["满意度指数（百分制）"] == pytest.approx(sum(people) / len(people))
    assert summary["满意度指数（百分制） ±"] == pytest.approx(half_width(people, 112))
    assert summary["回收率 %"] == pytest.approx(100 * len(raw) / 112)
    n = len(raw)
    assert summary["比例的最大误差 %"] == pytest.approx(100 * Z * math.sqrt(0.25 / n * (112 - n) / 111))
    assert summary["比上年"] == pytest.approx(sum(people) / n - 70)


def test_departments_add_up_and_small_ones_stand_together() -> None:
    made = report(sources()).figures
    assert sum(one.size for one in made.departments) == 112
    assert sum(one.answered for one in made.departments) == made.answered
    assert sum(one.answer_share for one in made.departments) == pytest.approx(1)
    assert all(one.answered >= SURVEY.min_cell for one in made.departments if one.index is not None)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(2, 10))
def test_no_shown_group_is_too_small_and_nobody_is_lost(counts: list[int], min_cell: int) -> None:
    groups = cells(counts, min_cell)
    assert sorted(place for group in groups for place in group) == list(range(len(counts)))
    small = [group for group in groups if sum(counts[p] for p in group) < min_cell]
    assert not small or len(groups) == 1, f"{groups} could be found by subtraction"


def test_nobody_answered() -> None:
    nobody = replace(sources(), asked=tuple(replace(one, answers=()) for one in sources().asked))
    made = report(nobody)
    assert (made.figures.index, made.figures.answered, made.figures.is_representative) == (None, 0, False)
    assert outcome(made.figures) is None
    assert survey_book.workbook(made, "en")


def test_everybody_answered_has_no_margin() -> None:
    full = [one for one in sources().asked if one.answers]
    strata = tuple(
        replace(s, size=sum(o.department == s.department for o in full), invited=s.invited)
        for s in SURVEY.strata
    )
    made = report(replace(sources(), survey=replace(SURVEY, strata=strata), asked=tuple(full)))
    assert made.figures.index_margin == 0
    assert made.figures.weighted_index == pytest.approx(made.figures.index)


def test_a_weak_point_is_below_the_target_or_fell_for_real() -> None:
    made = figures(replace(report(sources()).basis, target=0.01))
    assert [one.question.id for one in made.questions if one.is_weak] == [
        one.question.id
        for one in made.questions
        if one.change and one.change.margin and one.change.difference < -one.change.margin
    ]
    strict = figures(replace(report(sources()).basis, target=0.999))
    assert len(strict.weak) == 3
    assert list(strict.weak) == sorted(strict.weak, key=lambda one: one.top2 or 0)


@pytest.mark.parametrize(
    ("population", "confidence", "margin", "expected"),
    [(1_000_000, 0.95, 0.05, 384), (1000, 0.95, 0.05, 278), (200, 0.95, 0.05, 132), (100, 0.99, 0.05, 88),
     (10, 0.95, 0.05, 10), (0, 0.95, 0.05, 0)],
)  # fmt: skip
def test_sample_sizes_are_those_of_the_printed_tables(
    population: int, confidence: float, margin: float, expected: int
) -> None:
    assert survey_sample.needed(population, confidence, margin) == expected


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 300), min_size=1, max_size=9),
    st.integers(0, 900),
)
def test_seats_are_as_many_as_wanted_and_in_proportion(sizes: dict[str, int], wanted: int) -> None:
    given_ = survey_sample.seats(sizes, wanted)
    total, filled = sum(sizes.values()), sum(size > 0 for size in sizes.values())
    assert sum(given_.values()) == min(max(wanted, filled), total)
    assert all(0 <= given_[name] <= size for name, size in sizes.items())
    assert all(given_[name] >= 1 for name, size in sizes.items() if size)
    if filled and 20 * filled <= wanted <= total:
        assert all(abs(given_[name] - wanted * size / total) <= filled for name, size in sizes.items())
