"""Processor time of a PostgreSQL on this machine, with all its processes, those that ended too. Source: proc(5)."""

import os
from pathlib import Path

from sqlalchemy import Engine, text

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PARENT, TIMES = 1, slice(11, 15)
"""Fields of stat behind the name, which stands in brackets and may hold anything."""


def seconds(first: int) -> float:
    """Of the server whose first process this is, since its start."""
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    found = (_fields(int(pid))[TIMES] for pid in (first, *children))
    return sum(int(ticks) for times in found for ticks in times) / TICKS_A_SECOND


def first_process(engine: Engine) -> int | None:
    """Of the server behind a database; None where there is none (SQLite)."""
    if engine.dialect.name != "postgresql":
        return None
    with engine.connect() as conn:
        return int(_fields(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())[PARENT])


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
