"""`python -m bench.speed`: Ombud and the naive loop on the same mailbox, in one run.

Each is run `--runs` times in turn; medians are printed. What counts for Ombud is the whole: raw mail kept,
decided, recorded, acknowledged, desk told, filed away, everything sent.
"""

import argparse
import shutil
import sqlite3
import statistics
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import mailbox, stage
from tests.servers import PASSWORD, dovecot

FIGURES = ("mails/s", "wall s", "CPU s", "CPU ms a mail", "private MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--waiting", type=int, help="Only Ombud's memory, with so many mails waiting.")
    wanted = parser.parse_args()
    if wanted.waiting:
        backlog(wanted.waiting)
        return
    messages = list(mailbox.messages(wanted.mails))
    found: dict[str, list[stage.Ran]] = {"ombud": [], "naive": []}
    with dovecot() as server, stage.smtp_sink() as smtp_port, tempfile.TemporaryDirectory() as name:
        for number in range(wanted.runs):
            for program, times in found.items():
                user, folder = f"{program}{number}", Path(name) / f"{program}{number}"
                folder.mkdir()
                stage.fill(server, user, messages)
                times.append(stage.run(command(program, folder, (server.plain, smtp_port), user)))
                if program == "ombud":
                    check(folder / "ombud.db", len(messages))
                shutil.rmtree(server.folder / "mail" / user)
    show(found, len(messages))


def backlog(count: int) -> None:
    """The most private memory while that many mails are worked off, summed over its processes."""
    with dovecot() as server, stage.smtp_sink() as smtp_port, tempfile.TemporaryDirectory() as name:
        stage.fill(server, "ombud", mailbox.messages(count))
        ran = stage.run(command("ombud", Path(name), (server.plain, smtp_port), "ombud"))
        check(Path(name) / "ombud.db", count)
    Console().print(f"{count} mails waiting: {ran.peak_bytes / 1e6:.0f} MB private, {ran.wall_s:.0f} s")


def command(program: str, folder: Path, ports: tuple[int, int], user: str) -> list[str]:
    if program == "naive":
        return ["-m", "bench.naive", *map(str, ports), user, PASSWORD, str(folder / "naive.db")]
    path = stage.configured(folder, ports, user)
    return ["-m", "ombud", "--config", str(path), "once"]


def check(database: Path, count: int) -> None:
    """Nothing of fidelity is given up: every mail handled, every answer sent."""
    with sqlite3.connect(database) as db:
        handled = db.execute("SELECT count(*) FROM mail WHERE state = 'handled'").fetchone()[0]
        waiting = db.execute("SELECT count(*) FROM outbox WHERE state != 'sent'").fetchone()[0]
        complaints = db.execute("SELECT count(*) FROM complaint").fetchone()[0]
        acknowledged = db.execute(
            "SELECT count(*) FROM outbox WHERE template = 'acknowledgement'"
        ).fetchone()[0]
    if (handled, waiting) != (count, 0) or not complaints or complaints != acknowledged:
        raise SystemExit(
            f"{handled} of {count} handled, {waiting} unsent, {complaints} complaints, {acknowledged} acknowledged"
        )


def figures(runs: list[stage.Ran], count: int) -> tuple[str, ...]:
    """The medians of some runs on that many mails, in the order of `FIGURES`."""
    wall, cpu = (statistics.median(getattr(run, name) for run in runs) for name in ("wall_s", "cpu_s"))
    peak = statistics.median(run.peak_bytes for run in runs) / 1e6
    return f"{count / wall:.0f}", f"{wall:.2f}", f"{cpu:.2f}", f"{cpu / count * 1000:.2f}", f"{peak:.0f}"


def show(found: dict[str, list[stage.Ran]], count: int) -> None:
    table = Table(title=f"{count} mails, medians of {len(found['ombud'])}")
    for name in ("", *FIGURES):
        table.add_column(name, justify="right" if name else "left")
    for program, runs in found.items():
        table.add_row(program, *figures(runs, count))
    console = Console()
    console.print(table)
    ratios = [
        naive.wall_s / ombud.wall_s for ombud, naive in zip(found["ombud"], found["naive"], strict=True)
    ]
    console.print(f"Ombud / naive loop: {statistics.median(ratios):.2f} times as fast (run by run)")


if __name__ == "__main__":
    main()
