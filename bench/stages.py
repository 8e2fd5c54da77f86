"""`python -m bench.stages`: what each stage of a mail's way costs by itself, processor milliseconds a mail.

The functions at the seams are timed while one process works off a mailbox; a stage within another is taken off it. What the
database engine and SMTP server do themselves is not counted, and nothing is read ahead by other processes.
"""

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from bench import mailbox, stage
from classify import kind, understood
from ingest.mailbox import Mailbox
from notify import compose
from notify.smtp import Smtp
from ombud import config, gather, handle, mailboxes, outlets, post, readers, send, wiring
from ombud.office import Office
from store import complaints, events, inbox, outbox
from tests.servers import dovecot

SEAMS: tuple[tuple[str, Any, str], ...] = (
    ("keep raw", inbox, "add"),
    ("parse", understood, "parse"),
    ("judge the text", readers, "understand"),
    ("gather", gather, "facts"),
    ("decide", kind, "decide"),
    ("process step", handle, "carry_out"),
    ("compose", post, "compose"),
    ("render", compose, "render"),
    ("store", complaints, "insert_case"),
    ("store", complaints, "save"),
    ("store", events, "_write"),
    ("store", outbox, "add"),
    ("store", inbox, "finish"),
)
"""Name of the stage, and the function that it is, where it is called."""
WARM = 50
"""Mails before the measured ones: templates are compiled with the first."""


@dataclass(slots=True)
class Clock:
    """Processor seconds of each stage, without those of the stages within it."""

    spent_s: Counter[str] = field(default_factory=Counter)
    _since: float = 0.0
    _within: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Whatever is done within belongs to this stage."""
        self._turn()
        self._within.append(name)
        try:
            yield
        finally:
            self._turn()
            self._within.pop()

    def _turn(self) -> None:
        now = time.process_time()
        if self._within:
            self.spent_s[self._within[-1]] += now - self._since
        self._since = now

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time put down."""

        def run(*arguments: Any, **named: Any) -> Any:
            with self.stage(name):
                return work(*arguments, **named)

        return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    show([measured(wanted.mails, seed) for seed in range(wanted.runs)], wanted.mails)


def measured(count: int, seed: int) -> Counter[str]:
    """Processor seconds of each stage for that many mails."""
    clock = Clock()
    with (
        dovecot() as server,
        stage.smtp_sink() as sink,
        tempfile.TemporaryDirectory() as name,
        ExitStack() as seams,
    ):
        settings = config.load(stage.configured(Path(name), (server.plain, sink), "desk"))
        office = wiring.office(settings)
        for stage_name, module, function in SEAMS:
            timed = clock.timed(stage_name, getattr(module, function))
            seams.enter_context(patch.object(module, function, timed))
        with Smtp(outlets.smtp(settings)) as smtp:
            for messages in (mailbox.messages(WARM, seed=seed + 1_000), mailbox.messages(count, seed=seed)):
                stage.fill(server, "desk", messages)
                clock.spent_s.clear()
                _worked_off(office, clock, Mailbox.open(mailboxes.accounts(settings)[0]), smtp)
        office.engine.dispose()
    return clock.spent_s


def _worked_off(office: Office, clock: Clock, box: Mailbox, smtp: Smtp) -> None:
    with box:
        batches = box.unseen(lambda uidvalidity, uids: set())
        while True:
            with clock.stage("fetch"):
                batch = next(batches, None)
            if batch is None:
                break
            with office.engine.begin() as conn, clock.stage("keep raw"):
                for raw in batch:
                    inbox.add(conn, raw, office.clock())
            with clock.stage("file away"):
                box.file_away([raw.uid for raw in batch])
    with clock.stage("all else of handling"):
        while handle.next_mails(office):
            pass
    with clock.stage("send"):
        while send.due_mails(office, smtp):
            pass


def show(runs: list[Counter[str]], count: int) -> None:
    """A row for each stage, in the order of a mail's way."""
    table = Table("stage", "processor ms a mail", title=f"{count} mails, medians of {len(runs)}")
    for name in runs[0]:
        table.add_row(name, f"{statistics.median(1000 * run[name] / count for run in runs):.2f}")
    table.add_row("all", f"{statistics.median(1000 * run.total() / count for run in runs):.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
