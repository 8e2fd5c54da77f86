"""The IMAP edge when things happen meanwhile: mails vanish, UIDs change, connections die."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.filing import NotFiled
from ingest.imap import ImapAccount, MailboxRefused, MailboxUnreachable
from ingest.mailbox import Mailbox
from tests import servers
from tests.servers import HOST, PASSWORD, Dovecot

MAIL = b"From: a@x.example\r\nSubject: %d\r\n\r\nbody\r\n"
CALM = 200
"""Looks at `stop` that a quiet wait of some seconds may take; a loop that spins takes a hundred thousand."""


def account(dovecot: Dovecot, user: str, **more: object) -> ImapAccount:
    settings: dict[str, object] = {
        "name": "desk", "host": HOST, "port": dovecot.plain, "user": user, "password": PASSWORD,
        "security": "plain", "timeout_s": 20,
    }  # fmt: skip
    return ImapAccount(**{**settings, **more})  # type: ignore[arg-type]


def nothing_known(uidvalidity: int, uids: Sequence[int]) -> set[int]:
    return set()


def remove(dovecot: Dovecot, user: str, uid: int) -> None:
    """As another mail program would, over a connection of its own."""
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.delete_messages([uid])
        client.expunge()


def test_a_mail_marked_as_deleted_is_left_out(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1, MAIL % 2)
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.delete_messages([1])
    with Mailbox.open(account(dovecot, user)) as box:
        assert [raw.content for batch in box.unseen(nothing_known) for raw in batch] == [MAIL % 2]


def test_a_mail_that_vanishes_before_it_is_fetched_is_left_out(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1, MAIL % 2, MAIL % 3)

    def known(uidvalidity: int, uids: Sequence[int]) -> set[int]:
        remove(dovecot, user, uids[1])
        return set()

    with Mailbox.open(account(dovecot, user)) as box:
        found = [raw.content for batch in box.unseen(known) for raw in batch]
    assert found == [MAIL % 1, MAIL % 3]


@pytest.fixture(scope="module")
def old_dovecot() -> Iterator[Dovecot]:
    """A server without MOVE."""
    with servers.dovecot("IMAP4rev1 UIDPLUS") as server:
        yield server


@pytest.mark.parametrize("age", ["dovecot", "old_dovecot"])
def test_a_mail_that_vanishes_before_it_is_filed_does_not_keep_the_others(
    age: str, user: str, request: pytest.FixtureRequest
) -> None:
    server: Dovecot = request.getfixturevalue(age)
    server.append(user, MAIL % 1, MAIL % 2, MAIL % 3)
    with Mailbox.open(account(server, user, file_to="done")) as box:
        (batch,) = box.unseen(nothing_known)
        remove(server, user, batch[0].uid)
        box.file_away([raw.uid for raw in batch])
    assert server.contents(user) == []
    assert server.contents(user, "done") == [MAIL % 2, MAIL % 3]


def test_filing_what_is_all_gone_is_nothing(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1)
    with Mailbox.open(account(dovecot, user, file_to="done")) as box:
        (batch,) = box.unseen(nothing_known)
        remove(dovecot, user, batch[0].uid)
        box.file_away([batch[0].uid])
    assert dovecot.contents(user, "done") == []


def test_without_uidplus_what_somebody_else_marked_stays(user: str) -> None:
    with servers.dovecot("IMAP4rev1") as server:
        server.append(user, MAIL % 1, MAIL % 2)
        with server.client(user) as client:
            client.select_folder("INBOX")
            client.delete_messages([2])
        with Mailbox.open(account(server, user, file_to="done")) as box:
            (batch,) = box.unseen(nothing_known)
            box.file_away([raw.uid for raw in batch])
            assert list(box.unseen(nothing_known)) == [], "the filed mail is not found again"
        assert server.contents(user) == [MAIL % 1, MAIL % 2]
        assert server.contents(user, "done") == [MAIL % 1]


def test_a_new_uidvalidity_is_seen_when_the_mailbox_is_opened_anew(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1)
    with Mailbox.open(account(dovecot, user)) as box:
        before = box.uidvalidity
    # UIDVALIDITY is a time in seconds: within the same second it would be the same again.
    time.sleep(1.1)
    dovecot.forget_uids(user)
    asked: list[int] = []

    def known(uidvalidity: int, uids: Sequence[int]) -> set[int]:
        asked.append(uidvalidity)
        return set()

    with Mailbox.open(account(dovecot, user)) as box:
        ((raw,),) = box.unseen(known)
    assert raw.content == MAIL % 1
    assert asked == [raw.uidvalidity]
    assert raw.uidvalidity != before


def test_trouble_of_the_record_is_not_called_trouble_of_the_mailbox(dovecot: Dovecot, user: str) -> None:
    def broken(uidvalidity: int, uids: Sequence[int]) -> set[int]:
        raise OSError("the disk of the database is full")

    dovecot.append(user, MAIL % 1)
    with Mailbox.open(account(dovecot, user)) as box, pytest.raises(OSError, match="disk"):
        list(box.unseen(broken))


def test_a_uid_that_was_given_anew_is_another_mail(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1, MAIL % 2)
    with Mailbox.open(account(dovecot, user)) as box:
        ((first, second),) = box.unseen(nothing_known)
        lay = {first.uid: first.received_at - timedelta(hours=1), second.uid: second.received_at, 99: None}
        assert box.still(lay) == {second.uid}
        assert box.still({second.uid: None}) == {second.uid}


@pytest.mark.parametrize("age", ["dovecot", "old_dovecot"])
def test_a_folder_that_went_meanwhile_is_made_anew(
    age: str, user: str, request: pytest.FixtureRequest
) -> None:
    server: Dovecot = request.getfixturevalue(age)
    server.append(user, MAIL % 1)
    with Mailbox.open(account(server, user, file_to="done")) as box:
        with server.client(user) as client:
            client.delete_folder("done")
        (batch,) = box.unseen(nothing_known)
        box.file_away([raw.uid for raw in batch])
    assert server.contents(user, "done") == [MAIL % 1]


def test_a_folder_that_cannot_be_made_keeps_no_mail_from_being_read(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1)
    # Maildir++ has no folder of this name.
    with Mailbox.open(account(dovecot, user, file_to="a/b")) as box:
        (batch,) = box.unseen(nothing_known)
        with pytest.raises(NotFiled):
            box.file_away([raw.uid for raw in batch])
        assert list(box.unseen(lambda _, uids: set(uids))) == [], "the conversation goes on"
    assert dovecot.contents(user) == [MAIL % 1]


def kill_conversations(dovecot: Dovecot) -> None:
    """kill -9 of the processes that talk to clients: no BYE, the connection is simply gone."""
    assert dovecot._process is not None
    master = dovecot._process.pid
    for child in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        with suppress(FileNotFoundError, ProcessLookupError):  # it may have ended since
            if Path(f"/proc/{child}/comm").read_text().strip() in ("imap", "imap-login"):
                os.kill(int(child), signal.SIGKILL)


@pytest.mark.parametrize("security", ["plain", "tls"])
def test_a_connection_that_dies_without_a_word_ends_the_wait(user: str, security: str) -> None:
    looks = 0

    def stop() -> bool:
        nonlocal looks
        looks += 1
        return False

    with servers.dovecot() as server:
        port = server.tls if security == "tls" else server.plain
        box = Mailbox.open(account(server, user, security=security, port=port, ca_file=server.cert))
        timer = threading.Timer(0.5, kill_conversations, (server,))
        timer.start()
        with pytest.raises(MailboxUnreachable), box:
            box.wait(10, stop)
        timer.join()
    assert looks < CALM, "waiting on a dead connection must not spin"


def test_a_quiet_wait_over_tls_looks_seldom_and_hears_of_mail(dovecot: Dovecot, user: str) -> None:
    looks = 0

    def stop() -> bool:
        nonlocal looks
        looks += 1
        return False

    secure = account(dovecot, user, security="tls", port=dovecot.tls, ca_file=dovecot.cert)
    with Mailbox.open(secure) as box:
        timer = threading.Timer(2, dovecot.append, (user, MAIL % 1))
        timer.start()
        assert box.wait(20, stop)
        timer.join()
    assert looks < CALM


def test_a_password_that_is_not_ascii_logs_in(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "PASSWORD", "密码七")
    with servers.dovecot() as server:
        Mailbox.open(account(server, user, password="密码七")).close()
        with pytest.raises(MailboxRefused) as refused:
            Mailbox.open(account(server, user, password="鑰"))
    assert "鑰" not in str(refused.value)
    assert "9470" not in str(refused.value).lower(), "nor escaped"


@contextmanager
def one_login(answer: bytes) -> Iterator[int]:
    """The port of a server that greets, answers one LOGIN as told, and hangs up."""
    with socket.create_server((HOST, 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb", buffering=0) as stream:
                stream.write(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
                while words := stream.readline().split():
                    if words[1].upper() == b"LOGIN":
                        stream.write(words[0] + b" " + answer if answer else b"")
                        return
                    stream.write(b"* CAPABILITY IMAP4rev1\r\n" + words[0] + b" OK done\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("answer", "is_refusal"),
    [
        (b"NO [AUTHENTICATIONFAILED] no such user\r\n", True),
        (b"NO [UNAVAILABLE] the directory is down\r\n", False),
        (b"", False),
    ],
)
def test_only_a_verdict_on_the_login_is_a_refusal(
    dovecot: Dovecot, user: str, answer: bytes, is_refusal: bool
) -> None:
    with one_login(answer) as port, pytest.raises(MailboxUnreachable) as trouble:
        Mailbox.open(account(dovecot, user, port=port))
    assert isinstance(trouble.value, MailboxRefused) == is_refusal, (answer, trouble.value)
