"""Mails read by other processes while many wait: the same as by the step itself, and nothing lost when one dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bench import mailbox
from classify import words
from ingest.mail import RawMail
from ombud import handle
from ombud.readers import FULL_CLAIMS, Read, Readers, Unread, read
from store import inbox, received
from tests.desk import Desk

MAILS = list(mailbox.messages(handle.BATCH))
WAIT_S = 30


@pytest.fixture
def readers() -> Iterator[Readers]:
    with Readers(words.load(), 1) as found:
        for _ in range(FULL_CLAIMS + 1):
            found.begin((), is_full=True)
        _wait_for_processes(found)
        yield found


def _wait_for_processes(readers: Readers) -> None:
    """They start by themselves; until they are there, nothing is given to them."""
    until = time.monotonic() + WAIT_S
    while readers.claims_ahead == 1 and time.monotonic() < until:
        time.sleep(0.01)


def test_read_along_is_read_the_same(readers: Readers) -> None:
    alone = read(MAILS, words.load())
    along = readers.begin(MAILS, is_full=True)
    assert readers.claims_ahead == 2
    assert along() == alone, "with the raw bytes and in the same order"


def test_no_process_for_a_few_mails() -> None:
    # One of another test may still be about to end.
    before = set(_processes())
    with Readers(words.load(), 1) as found:
        for is_full in (*[True] * FULL_CLAIMS, False, True):
            found.begin((), is_full=is_full)
        assert set(_processes()) <= before


def test_none_when_none_may_help() -> None:
    with Readers(words.load(), 0) as found:
        for _ in range(FULL_CLAIMS + 2):
            found.begin(MAILS, is_full=True)
        assert found.claims_ahead == 1


def test_what_breaks_a_reader_is_told_for_its_mail_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def understand(raw: bytes, _: object) -> object:
        return len(raw) if raw else raw[0]

    monkeypatch.setattr("ombud.readers.understand", understand)
    first, second = read([b"", b"abc"], words.load())
    assert isinstance(first, Unread)
    assert "IndexError" in first.traceback
    assert second == 3


class Attacked(Readers):
    """Readers whose processes are killed as soon as they have something to read."""

    begun = 0

    def begin(self, contents: Sequence[bytes], *, is_full: bool) -> Callable[[], list[Read]]:
        has_processes = self.claims_ahead > 1
        try:
            return super().begin(contents, is_full=is_full)
        finally:
            self.begun += 1
            if has_processes:
                for process in _processes():
                    os.kill(process, signal.SIGKILL)
            elif self.begun == FULL_CLAIMS + 1:
                _wait_for_processes(self)


def test_a_process_that_is_ended_costs_a_try_and_no_mail(desk: Desk) -> None:
    count = handle.BATCH * (FULL_CLAIMS + 3)
    with desk.office.engine.begin() as conn:
        for uid, content in enumerate(mailbox.messages(count), 1):
            now = desk.office.clock()
            raw = RawMail(mailbox="it", uidvalidity=9, uid=uid, received_at=now, content=content)
            assert inbox.add(conn, raw, now)
    office = replace(desk.office, limits=replace(desk.office.limits, retry_s=0.0))
    with Attacked(office.words, 1) as readers:
        assert sum(handle.backlog(office, readers, lambda: False)) > count, "some were handled again"
    with office.engine.begin() as conn:
        rows = received.listed(conn)
    assert {row.state for row in rows} == {"handled"}
    assert max(row.tries for row in rows) == 2, "some were tried again"


def _processes() -> Iterator[int]:
    """Those that read along."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread or a child may have ended since
            for child in (task / "children").read_text().split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield int(child)


PARENT = """
import sys, time
from classify import words
from ombud.readers import FULL_CLAIMS, Readers
if __name__ == "__main__":
    readers = Readers(words.load(), 1)
    for _ in range(FULL_CLAIMS + 1):
        readers.begin([b"Subject: hello"], is_full=True)
    while readers.claims_ahead == 1:
        time.sleep(0.01)
    readers.begin([b"Subject: hello"], is_full=True)()
    print("reading", flush=True)
    time.sleep(60)
"""


def test_the_processes_end_with_a_service_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    with subprocess.Popen(
        [sys.executable, str(program)], stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout is not None
        assert "reading\n" in iter(parent.stdout.readline, "")
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.kill()
    until = time.monotonic() + WAIT_S
    while any(_lives(child) for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert children
    assert not any(_lives(child) for child in children)


def _lives(pid: str) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
