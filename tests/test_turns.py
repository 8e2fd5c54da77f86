"""Writers to one SQLite file take turns: none keeps another out, and no turn is lost when a transaction fails."""

from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from statistics import median
from threading import Event
from time import sleep

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from store.database import lightly, open_database, reading

WAIT_S = 20


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    found = open_database(f"sqlite:///{tmp_path / 'turns.db'}")
    with found.begin() as conn:
        conn.execute(text("CREATE TABLE wrote (who TEXT)"))
    return found


def write(engine: Engine, who: str, held_s: float = 0.0) -> None:
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO wrote VALUES (:who)"), {"who": who})
        sleep(held_s)


def test_who_writes_again_and_again_keeps_nobody_out(engine: Engine) -> None:
    is_over = Event()

    def busy() -> None:
        while not is_over.is_set():
            write(engine, "busy", held_s=0.02)

    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(busy)
        try:
            for _ in range(20):
                write(engine, "other")
        finally:
            is_over.set()
        working.result(WAIT_S)
    with reading(engine) as conn:
        wrote = [row.who for row in conn.execute(text("SELECT who FROM wrote ORDER BY rowid"))]
    in_a_row = [len(list(turns)) for who, turns in groupby(wrote) if who == "busy"]
    # The median, for on a busy machine the other may come late to a turn.
    assert median(in_a_row) <= 2, f"about one turn each, not {in_a_row}"


def test_a_failed_commit_passes_its_turn_on(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE child (who TEXT REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))
        conn.execute(text("CREATE TABLE parent (who TEXT PRIMARY KEY)"))
    with pytest.raises(IntegrityError), engine.begin() as conn:
        conn.execute(text("INSERT INTO child VALUES ('orphan')"))
    with ThreadPoolExecutor(1) as threads:
        threads.submit(write, engine, "other").result(WAIT_S)


def test_what_may_be_undone_by_a_power_cut_is_said_for_each_transaction(engine: Engine) -> None:
    full, normal = 2, 1
    with engine.begin() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == full
    with lightly(engine) as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == normal
    with engine.begin() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == full, (
            "on the same connection of the pool"
        )


def test_a_failed_transaction_passes_its_turn_on(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.begin():
        raise ZeroDivisionError
    with ThreadPoolExecutor(1) as threads:
        threads.submit(write, engine, "other").result(WAIT_S)


def test_a_reader_waits_for_no_turn(engine: Engine) -> None:
    def count() -> int:
        with reading(engine) as conn:
            return int(conn.execute(text("SELECT count(*) FROM wrote")).scalar_one())

    with ThreadPoolExecutor(1) as threads, engine.begin() as conn:
        conn.execute(text("INSERT INTO wrote VALUES ('not yet seen')"))
        assert threads.submit(count).result(WAIT_S) == 0
