"""How long hostile text keeps each regular expression, each reader and a whole message busy.

`python -m bench.worst_case [--only WORD] [--all]` prints the slowest first (40 of them, or all) and ends with 1 when a regular expression
or reader needs more than LIMIT_MS for 60 kB, or a whole message more than MESSAGE_LIMIT_MS. A pattern that never
meets 60 kB at once is measured with what it may meet: see BOUNDED. Each subject is tried with a sixteenth of every
hostile text; what that does not show to be harmless, with a quarter; and the texts that promise to be the worst in
full. Times are of the processor, so that other work on the machine does not count.
"""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from types import FrameType

from rich.console import Console
from rich.table import Table

from bench import hostile, messages, subjects

LIMIT_MS = 100.0
MESSAGE_LIMIT_MS = 2_000.0
GIVE_UP_S = 5.0
HARMLESS_MS = LIMIT_MS / 300
IN_FULL = 6
"""Texts for each subject that are measured whole."""
PROCESSES = 2
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
    "classify.survey_scale._LEAD": 2_000,  # survey_scale.CELL_CHARS_MAX
    "classify.survey_scale._BETWEEN": 2_000,
    "classify.verb._GREETING": 2_000,  # verb.LINE_CHARS_MAX
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is measured, with which texts, and what it may take."""

    name: str
    act: Callable[..., object]
    texts: Callable[[], Iterable[tuple[str, str | bytes]]]
    is_sifted: bool = True
    """Whether parts of a text show which of them are worth the whole."""
    limit_ms: float = LIMIT_MS


def main() -> int:
    """Measures everything; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only what has this word in its name")
    parser.add_argument("--all", action="store_true", help="show everything that was measured")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="how many measure at once")
    options = parser.parse_args()
    names = [subject.name for subject in _subjects() if options.only in subject.name]
    with ProcessPoolExecutor(options.processes, initializer=_ready) as pool:
        measured = sorted(pool.map(_measured, names), reverse=True)
    show(measured, len(measured) if options.all else SHOWN)
    return 1 if any(one.is_failure for one in measured) else 0


def _ready() -> None:
    signal.signal(signal.SIGPROF, _stop)
    # What a reader warns of is not what is measured.
    logging.disable(logging.CRITICAL)


def _measured(name: str) -> Measured:
    """In a process of the pool: functions are found by name there, for they cannot be sent."""
    subject = _by_name()[name]
    # What is made at the first use is not what a text costs.
    _time_ms(subject.act, _ends(next(subject.texts())[1], 64))
    texts = _most_promising(subject) if subject.is_sifted else subject.texts()
    return _worst(subject, texts)


@cache
def _by_name() -> dict[str, Subject]:
    return {subject.name: subject for subject in _subjects()}


def _subjects() -> Iterator[Subject]:
    for named in subjects.patterns():
        yield Subject(name=named.name, act=_search(named), texts=partial(_for_pattern, named))
    for name, read in subjects.readers().items():
        yield Subject(name=name, act=read, texts=hostile.general)
    explain = subjects.explain()
    for name, raw in messages.hostile():
        texts = [(f"{len(raw):,} bytes", raw)]
        yield Subject(
            name=f"message: {name}",
            act=explain,
            texts=partial(iter, texts),
            is_sifted=False,
            limit_ms=MESSAGE_LIMIT_MS,
        )


def _for_pattern(named: subjects.Named) -> Iterator[tuple[str, str]]:
    """The texts for a pattern, as long as what it may meet."""
    source = named.pattern.pattern
    readable = source.decode("latin-1") if isinstance(source, bytes) else source
    bound = BOUNDED.get(named.name, hostile.SIZE + 1_000)
    for name, text in (*hostile.general(), *hostile.for_pattern(readable)):
        yield name, text[:bound]


def _search(named: subjects.Named) -> Callable[[str], object]:
    """A search through the whole text, unless the program only matches at its beginning; and the match of the whole."""
    pattern, run = named.pattern, _match if named.is_anchored else _run
    if isinstance(pattern.pattern, bytes):
        return lambda text: run(pattern, text.encode("utf-8", "replace"))
    return lambda text: run(pattern, text)


def _match(pattern: object, text: str | bytes) -> None:
    pattern.match(text)  # type: ignore[attr-defined]
    pattern.fullmatch(text)  # type: ignore[attr-defined]


def _run(pattern: object, text: str | bytes) -> None:
    for _ in pattern.finditer(text):  # type: ignore[attr-defined]
        pass
    pattern.fullmatch(text)  # type: ignore[attr-defined]


def _most_promising(subject: Subject) -> list[tuple[str, str | bytes]]:
    """The IN_FULL texts of which a sixteenth and a quarter foretell the longest times.

    What is quadratic and takes LIMIT_MS for the whole takes a 256th of it for a sixteenth of the text: what
    takes less is harmless. For the others the growth from the sixteenth to the quarter is taken once more; where a
    quarter is too slow already, no worse text is looked for.
    """
    foretold: list[tuple[float, str, str | bytes]] = []
    for name, text in subject.texts():
        sixteenth_ms = _time_ms(subject.act, _ends(text, 16))
        if sixteenth_ms > HARMLESS_MS:
            quarter_ms = _time_ms(subject.act, _ends(text, 4))
            foretold.append((quarter_ms * quarter_ms / sixteenth_ms, name, text))
            if quarter_ms > subject.limit_ms:
                break
    worst_first = sorted(foretold, key=itemgetter(0), reverse=True)
    return [(name, text) for _, name, text in worst_first[:IN_FULL]]


def _ends(text: str | bytes, share: int) -> str | bytes:
    """That share of the text, half of it from each end: what fails does so at the last character."""
    half = max(1, len(text) // share // 2)
    return text[:half] + text[-half:]  # type: ignore[operator]


def _worst(subject: Subject, texts: Iterable[tuple[str, str | bytes]]) -> Measured:
    """The slowest of the texts; one that seems too slow is measured again, for the machine has moods."""
    limit_ms = subject.limit_ms
    worst = Measured(0.0, subject.name, "", limit_ms)
    for label, text in texts:
        took = _time_ms(subject.act, text)
        if took > limit_ms:
            took = min(took, _time_ms(subject.act, text))
        worst = max(worst, Measured(took, subject.name, label, limit_ms))
        if took >= GIVE_UP_S * 1000:
            break
    return worst


def _time_ms(act: Callable[..., object], text: str | bytes) -> float:
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
