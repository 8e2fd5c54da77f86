"""The service reports: each whole, saved only on top of the version that it was read at."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from process.report import Report, ReportState
from store.complaints import Stale
from store.record import from_json, to_json
from store.tables import report as table


def get(conn: Connection, number: str) -> Report | None:
    """A report by its number."""
    record = conn.execute(select(table.c.record).where(table.c.number == number)).scalar()
    return None if record is None else from_json(Report, record)


def numbers(conn: Connection, among: Collection[str]) -> frozenset[str]:
    """Which of some numbers there are reports of."""
    return frozenset(conn.execute(select(table.c.number).where(table.c.number.in_(among))).scalars())


def listed(conn: Connection, state: ReportState | None = None) -> tuple[Report, ...]:
    """All reports, or those in a state, by number."""
    query = select(table.c.record).order_by(table.c.number)
    if state is not None:
        query = query.where(table.c.state == state.value)
    return tuple(from_json(Report, record) for record in conn.execute(query).scalars())


def save(conn: Connection, report: Report) -> None:
    """The report as the version after the one that it was read at. Raises Stale."""
    columns = _columns(replace(report, version=report.version + 1))
    if report.version == 0:
        _insert(conn, report.number, columns)
        return
    changed = conn.execute(
        update(table)
        .where(table.c.number == report.number, table.c.version == report.version)
        .values(**columns)
    )
    if changed.rowcount != 1:
        raise Stale(report.number)


def _insert(conn: Connection, number: str, columns: dict[str, Any]) -> None:
    try:
        conn.execute(insert(table).values(number=number, **columns))
    except IntegrityError as doubled:
        raise Stale(number) from doubled


def _columns(report: Report) -> dict[str, Any]:
    return {
        "version": report.version,
        "state": report.state.value,
        "made_at": report.made_at,
        "published_at": report.published_at,
        "record": to_json(report),
    }
