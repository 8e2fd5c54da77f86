"""Shares, and the margins within which chance moves a survey's figures; pure.

With N people in scope of whom n answered, √((N − n)/(N − 1)) is the finite population correction: who asks everybody
has no margin (Cochran, Sampling Techniques, 2.6).
"""

import math
from collections.abc import Sequence
from statistics import stdev

from process.survey_sample import WORST_SHARE, z_of

SATISFIED = 4
"""From this value on, an answer counts into the top-2 share."""


def share(ratings: Sequence[int]) -> float | None:
    """The top-2 share; None without an answer."""
    return sum(value >= SATISFIED for value in ratings) / len(ratings) if ratings else None


def margin(values: Sequence[float], population: int, confidence: float) -> float | None:
    """Margin of a mean; None for fewer than two values."""
    if len(values) < 2:
        return None
    error = stdev(values) / math.sqrt(len(values))
    return z_of(confidence) * error * correction(len(values), population)


def share_margin(n: int, population: int, confidence: float) -> float | None:
    """Margin of a share of one half, the widest that there is; None without an answer."""
    if n == 0:
        return None
    return z_of(confidence) * math.sqrt(WORST_SHARE**2 / n) * correction(n, population)


def correction(n: int, population: int) -> float:
    """√((N − n) / (N − 1)); 0 when everybody answered."""
    return math.sqrt((population - n) / (population - 1)) if population > max(n, 1) else 0.0
