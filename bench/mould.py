"""Complaints that the program itself handled, as moulds: every row of theirs, ready to be stamped out by the million.

A mould knows which cells hold the number, the complainant, an id or a time, wherever they stand; `bench.fill`
puts others there. So each copy is as consistent as the original. What goes out is kept as a stub (`STUB`), for the
final bytes of a mail are ten times as large as all else.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from bench import stage
from classify.people import Person
from ombud import config, remind, send, wiring
from process.outgoing import Outcome, Outgoing, Sent
from store.database import reading
from store.packing import packed, unpacked
from store.tables import complaint, event, event_detail, mail, mail_sighting, outbox, outbox_recipient
from tests.desk import Desk
from tests.site import ENGINEER, MANAGER, SERVICE_MANAGER, USER

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""When the originals came: nine o'clock in Shanghai on a Monday."""
STUB = packed(b"Subject: shortened by bench.fill\r\n\r\n")
LEFT_DAYS = 60
"""An open complaint lies so long; its ladder is behind then."""
SUBJECT, TEXT = "催收系统登录不上", "催收系统登录不上，报了两天一直没人管，我要投诉！"
FORM = "措施\n原因：连接池太小\n纠正措施：扩容\n预防措施：监控\n责任人：韩松\n计划完成：本月底"
SMALL_DESK: stage.Changes = {"roles": {"service_desk": [ENGINEER], "complaint_manager": ENGINEER}}
"""One engineer, so that each mail to the desk is one."""
STEPS = (
    (ENGINEER, "task_accept", "受理"),
    (ENGINEER, "task_judge", "有效 属实"),
    (ENGINEER, "task_assign", "分派 催收系统开发部 2天"),
    (MANAGER, "dispatch", FORM),
    (SERVICE_MANAGER, "task_verify", "通过"),
    (ENGINEER, "task_feedback", "批准"),
    (USER, "feedback", "确认，已经好了"),
)
"""The main line; a complaint that stays open has some of them behind it."""
NOT_VALID = (
    (ENGINEER, "task_accept", "受理"),
    (ENGINEER, "task_judge", "无效 查过，当时系统正常"),
    (USER, "not_valid", "确认"),
)
TABLES = (mail, mail_sighting, complaint, event, event_detail, outbox, outbox_recipient)
KEYS = {
    ("mail", "id"): "mail",
    ("mail_sighting", "id"): "mail_sighting",
    ("mail_sighting", "uid"): "mail_sighting",
    ("mail_sighting", "mail_id"): "mail",
    ("event", "seq"): "event",
    ("event", "mail_id"): "mail",
    ("event_detail", "seq"): "event",
    ("outbox", "id"): "outbox",
    ("outbox", "mail_id"): "mail",
    ("outbox_recipient", "outbox_id"): "outbox",
}
"""Columns that number rows, and of which table."""
_TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
_MESSAGE_ID = re.compile(r"\b(\d{1,4})@mail\.corp\.example")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, by its place among the times of the mould."""

    at: int


@dataclass(frozen=True, slots=True)
class Id:
    """The number of a row of this table, counted within the mould from 0."""

    table: str
    at: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text with %(names)s to be filled in; so is the message of a mail."""

    form: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, in the order of its columns: what is the same in every copy, and what is not, by place."""

    table: Table
    same: tuple[Any, ...]
    others: tuple[tuple[int, Moment | Id | Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mould:
    """One complaint with all its rows."""

    rows: tuple[Row, ...]
    times: tuple[timedelta, ...]
    """Since the complaint came."""
    counts: dict[str, int]
    """Rows of it in each table."""


def moulds() -> dict[str, Mould]:
    """Complaints by how far they are: 'closed', 'not_valid', and by the steps behind them, '0' to '6', such as were left
    lying until everybody had been reminded and told."""
    courses = {"closed": STEPS, "not_valid": NOT_VALID, **{f"{n}": STEPS[:n] for n in range(len(STEPS))}}
    return {name: _mould(steps) for name, steps in courses.items()}


def _mould(steps: Sequence[tuple[str, str, str]]) -> Mould:
    with tempfile.TemporaryDirectory() as name, _desk(Path(name)) as desk:
        desk.write(USER, SUBJECT, TEXT)
        send.due_mails(desk.office, _Taken())
        for address, notice, text in steps:
            desk.now += timedelta(hours=1)
            desk.answer(desk.office.organisation.who(address), notice, text)
            send.due_mails(desk.office, _Taken())
        for day in range(1, LEFT_DAYS):
            desk.now = START + timedelta(days=day, hours=1)
            remind.due(desk.office)
            send.due_mails(desk.office, _Taken())
        with reading(desk.office.engine) as conn:
            found = {table: [row._asdict() for row in conn.execute(select(table))] for table in TABLES}
        return _cast(found, desk.office.organisation.who(USER))


class _Taken:
    """A server that takes every mail."""

    def send(self, outgoing: Outgoing) -> Outcome:
        """Taken."""
        return Sent(reply="250 OK")


@contextmanager
def _desk(folder: Path) -> Iterator[Desk]:
    """The office of the example configuration, on a clock of its own."""
    office = wiring.office(config.load(stage.configured(folder, (143, 25), "desk", SMALL_DESK)))
    desk = Desk(office=office, now=START, organisation=office.organisation)
    desk.office = replace(office, clock=lambda: desk.now)
    try:
        yield desk
    finally:
        office.engine.dispose()


def _cast(found: dict[Table, list[dict[str, Any]]], user: Person) -> Mould:
    (number,) = (row["number"] for row in found[complaint])
    names = {number: "%(number)s", user.address: "%(address)s", user.name: "%(name)s", user.key: "%(key)s"}
    places = {table.name: _places(table, rows) for table, rows in found.items()}
    times = sorted({time for rows in found.values() for row in rows for time in _times(row)})
    caster = _Caster(names=names, places=places, times=times)
    return Mould(
        rows=tuple(caster.row(table, row) for table, rows in found.items() for row in rows),
        times=tuple(time - START for time in times),
        counts={table.name: len(rows) for table, rows in found.items()},
    )


def _places(table: Table, rows: list[dict[str, Any]]) -> dict[int, int]:
    """The place of each numbered row within its table."""
    key = "seq" if "seq" in table.c else "id"
    return {row[key]: at for at, row in enumerate(rows)} if key in table.c else {}


def _times(row: dict[str, Any]) -> Iterator[datetime]:
    for value in row.values():
        if isinstance(value, datetime):
            yield value
        elif isinstance(value, dict):
            yield from map(datetime.fromisoformat, _TIME.findall(json.dumps(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caster:
    names: dict[str, str]
    places: dict[str, dict[int, int]]
    times: list[datetime]

    def row(self, table: Table, row: dict[str, Any]) -> Row:
        # No two mails lay under one UID; that of the copy is the number of its row.
        values = {**row, "uid": row["id"]} if table is mail_sighting else row
        cells = [self._cell(table, column.name, values[column.name]) for column in table.c]
        is_other = [isinstance(cell, Moment | Id | Text) for cell in cells]
        return Row(
            table=table,
            same=tuple(None if other else cell for cell, other in zip(cells, is_other, strict=True)),
            others=tuple((at, cell) for at, cell in enumerate(cells) if is_other[at]),
        )

    def _cell(self, table: Table, name: str, value: Any) -> Any:
        if value is not None and (numbered := KEYS.get((table.name, name))):
            return Id(numbered, self.places[numbered][value])
        if isinstance(value, datetime):
            return Moment(self.times.index(value))
        if name == "content":
            return self._text(unpacked(value).decode()) if table is mail else STUB
        if isinstance(value, dict | list):
            # As `store.events` hashes it.
            return self._text(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        return self._text(value) if isinstance(value, str) else value

    def _text(self, value: str) -> Text | str:
        form = _MESSAGE_ID.sub(r"%(number)s.\1@mail.corp.example", value.replace("%", "%%"))
        for old, new in self.names.items():
            form = form.replace(old, new)
        form = _TIME.sub(self._time, form)
        return Text(form) if "%" in form else value

    def _time(self, found: re.Match[str]) -> str:
        return f"%(t{self.times.index(datetime.fromisoformat(found[0]))})s"
