"""Handling while the database is out of reach: the mails are not blamed, and wait no lease for it."""

import pytest
from sqlalchemy.exc import OperationalError

from ombud import handle
from ombud.readers import Readers
from tests.company import USER
from tests.desk import Desk


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
