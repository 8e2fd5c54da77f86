"""`ombud copy-database FROM TO`: everything moved from SQLite to PostgreSQL, or back, counted and verified.

No service may work on either side. What was copied is told table by table; a difference is told and is a failure.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ombud.launch import EXIT_FAILED, EXIT_OCCUPIED, EXIT_WRONG
from store import copying, occupancy
from store.copying import Counted
from store.database import DatabaseUnusable, open_database

KEYS = """\
The keys that sign replies are not in the database. Where FROM was a SQLite file with token.key beside it, name that file
as secrets.token_keys_file; else nobody's answer to a mail sent before is recognised."""


def run(source: str, target: str) -> int:
    """Copies; the exit code."""
    try:
        with _alone(source, target) as (ours, theirs):
            return _copied(ours, theirs)
    except occupancy.Occupied as other:
        print(f"{other}; stop it first", file=sys.stderr)
        return EXIT_OCCUPIED
    except copying.NotCopied as trouble:
        print(trouble, file=sys.stderr)
        return EXIT_WRONG
    except DatabaseUnusable as trouble:
        print(f"database: {trouble}", file=sys.stderr)
        return EXIT_FAILED
    except SQLAlchemyError as trouble:
        print(f"interrupted: {trouble.__cause__ or trouble}; the copy is unfinished", file=sys.stderr)
        return EXIT_FAILED


@contextmanager
def _alone(source: str, target: str) -> Iterator[tuple[Engine, Engine]]:
    """Both databases, with nobody else at work on them. Raises Occupied, DatabaseUnusable."""
    with ExitStack() as stack:
        engines = []
        for url in (source, target):
            stack.enter_context(occupancy.sole(url))
            engine = open_database(url)
            stack.callback(engine.dispose)
            others = copying.workers(engine)
            if others:
                raise occupancy.Occupied(f"{engine.url!r} has {others} connections of an Ombud at work")
            engines.append(engine)
        yield engines[0], engines[1]


def _copied(source: Engine, target: Engine) -> int:
    counts = copying.begin(source, target)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=sum(counts.values()))

        def told(table: str, rows: int) -> None:
            progress.update(task, advance=rows, description=table)

        schema, counted = copying.fill(source, target, told)
    wrong = copying.finish(source, target, schema, counted)
    _print(counted)
    if wrong:
        click.echo("\n".join(("the copy is not the same, and stays marked as unfinished:", *wrong)), err=True)
        return EXIT_FAILED
    click.echo("复制完成，日志完整 / copied, the log holds together\n" + KEYS)
    return 0


def _print(counted: Sequence[Counted]) -> None:
    table = Table("table", "FROM", "TO", title="行 / rows")
    for one in counted:
        table.add_row(one.table, str(one.source), str(one.target))
    Console().print(table)
