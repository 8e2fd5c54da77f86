"""The run and its table: medians of the figures, counts of the last run."""

import argparse
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import mailbox, proof, speed, stage
from bench.peers.environment import interpreter
from bench.peers.helpdesk import helpdesk, helpdesk_kept
from bench.peers.ours import naive, naive_kept, ombud, ombud_kept
from bench.peers.roundup import roundup, roundup_kept
from bench.peers.scene import Command, Kept, Scene
from tests.servers import Dovecot, dovecot

WIDTH = 120
WRITERS = frozenset(f"user{number}@corp.example" for number in range(mailbox.SENDERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One row of the table: how it is made ready, and what it kept."""

    name: str
    ready: Callable[[Scene], Command]
    kept: Callable[[Scene], Kept]


PROGRAMS = (
    Program(name="Ombud", ready=ombud, kept=ombud_kept),
    Program(name="naive loop", ready=naive, kept=naive_kept),
    Program(name="Roundup", ready=roundup, kept=roundup_kept),
    Program(name="django-helpdesk", ready=helpdesk, kept=helpdesk_kept),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A run of one program."""

    ran: stage.Ran
    kept: Kept
    sent: int
    answers: int
    """Of those sent, the ones to people who had written."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    for peer in ("roundup", "helpdesk"):
        interpreter(peer)
    messages = list(mailbox.messages(wanted.mails))
    results: dict[str, list[Result]] = {program.name: [] for program in PROGRAMS}
    with dovecot(has_tls=False) as server:
        for _ in range(wanted.runs):
            for program in PROGRAMS:
                results[program.name].append(run(program, server, messages))
    Console(width=WIDTH).print(table(results, wanted.mails))


def run(program: Program, server: Dovecot, messages: list[bytes]) -> Result:
    """One program on a mailbox, a folder and a sink of its own, none of which is left."""
    user = "desk"
    stage.fill(server, user, messages)
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryDirectory() as sent:
        with stage.smtp_sink(folder=Path(sent)) as port:
            scene = Scene(folder=Path(data), imap_port=server.plain, smtp_port=port, user=user)
            command = program.ready(scene)
            ran = stage.run(list(command.arguments), command.python, command.environment)
        kept, deliveries = program.kept(scene), proof.sink_folder(Path(sent))
    shutil.rmtree(server.folder / "mail" / user)
    answers = sum(not WRITERS.isdisjoint(delivery.recipients) for delivery in deliveries)
    return Result(ran=ran, kept=kept, sent=len(deliveries), answers=answers)


def table(results: dict[str, list[Result]], count: int) -> Table:
    found = Table(title=f"{count} mails, medians of {len(results['Ombud'])}")
    for name in ("", *speed.FIGURES, "recorded", "opened", "answers", "mails sent"):
        found.add_column(name, justify="right" if name else "left")
    for name, runs in results.items():
        last = runs[-1]
        counts = (last.kept.mails, last.kept.opened, last.answers, last.sent)
        found.add_row(name, *speed.figures([one.ran for one in runs], count), *map(str, counts))
    return found


if __name__ == "__main__":
    main()
