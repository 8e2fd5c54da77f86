"""docs/threats.md: every defence and every test that it names is there; and what no other file tests of it."""

import ast
import json
import re
import time
from functools import cache
from pathlib import Path

from ombud import show
from store import database, outbox, received
from tests.company import DESK_A, USER
from tests.desk import Desk

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(test_\w+\.py)::(\w+)`")
PLACE = re.compile(r"`((?:\w+/)+\w+\.py):(\w+)`")
HOSTILE = ("a", "\t", " \n", "写道", ".", "at 1", "不满意 ", "如果", "> ", "[ ", "a@b.", "1.")
"""Repeated, they are what quadratic expressions of ours would fall for."""
TEXT_CHARS = 200_000
TAKES_S_MAX = 3
"""Of processor time; some hundredths are usual."""
CODE = re.compile(r"[0-9a-z]{3}-[A-Za-z0-9_-]{12}")


@cache
def names(path: str) -> frozenset[str]:
    """What a file defines at its top."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    defined = (n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef))
    assigned = (n for n in tree.body if isinstance(n, ast.Assign | ast.AnnAssign))
    targets = (t for n in assigned for t in (n.targets if isinstance(n, ast.Assign) else [n.target]))
    return frozenset({n.name for n in defined} | {t.id for t in targets if isinstance(t, ast.Name)})


def test_every_test_that_the_page_names_exists() -> None:
    named = TEST.findall(PAGE)
    assert len(named) > 60
    assert [f"{file}::{name}" for file, name in named if name not in names(f"tests/{file}")] == []


def test_every_defence_that_the_page_names_exists() -> None:
    named = PLACE.findall(PAGE)
    assert len(named) > 40
    assert [f"{file}:{name}" for file, name in named if name not in names(file)] == []


def test_every_threat_has_a_defence_and_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and "---" not in line]
    heads = {"who wants what", "where", "with what", "what"}
    threats = [row for row in rows if row.split("|")[1].strip() not in heads]
    assert len(threats) > 30
    assert [row for row in threats if not TEST.search(row.split("|")[3])] == []


def test_lists_show_no_token(desk: Desk) -> None:
    desk.write(USER, "打印机坏了", "打印机坏了三天没人管，你们的服务太差，我要投诉。")
    desk.answer(DESK_A, "task_accept", "受理")
    (case,) = desk.cases()
    (task, *_) = desk.got(DESK_A, "task_accept")
    with database.reading(desk.office.engine) as conn:
        lists = [show.mail_line(row) for row in received.listed(conn)]
        lists += [show.outbox_line(row) for row in outbox.listed(conn)]
        lists.append(show.complaint_whole(conn, case))
    assert CODE.search(task.subject), "what is looked for"
    assert CODE.findall(json.dumps(lists, ensure_ascii=False)) == []
    assert case.number in lists[1]["subject"], "the number stays"


def test_no_text_takes_long_from_the_mailbox_to_the_outbox(desk: Desk) -> None:
    """Each meets all regular expressions on its way; what is worse than linear there takes minutes."""
    desk.write(USER, "打印机坏了", "打印机坏了三天没人管，你们的服务太差，我要投诉。")
    for unit in HOSTILE:
        text = unit * (TEXT_CHARS // len(unit)) + "x"
        start = time.thread_time()
        desk.write(USER, "打印机", text)
        desk.answer(DESK_A, "task_accept", text)
        assert time.thread_time() - start < TAKES_S_MAX, repr(unit)
    assert len(desk.mails()) == 1 + 2 * len(HOSTILE), "all of them were handled"


def test_words_of_a_mail_are_no_sql(desk: Desk) -> None:
    words = "x'); DROP TABLE complaint; -- %s :a ? \\"
    desk.write("\"'; DELETE FROM mail; --\" <o'neil@other.example>", words, f"{words} 服务太差，我要投诉。")
    desk.write(USER, "打印机坏了", "打印机坏了三天没人管，你们的服务太差，我要投诉。")
    first, second = desk.cases()
    assert first.subject == words
    assert first.complainant.address == "o'neil@other.example"
    assert second.complainant.address == USER.address
    assert len(desk.mails()) == 2
