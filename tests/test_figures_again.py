"""Every figure of a month and of a year against an independent calculation in plain Python, over invented histories."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from process.figures import FIGURES, Basis
from process.period import Period
from process.report import contents, difference
from process.report_rows import ComplaintRow
from tests.figures_again import (
    NOW,
    OCTOBER,
    at,
    everything,
    histories,
    independent,
)

BEGIN, END = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)
"""October in Shanghai."""
YEAR = (datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC))


def inside(when: datetime | None) -> bool:
    return when is not None and BEGIN <= when < END


@settings(max_examples=25, deadline=None)
@given(everything())
def test_a_months_figures_equal_an_independent_calculation(given_: Basis) -> None:
    assert_equal(given_, OCTOBER, (BEGIN, END))


@settings(max_examples=25, deadline=None)
@given(everything())
def test_a_years_figures_equal_an_independent_calculation(given_: Basis) -> None:
    assert_equal(replace(given_, now=NOW + timedelta(days=80)), Period(year=2026), YEAR)


def assert_equal(given_: Basis, period: Period, span: tuple[datetime, datetime]) -> None:
    found = {f.name: f.value for f in contents(period, given_, {}).figures}
    expected = independent(given_, *span)
    closed = expected.pop("survey_times")
    index = found.pop("survey_index")
    assert (index is None) == (not closed)
    for name, wanted in expected.items():
        assert found[name] == (pytest.approx(wanted) if wanted is not None else None), name


@settings(max_examples=8, deadline=None)
@given(everything())
def test_every_value_is_made_of_the_records_behind_it(given_: Basis) -> None:
    """Whoever has the sheet can count again."""
    for figure in contents(OCTOBER, given_, {}).figures:
        (definition,) = (one for one in FIGURES if one.name == figure.name)
        if definition.unit == "count":
            assert figure.value == len(figure.counted), figure.name
            assert len(set(figure.counted)) == len(figure.counted), figure.name
        if definition.unit == "share":
            assert figure.value == (len(figure.counted) / len(figure.among) if figure.among else None)
            assert not Counter(figure.counted) - Counter(figure.among), figure.name


@settings(max_examples=8, deadline=None)
@given(everything())
def test_breakdowns_add_up(given_: Basis) -> None:
    made = contents(OCTOBER, given_, {})
    sums = {one.name: sum(part.count for part in one.parts) for one in made.breakdowns}
    by_name = {figure.name: figure for figure in made.figures}
    for name in ("by_category", "by_department"):
        assert sums.get(name, 0) == by_name["received"].value, name
    first = [[s.since for s in row.stays if s.state == "handling"][:1] for row in given_.rows.complaints]
    assert sums.get("by_handling", 0) == sum(inside(when) for found in first for when in found)
    assert sums.get("orders_by_category", 0) == by_name["work_orders"].value
    assert sums.get("callback_results", 0) == len(by_name["callback_satisfied"].among)


@settings(max_examples=8, deadline=None)
@given(everything(), histories())
def test_the_future_does_not_change_a_month_that_is_over(given_: Basis, other: ComplaintRow) -> None:
    """A complaint that came, and did all it did, after the month leaves no trace in it."""
    late = at("2026-11-20 09:00") - other.recorded_at + timedelta(days=1)
    moved = replace(
        other,
        number="C-2026-99999x",
        received_at=other.received_at + late,
        recorded_at=other.recorded_at + late,
        stays=tuple(
            replace(s, since=s.since + late, due_at=s.due_at and s.due_at + late) for s in other.stays
        ),
        escalated_at=tuple(at + late for at in other.escalated_at),
        marks=tuple(replace(m, at=m.at + late) for m in other.marks),
    )
    later = replace(given_, rows=replace(given_.rows, complaints=(*given_.rows.complaints, moved)))
    later = replace(later, now=NOW + timedelta(days=200))
    given_ = replace(given_, now=later.now)
    assert difference(contents(OCTOBER, given_, {}), contents(OCTOBER, later, {})) == ()
