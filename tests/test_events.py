"""The log tampered with in a real SQLite file, as somebody with the file and a database tool would do it."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import IntegrityError

from ombud import verify_log
from ombud.__main__ import main
from ombud.demo.setting import SAMPLE, edited
from process.case import Event, Party
from store import anchors, complaints, events, tables
from store.database import open_database, reading
from store.schema import migrate
from tests.site import EXAMPLE
from tests.test_store import FULL, NOW

SHANGHAI = timezone(timedelta(hours=8))
WHO = Party(key="k", name="李台", address="li@corp.example")
ACTS = ("recorded", "accepted", "judged_valid", "dispatched", "measures_reported", "verified")
TRIGGERS = (
    "event_no_update",
    "event_no_delete",
    "event_detail_no_delete",
    "anchor_no_update",
    "anchor_no_delete",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log of six entries on two complaints, with an anchor after the fourth; its guards taken away."""
    path = tmp_path / "ombud.db"
    engine = open_database(f"sqlite:///{path}")
    migrate(engine)
    with engine.begin() as conn:
        for number in ("C-2026-00001", "C-2026-00002"):
            complaints.insert_case(conn, replace(FULL, number=number))
        for count, what in enumerate(ACTS, 1):
            said = Event(
                at=NOW + timedelta(hours=count), actor=WHO, role="service_desk", what=what, text="理由"
            )
            events.append(conn, f"C-2026-0000{1 + count % 2}", (said,))
            if count == 4:
                anchors.write(conn, NOW.astimezone(SHANGHAI))
        assert list(events.breaks(conn)) == []
        assert list(anchors.check(conn)) == []
    engine.dispose()
    tampered(path, *(f"DROP TRIGGER {name}" for name in TRIGGERS))
    return path


def tampered(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def found(path: Path, *given: anchors.Anchor) -> list[tuple[int, str, str]]:
    engine = open_database(f"sqlite:///{path}")
    try:
        with reading(engine) as conn:
            breaks = (*events.breaks(conn), *anchors.check(conn, *given))
    finally:
        engine.dispose()
    return [(one.seq, one.number, one.problem) for one in breaks]


FIRST, SECOND = "C-2026-00001", "C-2026-00002"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE event SET what='closed' WHERE seq=2"], [(2, FIRST, "was changed")]),
        (["UPDATE event SET number='C-2026-00002' WHERE seq=2"], [(2, SECOND, "was changed")]),
        (["UPDATE event SET at='2026-11-20 00:00:00.000000' WHERE seq=3"], [(3, SECOND, "was changed")]),
        (["UPDATE event SET mail_id=9 WHERE seq=6"], [(6, FIRST, "was changed")]),
        (["UPDATE event SET role='complainant' WHERE seq=6"], [(6, FIRST, "was changed")]),
        (
            ["UPDATE event_detail SET record=replace(record, 'corp.example', 'evil.example') WHERE seq=3"],
            [(3, SECOND, "who acted or what they wrote")],
        ),
        (["UPDATE event_detail SET record='no json' WHERE seq=3"], [(3, "", "cannot be read")]),
        (["UPDATE event SET at='yesterday' WHERE seq=3"], [(3, "", "cannot be read")]),
        (["UPDATE event SET replaces='[[1, \"abc\"]]' WHERE seq=4"], [(1, SECOND, "who acted"), (4, FIRST, "was changed")]),
        (["DELETE FROM event_detail WHERE seq=5"], [(5, SECOND, "has lost its detail")]),
        (
            ["DELETE FROM event WHERE seq=3"],
            [(3, "", "is missing"), (4, FIRST, "does not follow")],
        ),
        (
            ["DELETE FROM event WHERE seq IN (2, 3)"],
            [(2, "", "to 3 are missing"), (4, FIRST, "does not follow")],
        ),
        (
            ["DELETE FROM event WHERE seq=1"],
            [(1, "", "is missing"), (2, FIRST, "does not follow")],
        ),
        (
            ["DELETE FROM event WHERE seq=3", "UPDATE event SET seq=seq-1 WHERE seq>3"],
            [(3, FIRST, "does not follow"), (3, FIRST, "was changed"), (3, FIRST, "who acted")],
        ),
        (
            ["UPDATE event SET seq=99 WHERE seq=2", "UPDATE event SET seq=2 WHERE seq=3", "UPDATE event SET seq=3 WHERE seq=99"],
            [(2, SECOND, "does not follow"), (2, SECOND, "was changed"), (3, FIRST, "does not follow")],
        ),
        (
            [
                "INSERT INTO event SELECT 7, number, at, role, 'closed', mail_id, commitment, replaces, hash, "
                "'f' || substr(hash, 2) FROM event WHERE seq=6"
            ],
            [(7, FIRST, "was changed"), (7, FIRST, "has lost its detail")],
        ),
        (["DELETE FROM event WHERE number='C-2026-00002'"], [(1, "", "is missing"), (0, SECOND, "has no entry at all")]),
        # What the chain itself cannot show, the anchor does: the end cut off…
        (["DELETE FROM event WHERE seq>3"], [(4, "", "cut off or rewritten")]),
        (["DELETE FROM event"], [(4, "", "cut off or rewritten")]),
        # …or the anchor moved.
        (["UPDATE anchor SET seq=5"], [(5, "", "is number 4 now")]),
        (["UPDATE anchor SET date='2026-11-01'"], [(4, "", "after that day")]),
    ],
    ids=lambda value: value[0][:70] if isinstance(value[0], str) else "",
)  # fmt: skip
def test_tampering_is_found_where_it_was_done(
    file: Path, statements: list[str], expected: list[tuple[int, str, str]]
) -> None:
    assert found(file) == []
    tampered(file, *statements)
    breaks = found(file)
    for seq, number, words in expected:
        assert any((seq, number) == one[:2] and words in one[2] for one in breaks), (statements, seq, breaks)


