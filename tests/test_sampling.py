"""The draw of call-backs: its size, its spread, its sameness, and what it promises to people."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from process import sampling
from process.callback import TIERS
from process.sampling import Candidate, Plan, Reason, Tier
from tests.company import CALENDAR
from tests.test_ladder import at

DAY = date(2026, 11, 24)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[Candidate, ...], Plan]:
    candidates = tuple(
        Candidate(
            number=f"WO-{number:04}",
            department=draw(st.sampled_from(("催收", "个贷", "财务"))),
            category=draw(st.sampled_from(("桌面", "网络"))),
            person_key=draw(st.sampled_from([f"p{n}" for n in range(25)])),
            is_complaint=draw(st.sampled_from((False, False, False, True))),
            last_called_on=draw(
                st.sampled_from((None, None, DAY - timedelta(days=5), DAY - timedelta(days=60)))
            ),
        )
        for number in range(draw(st.integers(0, 40)))
    )
    percent = draw(st.integers(0, 100))
    return candidates, Plan(day=DAY, seed=draw(st.integers(0, 2**31)), percent=percent, cool_off_days=30)


@settings(max_examples=40)
@given(days(), st.randoms(use_true_random=False))
def test_same_seed_gives_the_same_draw_in_any_order(
    day: tuple[tuple[Candidate, ...], Plan], shuffler: random.Random
) -> None:
    candidates, plan = day
    shuffled = list(candidates)
    shuffler.shuffle(shuffled)
    assert sampling.draw(candidates, plan) == sampling.draw(shuffled, plan)


@settings(max_examples=40)
@given(days())
def test_complaints_always_and_nobody_twice(day: tuple[tuple[Candidate, ...], Plan]) -> None:
    candidates, plan = day
    drawn = sampling.draw(candidates, plan)
    assert [one.candidate for one in drawn] == sorted(candidates, key=lambda one: one.number)
    assert all(one.is_called for one in drawn if one.candidate.is_complaint)
    ordinary = Counter(
        one.candidate.person_key for one in drawn if one.is_called and not one.candidate.is_complaint
    )
    assert all(count == 1 for count in ordinary.values())
    assert not ordinary.keys() & {one.person_key for one in candidates if one.is_complaint}
    cooling = DAY - timedelta(days=30)
    assert not any(
        one.is_called
        for one in drawn
        if not one.candidate.is_complaint
        and one.candidate.last_called_on
        and one.candidate.last_called_on > cooling
    )


@settings(max_examples=40)
@given(days())
def test_size_is_the_share_rounded_up_as_far_as_there_are_people(
    day: tuple[tuple[Candidate, ...], Plan],
) -> None:
    candidates, plan = day
    drawn = sampling.draw(candidates, plan)
    ordinary = sum(not one.is_complaint for one in candidates)
    free = sum(one.reason in (Reason.ALL, Reason.DRAWN, Reason.NOT_DRAWN) for one in drawn)
    called = sum(one.reason in (Reason.ALL, Reason.DRAWN) for one in drawn)
    assert called == min(-(-ordinary * plan.percent // 100), free)


@settings(max_examples=40)
@given(days())
def test_each_stratum_gets_its_quota(day: tuple[tuple[Candidate, ...], Plan]) -> None:
    """Hamilton's quota rule: every stratum gets its exact share, rounded down or up."""
    candidates, plan = day
    in_strata = [one for one in sampling.draw(candidates, plan) if one.size]
    wanted, total = sum(one.is_called for one in in_strata), len(in_strata)
    for stratum in {one.candidate.stratum for one in in_strata}:
        members = [one for one in in_strata if one.candidate.stratum == stratum]
        exact = wanted * len(members) / total
        assert abs(sum(one.is_called for one in members) - exact) < 1
        assert {(one.seats, one.size) for one in members} == {
            (sum(o.is_called for o in members), len(members))
        }


def test_lots_are_those_that_anybody_can_draw() -> None:
    """Written out, so that a change of the draw is a change of this test."""
    orders = tuple(
        Candidate(number=f"WO-{n}", department="d", category="c", person_key=f"p{n}") for n in range(1, 6)
    )
    plan = Plan(day=DAY, seed=20261124, percent=40, cool_off_days=30)
    rng = random.Random(20261124)
    lots = {one.number: rng.random() for one in orders}
    expected = sorted(lots, key=lambda number: lots[number])[:2]
    assert {one.candidate.number for one in sampling.draw(orders, plan) if one.is_called} == set(expected)


def test_another_seed_gives_another_draw() -> None:
    orders = [
        Candidate(number=f"WO-{n}", department="d", category="c", person_key=f"p{n}") for n in range(50)
    ]
    plan = Plan(day=DAY, seed=1, percent=50, cool_off_days=30)
    draws = {
        tuple(one.is_called for one in sampling.draw(orders, replace(plan, seed=seed))) for seed in range(10)
    }
    assert len(draws) == 10


@pytest.mark.parametrize(
    ("volume", "percent"), [(0, 100), (100, 100), (101, 30), (300, 30), (301, 10), (10**6, 10)]
)
def test_tiers(volume: int, percent: int) -> None:
    assert sampling.percent_for(volume, TIERS) == percent


def test_last_tier_goes_on() -> None:
    assert sampling.percent_for(500, (Tier(up_to=10, percent=50), Tier(up_to=20, percent=20))) == 20


HOLIDAY = replace(
    CALENDAR,
    holidays=frozenset(date(2026, 10, d) for d in range(1, 8)),
    workdays=frozenset({date(2026, 10, 10)}),
)


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2026, 11, 24), "2026-11-23 00:00"),
        (date(2026, 11, 23), "2026-11-20 00:00"),
        (date(2026, 10, 8), "2026-09-30 00:00"),
        (date(2026, 10, 12), "2026-10-10 00:00"),
    ],
)
def test_period_reaches_back_to_the_last_working_day(day: date, since: str) -> None:
    assert sampling.period(day, HOLIDAY) == (at(since), at(f"{day} 00:00"))


def test_volume_is_of_the_month_of_the_day_before() -> None:
    before, present = sampling.months(date(2026, 12, 1), CALENDAR)
    assert before == (at("2026-10-01 00:00"), at("2026-11-01 00:00"))
    assert present == (at("2026-11-01 00:00"), at("2026-12-01 00:00"))
