"""Which of the closed work orders are called back: drawn with a seed, so that anyone can draw again.

Every order gets a lot from `random.Random(seed).random()`, in the order of the numbers; Python promises the same
sequence for a seed on every version and machine. All else is determined by the lots: of a person's several
orders the one with the lowest lot stands, and in each stratum (department × category) those with the lowest lots are
called. Source: HANDBOOK 3; largest remainder: Hamilton's method.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from process.worktime import SEARCH_DAYS, Calendar, NoWorkingTime

SEED_MAX = 2**31 - 1
LATE_MAX = timedelta(days=7)
"""Orders that the export brought late are drawn with the next day's, when they were closed no longer ago."""

Stratum = tuple[str, str]
"""Department and category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A share by the month's volume."""

    up_to: int | None
    """Closed orders in the month; None for all above."""
    percent: int


class Reason(StrEnum):
    """Why an order is called back, or not."""

    COMPLAINT = "complaint"
    """Always called."""
    ALL = "all"
    """Of the day's orders all are called."""
    DRAWN = "drawn"
    NOT_DRAWN = "not_drawn"
    COOL_OFF = "cool_off"
    """The person was called back too short a time ago."""
    SAME_PERSON = "same_person"
    """Another order of the person is called on the same day, or stood for them in the draw."""


CALLED = frozenset({Reason.COMPLAINT, Reason.ALL, Reason.DRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A closed order as the draw sees it."""

    number: str
    department: str
    category: str
    person_key: str
    is_complaint: bool = False
    last_called_on: date | None = None
    """When the person was called back last, before this draw."""

    @property
    def stratum(self) -> Stratum:
        return (self.department, self.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a draw goes by."""

    day: date
    seed: int
    percent: int
    cool_off_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A candidate, its lot, and what became of it."""

    candidate: Candidate
    lot: float
    reason: Reason
    seats: int = 0
    """How many of its stratum are called, …"""
    size: int = 0
    """… of how many that could be; 0 for what was decided before the strata."""

    @property
    def is_called(self) -> bool:
        return self.reason in CALLED


def percent_for(volume: int, tiers: Iterable[Tier]) -> int:
    """The share of the first tier that the volume fits into; of the last one beyond."""
    percent = 100
    for tier in tiers:
        percent = tier.percent
        if tier.up_to is None or volume <= tier.up_to:
            break
    return percent


def period(day: date, calendar: Calendar) -> tuple[datetime, datetime]:
    """From the begin of the working day before `day` to the begin of `day`: on a Monday since Friday."""
    for back in range(1, SEARCH_DAYS):
        if calendar.is_workday(day - timedelta(days=back)):
            return _midnight(day - timedelta(days=back), calendar), _midnight(day, calendar)
    raise NoWorkingTime(f"no working day within {SEARCH_DAYS} days before {day}")


def months(day: date, calendar: Calendar) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """The month before that of the day before `day`, and that month so far: the volume is the larger one's."""
    first = (day - timedelta(days=1)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return (
        (_midnight(before, calendar), _midnight(first, calendar)),
        (_midnight(first, calendar), _midnight(day, calendar)),
    )


def _midnight(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time(), calendar.timezone).astimezone(UTC)


def draw(candidates: Iterable[Candidate], plan: Plan) -> tuple[Drawn, ...]:
    """Every candidate with its lot and its reason, by number."""
    ordered = sorted(candidates, key=lambda one: one.number)
    rng = random.Random(plan.seed)  # noqa: S311 -- no secret: the seed is stored so that anybody can draw again
    lots = {one.number: rng.random() for one in ordered}
    found = {
        one.number: Drawn(candidate=one, lot=lots[one.number], reason=why)
        for one, why in _before(ordered, lots, plan)
    }
    rest = [one for one in ordered if one.number not in found]
    ordinary_count = sum(not one.is_complaint for one in ordered)
    # Rounded up: never fewer than the share.
    wanted = min(-(-ordinary_count * plan.percent // 100), len(rest))
    chosen = Reason.ALL if wanted == len(rest) else Reason.DRAWN
    strata = _strata(rest, lots)
    for stratum, seats in _seats(strata, wanted, lots).items():
        for place, one in enumerate(strata[stratum]):
            found[one.number] = Drawn(
                candidate=one,
                lot=lots[one.number],
                reason=chosen if place < seats else Reason.NOT_DRAWN,
                seats=seats,
                size=len(strata[stratum]),
            )
    return tuple(found[one.number] for one in ordered)


def _before(
    ordered: Sequence[Candidate], lots: Mapping[str, float], plan: Plan
) -> Iterator[tuple[Candidate, Reason]]:
    """What is decided before the strata: complaints, people who are cooling off, a person's further orders."""
    standing = {one.person_key for one in ordered if one.is_complaint}
    for one in sorted(ordered, key=lambda one: lots[one.number]):
        if one.is_complaint:
            yield one, Reason.COMPLAINT
        elif _is_cooling(one, plan):
            yield one, Reason.COOL_OFF
        elif one.person_key in standing:
            yield one, Reason.SAME_PERSON
        else:
            standing.add(one.person_key)


def _is_cooling(one: Candidate, plan: Plan) -> bool:
    last = one.last_called_on
    return last is not None and (plan.day - last).days < plan.cool_off_days


def _strata(callable_: Iterable[Candidate], lots: Mapping[str, float]) -> dict[Stratum, list[Candidate]]:
    """The members of each stratum by their lots."""
    strata: defaultdict[Stratum, list[Candidate]] = defaultdict(list)
    for one in sorted(callable_, key=lambda one: lots[one.number]):
        strata[one.stratum].append(one)
    return dict(strata)


def _seats(
    strata: Mapping[Stratum, Sequence[Candidate]], wanted: int, lots: Mapping[str, float]
) -> dict[Stratum, int]:
    """The wanted number spread in proportion; what is left goes to the largest remainders, then the lowest lot."""
    sizes = {stratum: len(members) for stratum, members in strata.items()}
    total = sum(sizes.values()) or 1
    seats = {stratum: wanted * size // total for stratum, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda s: (-(wanted * sizes[s] % total), lots[strata[s][0].number]))
    for stratum in by_remainder[: wanted - sum(seats.values())]:
        seats[stratum] += 1
    return seats
