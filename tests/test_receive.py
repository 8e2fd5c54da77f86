"""Taking mail in where the server files nothing, gives UIDs anew, or ends each conversation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ingest.filing import NotFiled
from ingest.imap import MailboxUnreachable
from ingest.mailbox import Mailbox
from ombud import receive, vitals
from ombud.receive import Backoff
from store import database, inbox, received
from tests.desk import Desk
from tests.servers import Dovecot
from tests.test_mailbox_trouble import MAIL, account


def stored(desk: Desk) -> list[bytes]:
    with database.reading(desk.office.engine) as conn:
        found = (received.get(conn, row.id) for row in received.listed(conn))
        return [mail.content for mail in found if mail is not None]


def test_mail_is_taken_in_while_the_server_files_nothing(
    desk: Desk, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise NotFiled("[OVERQUOTA] Quota exceeded")

    dovecot.append(user, MAIL % 1)
    what = vitals.filing("desk")
    with Mailbox.open(account(dovecot, user, file_to="done")) as box:
        with monkeypatch.context() as patch, capture_logs() as logs:
            patch.setattr("ingest.filing.file_away", refused)
            assert receive.take_in(desk.office, box) == 1
            dovecot.append(user, MAIL % 2)
            box.wait(5, lambda: False)
            assert receive.take_in(desk.office, box) == 1
        assert not desk.office.vitals.is_well(what)
        assert all("OVERQUOTA" in line["reason"] for line in logs if line["event"] == "mails not filed away")
        assert receive.take_in(desk.office, box) == 0
    assert desk.office.vitals.is_well(what)
    assert stored(desk) == [MAIL % 1, MAIL % 2]
    assert dovecot.contents(user, "done") == [MAIL % 1, MAIL % 2]


@pytest.mark.parametrize("file_to", ["", "done"])
def test_a_new_mail_under_an_old_uid_is_stored(desk: Desk, dovecot: Dovecot, user: str, file_to: str) -> None:
    dovecot.append(user, MAIL % 1)
    with Mailbox.open(account(dovecot, user)) as box:
        ((raw,),) = box.unseen(lambda _, __: set())
        # What lay there before the server was put back from its backup.
        before = replace(raw, content=MAIL % 0, received_at=raw.received_at - timedelta(days=1))
        with desk.office.engine.begin() as conn:
            inbox.add(conn, before, desk.now)
    with Mailbox.open(account(dovecot, user, file_to=file_to)) as box:
        assert receive.take_in(desk.office, box) == 1
        assert receive.take_in(desk.office, box) == 0
    with Mailbox.open(account(dovecot, user, file_to=file_to)) as box:
        assert receive.take_in(desk.office, box) == 0, "the UID stands for the new mail now"
    assert stored(desk) == [MAIL % 0, MAIL % 1]


def test_the_back_off_doubles_and_is_bounded() -> None:
    backoff = Backoff()
    pauses = [backoff.next_s() for _ in range(12)]
    assert pauses[0] <= 1.2
    assert 300 * 0.8 <= pauses[-1] <= 300 * 1.2
    backoff.reset()
    assert backoff.next_s() <= 1.2


class Box:
    """A mailbox that opens; what it does then is told."""

    has_idle = True

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def wait(self, *_: object) -> None:
        self._then()


@pytest.mark.parametrize(("lasts_s", "is_steady"), [(0.0, False), (40.0, True)])
def test_opening_alone_does_not_reset_the_back_off(
    desk: Desk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, lasts_s: float, is_steady: bool
) -> None:
    seconds, pauses = [0.0], list[float]()

    def ended() -> None:
        seconds[0] += lasts_s
        raise MailboxUnreachable("the server said BYE")

    monkeypatch.setattr(receive, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(receive, "pause", lambda pause_s, stop: pauses.append(pause_s))
    monkeypatch.setattr(receive, "take_in", lambda *_, **__: 0)
    box = Box(ended)
    box.account = account(dovecot, "nobody")  # type: ignore[attr-defined]
    monkeypatch.setattr(receive.Mailbox, "open", lambda _: box)
    receive.watch(
        desk.office,
        receive.Watched(account=account(dovecot, "nobody")),
        lambda: len(pauses) >= 5,
        lambda: None,
    )
    assert (max(pauses) <= 1.2) == is_steady, pauses
