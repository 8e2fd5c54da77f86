"""`python -m bench.fill URL --complaints N`: a database with that many complaints, by bulk inserts.

Copies of complaints that the program handled itself (`bench.mould`), each with number, complainant, times and ids of its
own and its entries in one valid chain; ten years of them, by 50,000 people, nearly all closed. Deterministic.
"""

import argparse
import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, insert

from bench import bulk, mould
from bench.mould import Id, Moment, Mould, Row
from ombud import logs
from ombud.demo.setting import SAMPLE
from store import events
from store.database import open_database
from store.fingerprint import fingerprint
from store.packing import packed
from store.schema import migrate
from store.tables import counter, event, event_detail, mail

PEOPLE = 50_000
STRIDE = 7_919
"""The next complaint is by somebody else; a prime, so that everybody has their turn."""
YEARS = 10
OPEN_MAX = 2_000
"""Open at a time; every fiftieth while there are fewer."""
OPEN_SHARE = 50
UPHELD_SHARE = 10
"""Every tenth of the closed was valid, and took the whole course."""
LATEST = timedelta(days=mould.LEFT_DAYS)
"""When the newest complaint came, before now: its whole course lies behind."""
CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is put into the cells of one copy."""

    words: dict[str, str]
    moments: list[datetime]
    first: Counter[str]
    """Of each table, the number of the copy's first row."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--complaints", type=int, default=1_000_000)
    parser.add_argument("--people", type=Path, help="Where the directory of the complainants is written to.")
    wanted = parser.parse_args()
    logs.configure("human", "error")
    if wanted.people:
        people(wanted.people)
    began = time.perf_counter()
    fill(open_database(wanted.url), wanted.complaints, datetime.now(UTC))
    print(f"{wanted.complaints} complaints in {time.perf_counter() - began:.0f} s")


def people(path: Path) -> None:
    """The sample's directory with the complainants besides."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write((SAMPLE / "people.csv").read_text("utf-8"))
        for number in range(PEOPLE):
            key, name, address = person(number)
            csv.writer(file).writerow((key, name, address, "开发工程师", "催收系统开发部", "", "zh", ""))


def person(number: int) -> tuple[str, str, str]:
    """Key, name and address of a complainant."""
    return f"P{number:05}", f"用户{number:05}", f"p{number:05}@corp.example"


def fill(engine: Engine, count: int, now: datetime) -> None:
    """Migrates an empty database and fills it."""
    migrate(engine)
    counted: Counter[int] = Counter()
    with bulk.writing(engine) as writer, ThreadPoolExecutor(1) as beside:
        before: Future[None] | None = None
        for rows in _chunks(count, now - LATEST, counted):
            # The rows before these are written while the next ones are made.
            if before is not None:
                before.result()
            before = beside.submit(_write, writer, rows)
    with engine.begin() as conn:
        values = [{"name": f"C-{year}", "value": value} for year, value in counted.items()]
        conn.execute(insert(counter), values)


def _write(writer: bulk.Writer, rows: dict[Table, list[list[Any]]]) -> None:
    for table, found in rows.items():
        writer.write(table, found)


def _chunks(count: int, latest: datetime, counted: Counter[int]) -> Iterator[dict[Table, list[list[Any]]]]:
    """All rows, a few thousand complaints at a time; `counted` is how many there are in each year."""
    moulds = mould.moulds()
    first = Counter({table.name: 1 for table in mould.TABLES})
    log = _Log()
    rows: dict[Table, list[list[Any]]] = defaultdict(list)
    for number in range(count):
        at = latest - timedelta(days=365 * YEARS) * (1 - (number + 1) / count)
        counted[at.year] += 1
        one = moulds[_course(number, count)]
        place = _place(one, at, (f"C-{at.year}-{counted[at.year]:05}", number), first)
        for row in one.rows:
            rows[row.table].append(_finished(row, _stamped(row, place)))
        entries = one.counts[event.name]
        log.chain(rows[event][-entries:], rows[event_detail][-entries:])
        first += Counter(one.counts)
        if number % CHUNK == CHUNK - 1:
            yield rows
            rows = defaultdict(list)
    yield rows


def _course(number: int, count: int) -> str:
    """Which mould is used; the newest are open."""
    left = count - 1 - number
    if left < min(OPEN_MAX, count // OPEN_SHARE):
        return f"{left % len(mould.STEPS)}"
    return "not_valid" if number % UPHELD_SHARE else "closed"


def _place(one: Mould, at: datetime, named: tuple[str, int], first: Counter[str]) -> Place:
    key, name, address = person(named[1] * STRIDE % PEOPLE)
    moments = [at + since for since in one.times]
    words = {f"t{number}": moment.isoformat() for number, moment in enumerate(moments)}
    words |= {"number": named[0], "key": key, "name": name, "address": address}
    return Place(words=words, moments=moments, first=first)


def _stamped(row: Row, place: Place) -> list[Any]:
    cells = list(row.same)
    for at, cell in row.others:
        if isinstance(cell, Moment):
            cells[at] = place.moments[cell.at]
        elif isinstance(cell, Id):
            cells[at] = place.first[cell.table] + cell.at
        else:
            cells[at] = cell.form % place.words
    return cells


_MAIL = [column.name for column in mail.c]
_CONTENT, _SIZE, _SHA256, _FINGERPRINT = map(_MAIL.index, ("content", "size_bytes", "sha256", "fingerprint"))


def _finished(row: Row, cells: list[Any]) -> list[Any]:
    """A mail with what is made of its bytes; any other row as it is."""
    if row.table is mail:
        raw = cells[_CONTENT].encode()
        cells[_CONTENT], cells[_SIZE] = packed(raw), len(raw)
        cells[_SHA256], cells[_FINGERPRINT] = sha256(raw).hexdigest(), fingerprint(raw)
    return cells


_EVENT = [column.name for column in event.c]
_COMMITMENT, _PREVIOUS, _HASH = map(_EVENT.index, ("commitment", "previous_hash", "hash"))


class _Log:
    """The one chain of all entries."""

    def __init__(self) -> None:
        self._last = events.GENESIS

    def chain(self, entries: list[list[Any]], details: list[list[Any]]) -> None:
        """The next entries hooked in; `details` are theirs, with their records as canonical JSON."""
        for entry, (_, salt, record) in zip(entries, details, strict=True):
            entry[_COMMITMENT] = sha256(f'["{salt}",{record}]'.encode()).hexdigest()
            entry[_PREVIOUS] = self._last
            row = dict(zip(_EVENT, entry, strict=True)) | {"replaces": []}
            entry[_HASH] = self._last = events.chained(row)


if __name__ == "__main__":
    main()
