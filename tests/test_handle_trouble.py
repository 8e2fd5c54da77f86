"""Handling while the database is out of reach: the mails are not blamed, and wait no lease for it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from ingest.mail import RawMail
from ombud import handle
from ombud.readers import Readers
from store import inbox
from store.database import is_waited_for
from tests.company import USER
from tests.desk import Desk

WAIT_S = 20


def test_a_database_out_of_reach_is_held_against_no_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    def work() -> int:
        return sum(handle.backlog(desk.office, Readers(desk.office.words, 0), lambda: False))

    with monkeypatch.context() as patch:
        patch.setattr(handle.gather, "facts", gone)
        for number in range(5):
            with pytest.raises(OperationalError):
                desk.put(
                    b"From: %s\r\nSubject: %d\r\n\r\n" % (USER.address.encode(), number)
                ) if not number else work()
    (mail,) = desk.mails()
    assert (mail.state, mail.traceback) == ("waiting", "")
    assert work() == 1
    (mail,) = desk.mails()
    assert (mail.state, mail.tries) == ("handled", 1)


def test_a_mail_is_still_blamed_for_what_it_breaks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OperationalError("SELECT", {}, _SyntaxTrouble())

    monkeypatch.setattr(handle.gather, "facts", broken)
    desk.put(b"From: a@x.example\r\nSubject: x\r\n\r\n")
    (mail,) = desk.mails()
    assert "SyntaxTrouble" in mail.traceback
    assert mail.tries == 1


class _SyntaxTrouble(Exception):
    """As SQLite reports a statement that it cannot run: no fault that passes."""

    sqlite_errorcode = 1


@pytest.mark.sqlite
def test_who_waits_to_write_need_not_wait_for_a_whole_claim(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, order, begun = desk.office, list[str](), Event()
    real = handle._handle

    def handled(*arguments: Any) -> object:
        order.append("mail")
        if len(order) == 1:
            threads.submit(other)
            assert begun.wait(WAIT_S)
            _comes_true(lambda: is_waited_for(arguments[0]))
        return real(*arguments)

    def other() -> None:
        begun.set()
        with office.engine.begin():
            order.append("other")

    _store(desk, [b"From: %d@x.example\r\nSubject: x\r\n\r\n" % number for number in range(5)])
    monkeypatch.setattr(handle, "_handle", handled)
    monkeypatch.setattr(handle, "TOGETHER_MIN", 2)
    with ThreadPoolExecutor(1) as threads:
        assert handle.next_mails(office) == 5
    assert order == [*["mail"] * 2, "other", *["mail"] * 3]


def _store(desk: Desk, contents: list[bytes]) -> None:
    now = desk.office.clock()
    with desk.office.engine.begin() as conn:
        for uid, content in enumerate(contents, 1):
            raw = RawMail(mailbox="it", uidvalidity=9, uid=uid, received_at=now, content=content)
            assert inbox.add(conn, raw, now)


def _comes_true(seen: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not seen():
        assert time.monotonic() < until
        time.sleep(0.001)
