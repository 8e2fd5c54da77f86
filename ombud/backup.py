"""`ombud backup FILE`: the SQLite database saved while the service works, and read back before it counts as saved."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Engine

from ombud.launch import EXIT_FAILED
from store import backup
from store.events import GENESIS


def run(engine: Engine, file: Path) -> int:
    """Saves; the exit code."""
    began = datetime.now(UTC)
    try:
        made = backup.make(engine, file)
    except backup.NotBackedUp as trouble:
        print(f"no backup was made: {trouble}", file=sys.stderr)
        return EXIT_FAILED
    click.echo(
        f"已备份并核对 / saved and checked: {file}, {made.size_bytes / 1e6:.1f} MB, {made.mails} mails, "
        f"{made.complaints} complaints, {made.last_entry} entries of the log"
    )
    if made.last_hash != GENESIS:
        click.echo(f"末条哈希 / last hash: {made.last_hash}")
    click.echo(f"恢复后 / after a restore: ombud reread --since {began:%Y-%m-%d}")
    return 0