def rewritten(path: Path, change: Callable[[list[Event]], list[Event]]) -> None:
    """The whole log written anew, so that it holds together: the attack that no chain shows."""
    engine = open_database(f"sqlite:///{path}")
    with engine.begin() as conn:
        old = change([*events.trail(conn, FIRST), *events.trail(conn, SECOND)])
        conn.execute(delete(tables.event_detail))
        conn.execute(delete(tables.event))
        for number, said in zip((FIRST, SECOND) * 3, old, strict=False):
            events.append(conn, number, (said,))
        assert list(events.breaks(conn)) == []
    engine.dispose()


def test_a_log_written_anew_is_found_by_the_anchor_of_the_database(file: Path) -> None:
    rewritten(file, lambda old: old)
    assert [(seq, "cut off or rewritten" in words) for seq, _, words in found(file)] == [(4, True)]


def test_a_log_and_its_anchors_written_anew_are_found_by_a_mail(file: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    with reading(engine) as conn:
        (mailed,) = anchors.stored(conn)
    engine.dispose()
    rewritten(file, lambda old: old)
    tampered(file, "DELETE FROM anchor")
    assert found(file) == []
    (broken,) = found(file, anchors.read(mailed.mark))
    assert f"anchor of {mailed.date}" in broken[2]


def test_the_database_refuses_changes(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'ombud.db'}")
    migrate(engine)
    with engine.begin() as conn:
        complaints.insert_case(conn, FULL)
        events.append(conn, FULL.number, (Event(at=NOW, actor=WHO, role="", what="recorded"),))
        anchors.write(conn, NOW)
    refused = (
        update(tables.event).values(what="x"),
        delete(tables.event),
        delete(tables.event_detail),
        update(tables.anchor).values(seq=0),
        delete(tables.anchor),
    )
    for statement in refused:
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as conn:
            conn.execute(statement)


def test_an_anchor_a_day_and_it_stays(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'ombud.db'}")
    migrate(engine)
    evening = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
    with engine.begin() as conn:
        empty = anchors.write(conn, NOW)
        complaints.insert_case(conn, FULL)
        events.append(conn, FULL.number, (Event(at=NOW, actor=WHO, role="", what="recorded"),))
        assert anchors.write(conn, NOW) == empty
        assert empty.seq == 0
        later = anchors.write(conn, evening.astimezone(SHANGHAI))
        assert (later.date, later.seq) == (date(2026, 11, 25), 1)
        assert list(anchors.check(conn, anchors.read(later.mark), anchors.read(empty.mark))) == []


@pytest.mark.parametrize(
    "mark", ["", "abc@2026-11-24", "0" * 64, "0" * 64 + "@24.11.2026", "g" * 64 + "@2026-11-24"]
)
def test_what_is_no_mark_is_said(mark: str) -> None:
    with pytest.raises(ValueError, match="HASH@DATE"):
        anchors.read(mark)


def verified(path: Path, *words: str) -> tuple[int, str]:
    config = path.parent / "config.toml"
    config.write_text(
        edited(
            EXAMPLE.read_text("utf-8"),
            {
                "store": {"url": f"sqlite:///{path}"},
                "directory": {
                    "people": str(SAMPLE / "people.csv"),
                    "departments": str(SAMPLE / "departments.csv"),
                },
            },
        ),
        "utf-8",
    )
    done = CliRunner().invoke(main, ["--config", str(config), "verify-log", *words])
    return done.exit_code, done.output


def test_the_command_says_where_and_ends_with_1(file: Path) -> None:
    exit_code, output = verified(file)
    assert (exit_code, "intact" in output) == (0, True), output
    tampered(file, "UPDATE event SET what='closed' WHERE seq=2")
    exit_code, output = verified(file, "--json")
    record = json.loads(output)
    assert exit_code == 1, output
    assert [(b["event"], b["complaint"]) for b in record["breaks"]] == [(2, FIRST)]
    assert not record["is_intact"]
    exit_code, output = verified(file)
    assert exit_code == 1, output
    assert "C-2026-00001" in output


def test_the_command_takes_marks(file: Path) -> None:
    assert verified(file, "--anchor", "nonsense")[0] == 2
    assert verified(file, "--anchor", "a" * 64 + "@2026-11-24")[0] == 1


def test_a_good_engine_says_nothing_twice(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    engine: Engine = open_database(f"sqlite:///{file}")
    with reading(engine) as conn:
        assert verify_log.run(conn, (), as_json=False) == 0
        assert conn.execute(text("SELECT count(*) FROM event")).scalar() == len(ACTS)
    engine.dispose()
    assert capsys.readouterr().out.count("\n") == 2
