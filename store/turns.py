"""Writers of one process to one SQLite file, in the order in which they came.

SQLite has one writer at a time, and who waits for it looks again every so often: a step that writes again and again
keeps the others out for as long as it has work. Here each gets its turn; writers of other processes are still
waited for by SQLite.
"""

from collections import deque
from threading import Condition, get_ident


class Turns:
    """Whose turn it is to write: the first of the queue has it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._threads: deque[int] = deque()

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits behind the one whose turn it is."""
        return len(self._threads) > 1

    def take(self, wait_s: float) -> None:
        """Waits for this thread's turn; after `wait_s` it goes on without one, and SQLite decides."""
        me = get_ident()
        with self._changed:
            if self._threads and self._threads[0] == me:
                return
            self._threads.append(me)
            if not self._changed.wait_for(lambda: self._threads[0] == me, wait_s):
                self._threads.remove(me)

    def leave(self) -> None:
        """The turn passes to the next; nothing when this thread has none."""
        with self._changed:
            if self._threads and self._threads[0] == get_ident():
                self._threads.popleft()
                self._changed.notify_all()
