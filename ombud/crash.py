"""Named points at which the tests stop the process as a power cut would.

`OMBUD_CRASH_AT=<name>` or `<name>:<n>` kills the process with SIGKILL when it comes to that point for
the first (or n-th) time. Without the variable a point costs one look-up in a dictionary.
"""

import os
import signal
from collections import Counter

POINTS = (
    "received",  # raw mail fetched, nothing stored
    "stored",  # raw mail committed, not yet filed away
    "filed",  # filed away on the server
    "claimed",  # a try is counted, nothing decided
    "decided",  # step and outbox written, not committed
    "handled",  # committed
    "sending",  # a try of the outbox is counted, nothing sent
    "sent",  # the server said 250, not yet recorded
    "recorded",  # the outcome is committed
)

_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Ends the process here when the environment asks for it; else nothing."""
    wanted = os.environ.get("OMBUD_CRASH_AT")
    if not wanted:
        return
    target, _, nth = wanted.partition(":")
    _passed[name] += 1
    if name == target and _passed[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
