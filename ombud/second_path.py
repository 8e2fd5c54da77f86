"""The second path to people: texts that wait in memory until robot or second server takes them, each once, oldest first.

When the network itself is the fault, the text comes as soon as there is a way again.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import structlog

log = structlog.get_logger()

WAITING_MAX = 50
"""Beyond it the oldest texts are dropped."""
PAUSE_S = 60.0
"""Between two tries."""


@dataclass(slots=True)
class SecondPath:
    """Used by one thread."""

    post: Callable[[str], str]
    """Hands a text over; '' or why not."""
    now: Callable[[], float] = monotonic
    _waiting: deque[str] = field(default_factory=lambda: deque(maxlen=WAITING_MAX))
    _not_before_s: float = 0.0

    def tell(self, text: str) -> None:
        """The text goes with the next `flush`."""
        self._waiting.append(text)

    def flush(self) -> None:
        """Hands over what waits; after a failure the rest waits for `PAUSE_S`."""
        while self._waiting and self.now() >= self._not_before_s:
            reason = self.post(self._waiting[0])
            if reason:
                self._not_before_s = self.now() + PAUSE_S
                log.warning("second path failed", reason=reason, waiting=len(self._waiting))
            else:
                self._waiting.popleft()
