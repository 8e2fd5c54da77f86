"""How long hostile text keeps each regular expression, each reader and a whole message busy.

`python -m bench.worst_case [--only WORD] [--all]` prints the slowest first (40 of them, or all) and ends with 1 when a regular expression
or reader needs more than LIMIT_MS for 60 kB, or a whole message more than MESSAGE_LIMIT_MS. A pattern that never
meets 60 kB at once is measured with what it may meet: see BOUNDED. Times are of the processor, so that other work
on the machine does not count.
"""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bench import hostile, messages, subjects

T = TypeVar("T")

LIMIT_MS = 100.0
MESSAGE_LIMIT_MS = 2_000.0
GIVE_UP_S = 5.0
HARMLESS_MS = LIMIT_MS / 300
SHOWN = 40

# What a pattern meets at most, where that is less than 60,000 characters, and what sees to it.
BOUNDED: dict[str, int] = {
    "ingest.attribution._NAME_WROTE": 400,  # attribution.CHARS_MAX
    "ingest.attribution._NAME_THEN_DATE": 400,
    "ingest.attribution._WROTE_ON": 400,
    "ingest.addresses._ANGLE": 1_000,  # addresses._recovered
    "ingest.headers._PARAMETER": 20_000,  # headers.MAX_PARAMETERS_LENGTH
    "ingest.dates._WEEKDAY": 200,  # dates.MAX_LENGTH
    "ingest.dates._COLON": 200,
    "ingest.dates._COMMENT": 200,
    "ingest.dates._ZONE": 200,
    "ingest.html._HIDDEN": 2_000,  # html._is_hidden
    "ingest.html._SIZELESS": 2_000,
}


class TooSlowError(Exception):
    """Raised in what has run for GIVE_UP_S."""


@dataclass(frozen=True, slots=True, order=True)
class Measured:
    """The longest time that something took, and with what."""

    ms: float
    name: str
    worst: str
    limit_ms: float = LIMIT_MS

    @property
    def is_failure(self) -> bool:
        return self.ms > self.limit_ms


def main() -> int:
    """Measures everything; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only what has this word in its name")
    parser.add_argument("--all", action="store_true", help="show everything that was measured")
    options = parser.parse_args()
    only = options.only
    signal.signal(signal.SIGPROF, _stop)
    # flufl.bounce tells on stderr which of its detectors could not read a report.
    logging.disable(logging.CRITICAL)
    everything = (*_patterns(only), *_readers(only), *_messages(only))
    measured = sorted(everything, reverse=True)
    show(measured, len(measured) if options.all else SHOWN)
    return 1 if any(one.is_failure for one in measured) else 0


def _patterns(only: str) -> Iterator[Measured]:
    for named in subjects.patterns():
        if only in named.name:
            yield _worst(named.name, _search(named), _for_pattern(named))


def _for_pattern(named: subjects.Named) -> Iterator[tuple[str, str]]:
    """The texts for a pattern, but for those of which a sixteenth shows that they are harmless.

    What is quadratic and takes LIMIT_MS for the whole takes a 256th of it for a sixteenth of the text.
    """
    source, search = named.pattern.pattern, _search(named)
    readable = source.decode("latin-1") if isinstance(source, bytes) else source
    bound = BOUNDED.get(named.name, hostile.SIZE + 1_000)
    for name, text in (*hostile.general(), *hostile.for_pattern(readable)):
        bounded = text[:bound]
        if _time_ms(search, bounded[: bound // 32] + bounded[-bound // 32 :]) > HARMLESS_MS:
            yield name, bounded


def _search(named: subjects.Named) -> Callable[[str], object]:
    """A search through the whole text, and the match of the whole text."""
    pattern = named.pattern
    if isinstance(pattern.pattern, bytes):
        encode = pattern
        return lambda text: _run(encode, text.encode("utf-8", "replace"))
    return lambda text: _run(pattern, text)


def _run(pattern: object, text: str | bytes) -> None:
    for _ in pattern.finditer(text):  # type: ignore[attr-defined]
        pass
    pattern.fullmatch(text)  # type: ignore[attr-defined]


def _readers(only: str) -> Iterator[Measured]:
    texts = list(hostile.general())
    for name, read in subjects.readers().items():
        if only in name:
            yield _worst(name, read, texts)


def _messages(only: str) -> Iterator[Measured]:
    explain = subjects.explain()
    for name, raw in messages.hostile():
        if only in f"message: {name}":
            yield _worst(f"message: {name}", explain, [(f"{len(raw):,} bytes", raw)], MESSAGE_LIMIT_MS)


def _worst(
    name: str, act: Callable[[T], object], texts: Iterable[tuple[str, T]], limit_ms: float = LIMIT_MS
) -> Measured:
    """The slowest of all texts; one that seems too slow is measured again, for the machine has moods."""
    worst = Measured(0.0, name, "", limit_ms)
    for label, text in texts:
        took = _time_ms(act, text)
        if took > limit_ms:
            took = min(took, _time_ms(act, text))
        worst = max(worst, Measured(took, name, label, limit_ms))
        if took >= GIVE_UP_S * 1000:
            break
    return worst


def _time_ms(act: Callable[[T], object], text: T) -> float:
    with _bounded():
        begun = time.process_time()
        try:
            act(text)
        except TooSlowError:
            return GIVE_UP_S * 1000
        return (time.process_time() - begun) * 1000


@contextmanager
def _bounded() -> Iterator[None]:
    signal.setitimer(signal.ITIMER_PROF, GIVE_UP_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlowError


def show(measured: list[Measured], shown: int) -> None:
    """The table, worst first, and how many fail."""
    table = Table("", "ms", "limit", "what", "with")
    failures = [one for one in measured if one.is_failure]
    for one in measured[: max(shown, len(failures))]:
        mark = "✗" if one.is_failure else ""
        table.add_row(mark, f"{one.ms:,.1f}", f"{one.limit_ms:,.0f}", one.name, one.worst)
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table, markup=False)
    console.print(f"{len(measured)} measured, {len(failures)} too slow")


if __name__ == "__main__":
    sys.exit(main())
