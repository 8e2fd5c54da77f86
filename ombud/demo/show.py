"""How the demo shows what happens: a line for each mail as it goes, a table at the end."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ombud.show import Record, print_table

SUBJECT_CHARS = 64


class Teller:
    """Prints who wrote what to whom, from any thread."""

    def __init__(
        self,
        console: Console,
        desk: str,
        *,
        clock: Callable[[], datetime] | None = None,
        timezone: ZoneInfo | None = None,
    ) -> None:
        """`clock`: what to stamp the lines with; None for the seconds that went by."""
        self._console = console
        self._desk = desk
        self._clock = clock
        self._timezone = timezone
        self._last: dict[str, str] = {}
        self._start = monotonic()
        self._lock = threading.Lock()

    def __call__(self, sender: str, receiver: str, words: str) -> None:
        if self._clock and self._last.get(receiver) == words:
            return  # A year has many digests that say nothing new.
        self._last[receiver] = words
        is_ours = receiver != self._desk
        line = Text(f"{self._stamp()}  ", style="dim")
        line.append("Ombud" if is_ours else sender, style="bold cyan" if is_ours else "bold yellow")
        line.append(f" → {receiver if is_ours else '服务台 / desk'}: ")
        line.append("".join(c if c.isprintable() else " " for c in words)[:SUBJECT_CHARS])
        with self._lock:
            self._console.print(line)

    def _stamp(self) -> str:
        if self._clock is None:
            return f"{monotonic() - self._start:5.1f} s"
        return f"{self._clock().astimezone(self._timezone):%m-%d %H:%M}"


def progress(console: Console) -> Progress:
    """The bar under the lines: scenes that have ended."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def complaints_table(records: Iterable[Record]) -> None:
    """The complaints of the day."""
    columns = ("number", "step", "subject", "complainant", "escalations", "closed")
    print_table("投诉一览 / complaints", records, columns)


def mails_table(records: Iterable[Record]) -> None:
    """The mails that came in, and what Ombud made of them."""
    print_table("来信 / mails in", records, ("id", "kind", "matter", "sender", "subject"))
