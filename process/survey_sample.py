"""Who is asked: everybody in scope, or a sample drawn by department; pure.

The size follows from a stated confidence and margin for a share in a finite population,
    n0 = z² · 0.25 / e²,   n = n0 / (1 + (n0 − 1) / N)
(Cochran, Sampling Techniques, 4.4), and from the share of answers that is reckoned with. It is spread over the
departments in proportion, by largest remainder, at least one each; within them it is drawn with a
stored seed.
"""

import math
import random
from collections.abc import Mapping, Sequence
from statistics import NormalDist

WORST_SHARE = 0.5
"""The share whose interval is widest; nobody knows the true one before."""


def z_of(confidence: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def needed(population: int, confidence: float, margin: float) -> int:
    """Answers that make a share exact to the margin; at most the population."""
    if population == 0:
        return 0
    unlimited = z_of(confidence) ** 2 * WORST_SHARE * (1 - WORST_SHARE) / margin**2
    return min(population, math.ceil(unlimited / (1 + (unlimited - 1) / population)))


def to_invite(answers: int, expected_response: float, population: int) -> int:
    """People to be asked so that so many answer; at most the population."""
    return min(population, math.ceil(answers / expected_response))


def seats(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """The wanted number spread over departments in proportion to their sizes (largest remainder)."""
    total = sum(sizes.values())
    if total == 0:
        return dict.fromkeys(sizes, 0)
    wanted = min(max(wanted, sum(size > 0 for size in sizes.values())), total)
    given = {name: max(wanted * size // total, int(size > 0)) for name, size in sizes.items()}
    # The largest remainder first; those raised to one have none left.
    order = sorted(sizes, key=lambda name: (given[name] - wanted * sizes[name] / total, name))
    for name in order * 2:
        if sum(given.values()) < wanted and given[name] < sizes[name]:
            given[name] += 1
    for name in sorted(given, key=lambda one: -given[one]):
        while sum(given.values()) > wanted and given[name] > 1:
            given[name] -= 1
    return given


def draw(
    members: Mapping[str, Sequence[str]], wanted: Mapping[str, int], seed: str
) -> dict[str, tuple[str, ...]]:
    """So many members of each department, the same for the same seed, whatever order they come in."""
    drawn = {}
    for department in sorted(members):
        lot = random.Random(f"{seed}:{department}")  # noqa: S311 -- no secret: stored so that anybody can draw again
        drawn[department] = tuple(sorted(lot.sample(sorted(members[department]), wanted[department])))
    return drawn
