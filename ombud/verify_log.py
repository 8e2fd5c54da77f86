"""`ombud verify-log`: whether the trail is as it was written, and if not, where it is not.

Source: HANDBOOK 2 'follow-up trail'; ISO 10002 8.1 (records that can be relied upon).
"""

import json
from collections.abc import Iterable

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection

from store import anchors, events
from store.anchors import Anchor
from store.events import GENESIS, Break


def run(conn: Connection, marks: Iterable[str], *, as_json: bool) -> int:
    """Says what was found; 0 when the log holds together, 1 when it does not. Raises ValueError for a mark."""
    given = tuple(anchors.read(mark) for mark in marks)
    breaks = (*events.breaks(conn), *anchors.check(conn, *given))
    count, last = events.end(conn)
    checked = (*anchors.stored(conn), *given)
    if as_json:
        click.echo(_json(count, last, checked, breaks))
    else:
        _print(count, last, checked, breaks)
    return 1 if breaks else 0


def _json(count: int, last: str, checked: tuple[Anchor, ...], breaks: tuple[Break, ...]) -> str:
    record = {
        "is_intact": not breaks,
        "last_entry": count,
        "last_hash": last,
        "anchors": [one.mark for one in checked],
        "breaks": [{"event": one.seq, "complaint": one.number, "problem": one.problem} for one in breaks],
    }
    return json.dumps(record, ensure_ascii=False)


def _print(count: int, last: str, checked: tuple[Anchor, ...], breaks: tuple[Break, ...]) -> None:
    hashed = "" if last == GENESIS else f"\n末条哈希 / last hash: {last}"
    if not breaks:
        click.echo(f"完整 / intact: {count} 条记录 / entries, {len(checked)} 个锚点 / anchors{hashed}")
        return
    table = Table(title="日志不完整 / the log does not hold together")
    for column in ("event", "complaint", "problem"):
        table.add_column(column, overflow="fold", no_wrap=column != "problem")
    for one in breaks:
        table.add_row(str(one.seq or ""), Text(one.number), Text(one.problem))
    Console().print(table)
