"""Log lines: what a mail says cannot begin one, steer a terminal, or get into one at all."""

import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from ombud import logs, vitals
from ombud.vitals import Vitals
from store import database, schema, tables
from tests.company import USER
from tests.desk import Desk

FORMS = get_args(logs.Form)
HOSTILE = (
    "\x1b[2J",
    "x\x1b]0;title\x07",
    "\x9b31m",
    "a\nlevel=error event='mailbox unreachable'",
    "a\r2026-11-24 [critical ] forged",
    "a\u2028b\x85c\x0bd",
    "\u202egnp.exe",
    '"} {"event": "forged"',
)


def line(form: logs.Form, event: str, *, shows_addresses: bool = False, **fields: Any) -> str:
    made: Any = {"event": event, **fields}
    for step in logs.processors(form, is_coloured=False, shows_addresses=shows_addresses):
        made = step(None, "info", made)
    assert isinstance(made, str)
    return made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_a_value_stays_within_its_line_and_steers_no_terminal(form: logs.Form, value: str) -> None:
    made = line(form, "mail handled", matter=value)
    assert len(made.splitlines()) == 1, made
    assert made.isprintable(), made
    if form == "json":
        assert json.loads(made)["event"] == "mail handled"


@pytest.mark.parametrize("form", FORMS)
def test_words_in_chinese_stay_readable(form: logs.Form) -> None:
    assert "催收系统" in line(form, "mail handled", matter="催收系统")


@pytest.mark.parametrize("form", FORMS)
def test_a_line_is_one_write(form: logs.Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written in two, another thread gets in between: a library that says something by itself."""

    class Recorded(StringIO):
        def write(self, text: str) -> int:
            writes.append(text)
            return len(text)

    writes: list[str] = []
    monkeypatch.setattr(sys, "stderr", Recorded())
    logs.configure(form, "info")
    structlog.get_logger().info("mail handled")
    (written,) = writes
    assert "mail handled" in written
    assert written.endswith("\n")


def test_lines_of_a_traceback_are_marked_as_such() -> None:
    try:
        raise ValueError("no\n2026-11-24 12:00:00 [info     ] forged")
    except ValueError as trouble:
        made = line("human", "step ended", exc_info=trouble)
    first, *others = made.splitlines()
    assert "step ended" in first
    assert others[1:]
    assert [one for one in others[1:] if not one.startswith("  | ")] == []


def test_an_error_of_the_database_tells_no_values(tmp_path: Path) -> None:
    """SQLAlchemy puts them behind its message, from where they would come to the log and to the desk's alert."""
    engine = database.open_database(f"sqlite:///{tmp_path}/ombud.db")
    schema.migrate(engine)
    row = {"subject": "SECRET-WORDS", "rung": "a", "at": None}
    with pytest.raises(IntegrityError) as caught, engine.begin() as conn:
        conn.execute(insert(tables.once), row)
    engine.dispose()
    assert "NOT NULL" in str(caught.value)
    assert "SECRET-WORDS" not in str(caught.value)


def test_a_log_of_a_complaint_holds_neither_its_words_nor_its_sender(desk: Desk) -> None:
    with structlog.testing.capture_logs() as lines:
        desk.write(USER, "打印机坏了", "打印机坏了三天没人管，你们的服务太差，我要投诉。")
    assert [one["event"] for one in lines] == ["mail handled"]
    shown = json.dumps(lines, ensure_ascii=False, default=str)
    assert "打印机" not in shown
    assert USER.address not in shown


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "reason",
    [
        "550 5.1.1 <lin.xiao@corp.example>: no such user",
        "421 lin.xiao@corp.example, try later",
        "x" * 400 + " lin.xiao@corp.example",
        "Mailbox 'lin.xiao@corp.example' does not exist",
    ],
)
def test_an_address_that_a_server_quotes_is_written_at_debug_only(form: logs.Form, reason: str) -> None:
    assert "lin.xiao" not in line(form, "mailbox unreachable", reason=reason)
    assert "(address)" in line(form, "mailbox unreachable", reason=reason)
    assert "lin.xiao" in line(form, "mailbox unreachable", reason=reason, shows_addresses=True)


def test_no_address_is_told_by_the_second_path() -> None:
    state = Vitals(standing_s=0)
    state.failed(vitals.SMTP, "550 <lin.xiao@corp.example>: sender not allowed")
    (fault,) = state.standing()
    assert fault.reason == "550 <(address)>: sender not allowed"
