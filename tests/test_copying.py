"""`ombud copy-database` between real files and a real server: whole, verified, or marked as unfinished."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, text

from ombud.__main__ import main
from store import copying
from store.database import DatabaseUnusable, open_database, reading
from store.schema import check, migrate
from tests.company import DESK_A, USER
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.postgresql import Postgresql

COMPLAINT = "催收系统登录不上，报了两天一直没人管，我要投诉！"


@pytest.fixture
def filled(tmp_path: Path) -> str:
    """A SQLite database with complaints, mails, a trail and an outbox."""
    with open_desk(tmp_path) as desk:
        _complain(desk)
    return f"sqlite:///{tmp_path}/ombud.db"


def _complain(desk: Desk) -> None:
    desk.write(USER, "登录不上", COMPLAINT)
    desk.answer(DESK_A, "task_accept", "受理")
    desk.write("stranger@other.example", "half and nul", "other \0 mail, thank you")


@pytest.fixture
def empty(postgres: Postgresql) -> Iterator[str]:
    url = postgres.create(template="template0")
    yield url
    postgres.drop(url)


def copy(source: str, target: str) -> Result:
    return CliRunner().invoke(main, ["copy-database", source, target])


def rows(url: str) -> dict[str, list[Any]]:
    engine = open_database(url)
    with reading(engine) as conn:
        found = {
            table.name: [
                tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in copying.tables()
        }
    engine.dispose()
    return found


def test_there_and_back_every_row_is_the_same(filled: str, empty: str, tmp_path: Path) -> None:
    there = copy(filled, empty)
    assert there.exit_code == 0, there.output
    assert "geheim" not in there.output
    back = copy(empty, f"sqlite:///{tmp_path}/back.db")
    assert back.exit_code == 0, back.output
    original = rows(filled)
    assert sum(map(len, original.values())) >= 20
    assert rows(empty) == original
    assert rows(f"sqlite:///{tmp_path}/back.db") == original


def test_work_goes_on_in_the_copy(filled: str, empty: str) -> None:
    assert copy(filled, empty).exit_code == 0
    with open_desk(empty) as desk:
        desk.write(USER, "报表迟迟不给", "报表拖了一周，打电话没人接，非常不满！")
        assert len(desk.cases()) == 2
        assert len(desk.mails()) == 4


def interrupted(source: str, target: str) -> Engine:
    ours, theirs = open_database(source), open_database(target)

    def told(table: str, count: int) -> None:
        raise KeyboardInterrupt

    copying.begin(ours, theirs)
    with pytest.raises(KeyboardInterrupt):
        copying.fill(ours, theirs, told)
    ours.dispose()
    return theirs


def test_an_interrupted_copy_says_so_and_cannot_be_worked_on(filled: str, empty: str) -> None:
    target = interrupted(filled, empty)
    with pytest.raises(DatabaseUnusable, match="unfinished copy"):
        check(empty)
    with pytest.raises(DatabaseUnusable, match="unfinished copy"):
        migrate(target)
    target.dispose()
    again = copy(filled, empty)
    assert again.exit_code == 1
    assert "unfinished copy" in again.stderr


@pytest.fixture
def tampered(filled: str) -> str:
    engine = open_database(filled)
    with engine.begin() as conn:
        conn.execute(text("DROP TRIGGER event_no_update"))
        conn.execute(text("UPDATE event SET what = 'refused' WHERE seq = 2"))
    engine.dispose()
    return filled


def test_a_log_that_does_not_hold_together_is_no_finished_copy(tampered: str, empty: str) -> None:
    done = copy(tampered, empty)
    assert done.exit_code == 1
    assert "entry 2" in done.stderr
    with pytest.raises(DatabaseUnusable, match="unfinished copy"):
        check(empty)


def test_a_missing_row_is_told(filled: str, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    batches: Callable[..., Any] = copying._batches

    def losing(conn: Any, table: Any) -> Iterator[list[dict[str, Any]]]:
        for batch in batches(conn, table):
            yield batch[:-1] if table.name == "outbox_recipient" else batch

    monkeypatch.setattr(copying, "_batches", losing)
    done = copy(filled, empty)
    assert done.exit_code == 1
    assert "outbox_recipient: " in done.stderr


def test_nothing_is_copied_over_records_or_out_of_nothing(filled: str, empty: str, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    over = copy(filled, filled.replace("ombud.db", "new.db"))
    assert over.exit_code == 0
    assert copy(filled, new).exit_code == 2
    nothing = copy(f"sqlite:///{tmp_path}/none.db", empty)
    assert (nothing.exit_code, "nothing to copy" in nothing.stderr) == (2, True)


HOLDER = """
import sys
from store import occupancy
with occupancy.sole(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_service_at_work_on_either_side_is_told(filled: str, empty: str) -> None:
    command = [sys.executable, "-c", HOLDER, filled]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        assert service.stdout.readline() == "held\n"
        held = copy(filled, empty)
        service.communicate()
    assert (held.exit_code, "stop it first" in held.stderr) == (3, True)
    engine = open_database(empty)
    with engine.connect():
        busy = copy(filled, empty)
    engine.dispose()
    assert (busy.exit_code, "stop it first" in busy.stderr) == (3, True)
