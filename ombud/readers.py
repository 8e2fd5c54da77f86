"""Who understands the mails that were claimed: the step itself, or other processes beside it while many wait.

Understanding a mail (`classify/understood.py`) is pure and much of the work, so it can be done anywhere; facts,
decisions and everything that is written stay with the step, in order. The processes are started when several
claims in a row were full, and end with the backlog. They hold no connection and no secret, and end with the
service however it ends.
"""

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import structlog

from classify.understood import Understood, understand
from classify.words import Words

log = structlog.get_logger()

FULL_CLAIMS = 3
"""So many full claims in a row are a backlog worth the start of processes, about a second each; the step reads by itself
until they are there."""
TRACEBACK_CHARS_MAX = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A mail that broke whoever read it."""

    traceback: str


Read = Understood | Unread


class Readers:
    """Reads claims of mails; `processes` is how many others may help, 0 for none."""

    def __init__(self, words: Words, processes: int) -> None:
        self._words = words
        self._processes = processes
        self._full_claims = 0
        self._pool: ProcessPoolExecutor | None = None
        self._first: Future[int] | None = None
        """Done when a process of the pool can read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()

    @property
    def claims_ahead(self) -> int:
        """How many claims are worth being under way at once."""
        return self._processes + 1 if self._are_there else 1

    @property
    def _are_there(self) -> bool:
        return self._first is not None and self._first.done()

    def begin(self, contents: Sequence[bytes], *, is_full: bool) -> Callable[[], list[Read]]:
        """Sets about reading; what is returned waits for the result, which keeps the order."""
        self._full_claims = self._full_claims + 1 if is_full else 0
        if self._pool is None and self._processes and self._full_claims > FULL_CLAIMS:
            self._pool = _pool(self._words, self._processes)
            self._first = self._pool.submit(os.getpid)
            log.info("many mails wait, other processes read along", processes=self._processes)
        if self._pool is None or not self._are_there or not is_full:
            return lambda: read(contents, self._words)
        try:
            ahead = self._pool.submit(_read_along, contents)
        except BrokenProcessPool:
            self._give_up()
            return lambda: read(contents, self._words)
        return lambda: [_whole(one, content) for one, content in zip(ahead.result(), contents, strict=True)]

    def rest(self) -> None:
        """The backlog is worked off."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool, self._first, self._full_claims = None, None, 0

    def _give_up(self) -> None:
        """A process was ended from outside: what it had in hand is tried again, the step reads by itself."""
        log.error("a process that read along was ended, reading goes on without")
        self.rest()
        self._processes = 0


def read(contents: Sequence[bytes], words: Words) -> list[Read]:
    """Each raw mail understood, or how it broke the reader."""
    return [_read(content, words) for content in contents]


def _read(content: bytes, words: Words) -> Read:
    try:
        return understand(content, words)
    except Exception:  # whatever a mail breaks, the next one is read; `handle` counts the try
        return Unread(traceback=traceback.format_exc()[-TRACEBACK_CHARS_MAX:])


def _whole(one: Read, content: bytes) -> Read:
    """With the raw bytes, which did not come back."""
    return one if isinstance(one, Unread) else replace(one, mail=replace(one.mail, raw=content))


_words: Words


def _pool(words: Words, processes: int) -> ProcessPoolExecutor:
    # Not forked: the service has threads, and a fork would inherit its connections.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_start, initargs=(words,))


def _start(words: Words) -> None:
    """In the process: a stop is the parent's to decide; a parent that dies takes it along."""
    global _words  # noqa: PLW0603 -- the one value that a process of the pool is made with
    _words = words
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_along(contents: Sequence[bytes]) -> list[Read]:
    """In the process: what came in as bytes is not sent back."""
    found = read(contents, _words)
    return [
        one if isinstance(one, Unread) else replace(one, mail=replace(one.mail, raw=b"")) for one in found
    ]
