"""The IMAP edge against a real Dovecot."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from imapclient import IMAPClient

from ingest import mailbox
from ingest.imap import ImapAccount, MailboxRefused, MailboxUnreachable, introduced
from ingest.mailbox import Mailbox
from tests import servers
from tests.servers import HOST, PASSWORD, Dovecot

MAIL = b"From: a@x\r\nSubject: %d\r\n\r\nbody\r\n"
TRIES = 20


def account(dovecot: Dovecot, user: str, **more: object) -> ImapAccount:
    settings: dict[str, object] = {
        "name": "desk", "host": HOST, "port": dovecot.plain, "user": user, "password": PASSWORD,
        "security": "plain", "timeout_s": 20,
    }  # fmt: skip
    return ImapAccount(**{**settings, **more})  # type: ignore[arg-type]


def nothing_known(uidvalidity: int, uids: object) -> set[int]:
    return set()


def never() -> bool:
    return False


def test_unseen_gives_mails_in_batches_and_marks_nothing(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "BATCH_COUNT", 3)
    dovecot.append(user, *(MAIL % number for number in range(7)))
    with Mailbox.open(account(dovecot, user)) as box:
        batches = list(box.unseen(nothing_known))
        assert [len(batch) for batch in batches] == [3, 3, 1]
        assert [raw.content for batch in batches for raw in batch] == [MAIL % number for number in range(7)]
        first = batches[0][0]
        assert first.received_at.utcoffset() is not None
        assert first.uidvalidity == box.uidvalidity
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        assert all(b"\\Seen" not in flags for flags in client.get_flags(client.search()).values())


def test_a_large_mail_ends_its_batch(dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "BATCH_BYTES", 500)
    dovecot.append(user, MAIL % 1 + b"x" * 600, MAIL % 2, MAIL % 3)
    with Mailbox.open(account(dovecot, user)) as box:
        assert [len(batch) for batch in box.unseen(nothing_known)] == [1, 2]


def test_a_mail_over_the_limit_is_read_as_far_as_that(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MESSAGE_BYTES_MAX", 30)
    dovecot.append(user, MAIL % 1 + b"x" * 600)
    with Mailbox.open(account(dovecot, user)) as box:
        ((raw,),) = box.unseen(nothing_known)
        assert raw.content == (MAIL % 1 + b"x" * 600)[:30]


def test_known_mails_are_left_out(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1, MAIL % 2)
    with Mailbox.open(account(dovecot, user)) as box:
        ((raw,),) = box.unseen(lambda uidvalidity, uids: {uids[0]})
        assert raw.content == MAIL % 2


@pytest.fixture(scope="module")
def old_dovecot() -> Iterator[Dovecot]:
    """A server that knows neither MOVE nor IDLE."""
    with servers.dovecot("IMAP4rev1 UIDPLUS") as server:
        yield server


@pytest.mark.parametrize("age", ["dovecot", "old_dovecot"])
def test_file_away_moves_and_leaves_the_others(age: str, user: str, request: pytest.FixtureRequest) -> None:
    server: Dovecot = request.getfixturevalue(age)
    server.append(user, MAIL % 1, MAIL % 2)
    with Mailbox.open(account(server, user, file_to="已处理")) as box:
        ((first, _),) = box.unseen(nothing_known)
        box.file_away([first.uid])
    assert server.contents(user) == [MAIL % 2]
    assert server.contents(user, "已处理") == [MAIL % 1]


@pytest.mark.parametrize("age", ["dovecot", "old_dovecot"])
def test_wait_ends_when_mail_comes(
    age: str, user: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "POLL_S", 0.2)
    server: Dovecot = request.getfixturevalue(age)
    with Mailbox.open(account(server, user)) as box:
        assert list(box.unseen(nothing_known)) == []
        timer = threading.Timer(0.5, server.append, (user, MAIL % 1))
        timer.start()
        assert box.wait(20, never)
        timer.join()
        assert len(list(box.unseen(nothing_known))) == 1
        assert not box.wait(0.3, never)


def test_mail_that_came_before_idle_is_not_missed(dovecot: Dovecot, user: str) -> None:
    with Mailbox.open(account(dovecot, user)) as box:
        assert list(box.unseen(nothing_known)) == []
        dovecot.append(user, MAIL % 1)
        start = time.monotonic()
        assert box.wait(20, never)
        assert time.monotonic() - start < 10, "IDLE was waited for although the mail was there"


def test_a_dovecot_is_asked_before_it_tells(dovecot: Dovecot, user: str) -> None:
    """It tells of a mail 0.5 s late: mail that is known of sooner was asked for. A busy machine may be late as well, but
    not each time."""
    with Mailbox.open(account(dovecot, user, look_s=0.05)) as box:
        assert any(_late_s(dovecot, user, box, MAIL % number) < 0.4 for number in range(TRIES))


def _late_s(dovecot: Dovecot, user: str, box: Mailbox, content: bytes) -> float:
    """How long after it lay in the mailbox a mail was known of."""
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(lambda: (box.wait(60, never), time.monotonic()))
        dovecot.append(user, content)
        came_at = time.monotonic()
        has_come, known_at = waiting.result()
    assert has_come
    list(box.unseen(nothing_known))
    return known_at - came_at


@pytest.mark.parametrize(
    ("answer", "is_dovecot"),
    [(((b"name", b"Dovecot"),), True), (((b"name", b"Cyrus"),), False), ((None,), False), ((), False)],
)
def test_whose_server_it_is_says_its_id(answer: tuple[object, ...], is_dovecot: bool) -> None:
    class Server:
        def has_capability(self, name: str) -> bool:
            return name == "ID"

        def id_(self, program: dict[str, str]) -> tuple[object, ...]:
            return answer

    assert introduced(cast("IMAPClient", Server())) is is_dovecot


def test_wait_ends_when_asked_to_stop(dovecot: Dovecot, user: str) -> None:
    with Mailbox.open(account(dovecot, user)) as box:
        assert not box.wait(60, lambda: True)


def test_tls_with_a_certificate_that_is_trusted(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, MAIL % 1)
    for security, port in (("tls", dovecot.tls), ("starttls", dovecot.plain)):
        trusted = account(dovecot, user, security=security, port=port, ca_file=dovecot.cert)
        assert "messages" in mailbox.check(trusted)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_untrusted_certificate_is_refused(dovecot: Dovecot, user: str, security: str) -> None:
    port = dovecot.tls if security == "tls" else dovecot.plain
    with pytest.raises(MailboxRefused, match=r"(?i)certificate"):
        Mailbox.open(account(dovecot, user, security=security, port=port))


def test_a_trusted_certificate_of_another_server_is_refused(
    dovecot: Dovecot, tmp_path: Path, user: str
) -> None:
    cert, key = servers.certificate(tmp_path, "DNS:other.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    # Whatever answers behind the certificate: nothing is said to it.
    with servers.smtp_sink(context) as sink:
        secure = replace(account(dovecot, user), security="tls", port=sink.port, ca_file=cert)
        with pytest.raises(MailboxRefused, match="is not valid for"):
            Mailbox.open(secure)


def test_a_server_without_starttls_gets_no_password(user: str) -> None:
    with servers.dovecot(has_tls=False) as server, pytest.raises(MailboxUnreachable):
        Mailbox.open(account(server, user, security="starttls", ca_file=server.cert))


@pytest.mark.parametrize("greeting", [b"* PREAUTH STARTTLS", b"* PREAUTH", b"* OK"])
def test_whoever_stands_between_learns_nothing_by_leaving_tls_out(greeting: bytes) -> None:
    """RFC 9051 7.1.4: PREAUTH where TLS is still to come is an attack, and so is a missing STARTTLS."""
    heard: list[bytes] = []
    with socket.create_server((HOST, 0)) as listener:
        between = threading.Thread(target=_answer_all, args=(listener, greeting, heard), daemon=True)
        between.start()
        deceived = ImapAccount(
            name="desk", host=HOST, port=listener.getsockname()[1], user="desk", password="secret-7",
            security="starttls", timeout_s=20,
        )  # fmt: skip
        with pytest.raises(MailboxUnreachable):
            Mailbox.open(deceived)
        between.join(20)
    said = b"".join(heard)
    assert b"CAPABILITY" in said
    assert b"secret-7" not in said
    assert b"LOGIN" not in said.upper()
    assert b"SELECT" not in said.upper()


def _answer_all(listener: socket.socket, greeting: bytes, heard: list[bytes]) -> None:
    """A server that agrees to everything but TLS, which it offers when its greeting says so."""
    offer = b"* CAPABILITY IMAP4rev1 IDLE" + (b" STARTTLS" if b"STARTTLS" in greeting else b"") + b"\r\n"
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb", buffering=0) as wire:
        wire.write(greeting + b"\r\n")
        for line in wire:
            heard.append(line)
            tag, command, *_ = [*line.split(), b""]
            if command.upper() == b"STARTTLS":
                wire.write(tag + b" BAD no\r\n")
            else:
                wire.write(offer + tag + b" OK done\r\n")


def test_a_wrong_password_is_said(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(MailboxRefused):
        Mailbox.open(account(dovecot, user, password="wrong"))
    assert "secret-7" not in repr(account(dovecot, user, password="secret-7"))


def test_a_server_that_is_not_there_is_said(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(MailboxUnreachable):
        Mailbox.open(account(dovecot, user, port=servers.free_port()))


def test_a_server_that_dies_while_waiting_is_said(user: str) -> None:
    with servers.dovecot() as server:
        # Whoever keeps asking is left alone for 30 s by a Dovecot that stops.
        box = Mailbox.open(account(server, user, look_s=0))
        timer = threading.Timer(0.5, server.stop)
        timer.start()
        with pytest.raises(MailboxUnreachable), box:
            box.wait(30, never)
        timer.join()
