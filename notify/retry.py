"""When a mail that was deferred is tried again.

RFC 5321 4.5.4.1: retries for at least 4-5 days, the first after a short while; here delays grow to four
hours. Pure: the jitter is an argument.
"""

from datetime import datetime, timedelta

DELAYS_MIN = (1, 2, 5, 15, 30, 60, 120, 240)
"""Minutes after the first, second … try; the last one repeats."""
TRIES_MAX = 32
"""With these delays, a little over four days."""
JITTER = 0.2
"""Share of a delay by which it is moved at most."""


def waits_max() -> tuple[timedelta, ...]:
    """How far ahead a next try can lie at most after no try, one, two …; the last holds for more."""
    return (timedelta(), *(timedelta(minutes=delay) * (1 + JITTER) for delay in DELAYS_MIN))


def next_try(tries: int, now: datetime, jitter: float) -> datetime | None:
    """The time of the next try after `tries` of them; None when they are used up.

    `jitter` is from -1 to 1.
    """
    if tries >= TRIES_MAX:
        return None
    delay = timedelta(minutes=DELAYS_MIN[min(max(tries, 1), len(DELAYS_MIN)) - 1])
    return now + delay * (1 + JITTER * max(-1.0, min(1.0, jitter)))
