"""What only PostgreSQL does: its refusals told clearly, its locks, faults that pass by, many writers on one log."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ombud import check as checking
from process.case import Event, Party
from store import complaints, database, events, inbox, once, received, tables
from store.database import DatabaseUnusable, deciding, is_passing, open_database, reading
from store.schema import check, migrate
from tests.postgresql import HOST, PASSWORD, Postgresql
from tests.servers import free_port
from tests.test_store import FULL, MAIL, NOW, raw

pytestmark = pytest.mark.postgresql


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    engine = open_database(store_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: url.replace(PASSWORD, "falsch-4711"), "password authentication failed"),
        (lambda url: f"{url}_not_there", "does not exist"),
        (lambda url: url.replace(url.split(":")[-1].split("/")[0], str(free_port())), "Connection refused"),
    ],
    ids=["password", "database", "port"],
)
def test_what_is_wrong_is_said_without_the_password(
    store_url: str, change: Callable[[str], str], said: str
) -> None:
    wrong = change(store_url)
    with pytest.raises(DatabaseUnusable, match=said) as told:
        check(wrong)
    result = checking._tried("database", lambda: check(wrong))
    assert not result.is_ok
    for words in (str(told.value), result.detail, repr(open_database(wrong).url)):
        assert PASSWORD not in words
        assert "falsch-4711" not in words
        assert "\n" not in words
    assert ":***@" in repr(open_database(wrong).url)


def test_a_missing_driver_is_said_with_what_to_install(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnusable, match=r"pip install 'ombud\[postgres\]'"):
        open_database(store_url)


def test_a_database_of_another_encoding_is_refused(postgres: Postgresql) -> None:
    postgres.execute(
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    with pytest.raises(DatabaseUnusable, match="ENCODING 'UTF8'"):
        check(postgres.url("latin"))
    postgres.drop(postgres.url("latin"))


def test_the_log_refuses_update_delete_and_truncate(engine: Engine) -> None:
    with engine.begin() as conn:
        events.append(conn, "", (Event(at=NOW, actor=Party(), role="", what="noted"),))
    for statement in (
        update(tables.event).values(number="x"),
        delete(tables.event),
        text("TRUNCATE event CASCADE"),
        text("TRUNCATE event_detail"),
        delete(tables.event_detail),
        text("TRUNCATE anchor"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as conn:
            conn.execute(statement)


def test_many_writers_make_one_chain_and_numbers_without_gaps(engine: Engine) -> None:
    writers, rounds = 6, 8
    numbers: list[str] = []
    troubles: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(rounds):
                with deciding(engine) as conn:
                    numbers.append(complaints.next_number(conn, 2026))
                    events.append(conn, "", (Event(at=NOW, actor=Party(), role="", what="noted"),) * 2)
        except BaseException as trouble:
            troubles.append(trouble)

    _together(work, writers)
    assert troubles == []
    assert sorted(numbers) == [f"C-2026-{n:05}" for n in range(1, writers * rounds + 1)]
    with reading(engine) as conn:
        assert events.end(conn)[0] == writers * rounds * 2
        assert events.verify(conn) == ""


def test_the_same_mail_by_two_readers_at_once_is_one_mail(engine: Engine) -> None:
    ids: list[int | None] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        with engine.begin() as conn:
            ids.append(inbox.add(conn, raw(mailbox=f"box {threading.get_ident()}"), NOW))
            time.sleep(0.05)

    _together(work, 4)
    assert sorted(ids, key=str) == [1, None, None, None]
    with reading(engine) as conn:
        assert len(received.listed(conn)) == 1
        assert conn.execute(text("SELECT count(*) FROM mail_sighting")).scalar_one() == 4


def test_a_rung_is_taken_by_one_of_those_who_ask_at_once(engine: Engine) -> None:
    taken: list[bool] = []

    def work() -> None:
        with engine.begin() as conn:
            taken.append(once.take(conn, "C-2026-00001", "remind-1", NOW))

    _together(work, 5)
    assert sorted(taken) == [False] * 4 + [True]


def test_hosts_that_start_together_migrate_once(postgres: Postgresql) -> None:
    url = postgres.create(template="template0")
    troubles: list[BaseException] = []

    def work() -> None:
        new = open_database(url)
        try:
            migrate(new)
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            new.dispose()

    _together(work, 3)
    assert troubles == []
    assert check(url).startswith("postgresql, schema 0")
    postgres.drop(url)


def _together(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def failure(engine: Engine, do: Callable[[Any], object]) -> DBAPIError:
    with pytest.raises(DBAPIError) as failed, engine.begin() as conn:
        do(conn)
    return failed.value


def cut_off(conn: Any) -> None:
    conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_faults_that_pass_are_told_from_those_that_stay(engine: Engine) -> None:
    def state(code: str) -> Callable[[Any], object]:
        return lambda conn: conn.execute(
            text(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")
        )

    for code in ("40001", "40P01", "53100", "53300", "57P01", "57P03", "58030", "25006", "55P03"):
        assert is_passing(failure(engine, state(code))), code
    for code in ("57014", "22001", "23505", "42P01", "P0001"):
        assert not is_passing(failure(engine, state(code))), code
    assert is_passing(failure(engine, cut_off))
    with (
        pytest.raises(DBAPIError) as refused,
        open_database(f"postgresql://x@{HOST}:{free_port()}/x").connect(),
    ):
        pass
    assert is_passing(refused.value)
    assert not is_passing(ValueError())


def test_the_pool_gets_over_a_server_that_was_away(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(insert(tables.counter).values(name="x", value=1))
    with engine.connect() as one:
        pid = one.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with open_database(engine.url.render_as_string(hide_password=False)).begin() as other:
        other.execute(text(f"SELECT pg_terminate_backend({pid})"))
    other.engine.dispose()
    with reading(engine) as conn:
        assert conn.execute(text("SELECT count(*) FROM counter")).scalar_one() == 1


def test_who_hangs_in_a_step_does_not_hold_the_log_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_IN_STEP_MS", 300)
    hung = engine.connect()
    transaction = hung.begin()
    began = time.monotonic()
    database.hold_log(hung)
    with deciding(engine) as conn:
        events.append(conn, "", (Event(at=NOW, actor=Party(), role="", what="noted"),))
    assert time.monotonic() - began > 0.2, "it had held it until then"
    with pytest.raises(DBAPIError) as ended:
        hung.execute(text("SELECT 1"))
    assert is_passing(ended.value)
    transaction.close()
    hung.close()


def test_reading_is_a_snapshot_that_cannot_write(engine: Engine) -> None:
    with reading(engine) as reader:
        assert received.listed(reader) == ()
        with engine.begin() as conn:
            complaints.insert_case(conn, FULL)
            inbox.add(conn, raw(MAIL), NOW)
        assert received.listed(reader) == ()
        with pytest.raises(DBAPIError, match="read-only"):
            inbox.add(reader, raw(MAIL), NOW)
