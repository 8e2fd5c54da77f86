"""No question that a mail, the clock, a list or the digest asks reads a table whole that grows with every mail."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy import event as listening

from ombud import digest, send, show
from process.outgoing import Outcome, Outgoing, Sent
from store import backlog, complaints, outbox, received, report_rows
from store.database import reading
from tests.company import DESK_A, USER
from tests.desk import Desk

GROWN = (
    "mail", "mail_sighting", "complaint", "escalation", "event", "event_detail", "outbox", "outbox_recipient",
)  # fmt: skip
PARTIAL = ("ix_mail_out_of_line",)
"""Indexes that hold but what is in hand."""
Asked = list[tuple[str, Any]]


class Taken:
    """A server that takes every mail."""

    def send(self, outgoing: Outgoing) -> Outcome:
        return Sent(reply="250 OK")


@contextmanager
def listened(engine: Engine) -> Iterator[Asked]:
    """Every statement of a while, with its parameters."""
    asked: Asked = []

    def hear(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        # How the test itself looks into the outbox.
        is_ours = statement.endswith("FROM outbox ORDER BY outbox.id")
        if not is_ours and statement.lstrip()[:6] in ("SELECT", "UPDATE", "DELETE") and not many:
            asked.append((statement, parameters))

    listening.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        listening.remove(engine, "before_cursor_execute", hear)


def a_complaint_on_its_way(desk: Desk) -> None:
    desk.write(USER, "催收系统登录不上", "报了两天一直没人管，我要投诉！")
    desk.answer(DESK_A, "task_accept", "受理")
    while send.due_mails(desk.office, Taken()):
        pass


def what_time_brings(desk: Desk) -> None:
    desk.write(USER, "催收系统登录不上", "报了两天一直没人管，我要投诉！")
    desk.move(days=1)


def what_is_shown(desk: Desk) -> None:
    now = desk.now
    with desk.office.engine.begin() as conn:
        digest.write(conn, desk.office, now - timedelta(days=1), now)
    with reading(desk.office.engine) as conn:
        backlog.read(conn, now)
        case = complaints.get(conn, "C-2026-00001")
        assert case is None
        received.of_matter(conn, "C-2026-00001")
        outbox.of_matter(conn, "C-2026-00001")
        list(show.all_complaints(conn, only_open=False, newest=100))
        list(show.all_complaints(conn, only_open=True, newest=100))
        list(received.each(conn, 100))
        list(outbox.each(conn, 100))


def a_report(desk: Desk) -> None:
    with reading(desk.office.engine) as conn:
        report_rows.since(conn, desk.now - timedelta(days=365))


@pytest.mark.parametrize("work", [a_complaint_on_its_way, what_time_brings, what_is_shown])
def test_nothing_that_is_asked_reads_a_grown_table_whole(desk: Desk, work: Callable[[Desk], None]) -> None:
    looked_into(desk, work)


@pytest.mark.sqlite
def test_a_report_reads_what_bears_on_its_period(desk: Desk) -> None:
    """PostgreSQL weighs by what lies in the tables whether a year of many is better read from an index."""
    looked_into(desk, a_report)


def looked_into(desk: Desk, work: Callable[[Desk], None]) -> None:
    with listened(desk.office.engine) as asked:
        work(desk)
    assert asked
    with desk.office.engine.begin() as conn:
        read = {"sqlite": read_whole_by_sqlite, "postgresql": read_whole_by_postgresql}[conn.dialect.name]
        wrong = {statement: found for statement, values in asked if (found := read(conn, statement, values))}
    assert not wrong, json.dumps(wrong, indent=1)


def read_whole_by_sqlite(conn: Connection, statement: str, values: Any) -> list[str]:
    plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    if "LIMIT" in statement and not any("TEMP B-TREE" in line for line in plan):
        # In the order of an index, as far as is wanted.
        return []
    return [line for line in plan if line.startswith("SCAN") and line.split()[1] in GROWN]


def read_whole_by_postgresql(conn: Connection, statement: str, values: Any) -> list[str]:
    # An empty table is read whole for good reason.
    conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
    answer = conn.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    return list(whole(answer[0]["Plan"], is_limited=False))


def whole(node: dict[str, Any], *, is_limited: bool) -> Iterator[str]:
    """The scans of grown tables without a condition on an index, but for those that end when enough is found."""
    is_scan = node["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan")
    is_whole = "Index Cond" not in node and node.get("Index Name") not in PARTIAL and not is_limited
    if is_scan and node["Relation Name"] in GROWN and is_whole:
        yield f"{node['Node Type']} on {node['Relation Name']}"
    is_limited = node["Node Type"] == "Limit" or (is_limited and node["Node Type"] != "Sort")
    for child in node.get("Plans", ()):
        yield from whole(child, is_limited=is_limited)
