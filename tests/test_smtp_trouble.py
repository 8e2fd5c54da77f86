"""The SMTP edge against servers that refuse, hang up, hang, or talk nonsense, and against logins."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from notify import smtp
from notify.smtp import Smtp, SmtpAccount, SmtpUnreachable
from process.outgoing import Deferred, Outcome, Outgoing, Refused, Sent
from tests import servers
from tests.servers import HOST, Sink

EHLO = "250-x.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1000000"
PLAIN_EHLO = "250 x.example"
HANG_UP = "!"
"""Behind a reply: the server closes the connection after it; alone: instead of a reply."""
SILENCE = "..."


def outgoing(*recipients: str) -> Outgoing:
    return Outgoing(
        message_id="m@x", matter="", template="t", recipient_key="k", subject="s",
        recipients=recipients or ("a@x.example",), content=b"Subject: s\r\n\r\nbody\r\n",
    )  # fmt: skip


def account(port: int, **more: object) -> SmtpAccount:
    settings: dict[str, object] = {
        "host": HOST, "port": port, "security": "plain", "timeout_s": 20, "envelope_sender": "desk@x.example",
    }  # fmt: skip
    return SmtpAccount(**{**settings, **more})  # type: ignore[arg-type]


@dataclass(slots=True)
class Script:
    """A server that says what it is told; MAIL_END stands for the dot that ends a mail."""

    replies: dict[str, str]
    port: int = 0
    said: list[str] = field(default_factory=list)
    connections: int = 0

    def reply(self, verb: str) -> str:
        usual = {"EHLO": EHLO, "DATA": "354 go on", "QUIT": "221 bye" + HANG_UP}
        return self.replies.get(verb, usual.get(verb, "250 fine"))

    def talk(self, connection: socket.socket) -> None:
        # A client that has had enough resets the connection.
        with suppress(ConnectionError), connection, connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 hello\r\n")
            in_mail = False
            while line := stream.readline():
                if in_mail and line != b".\r\n":
                    continue
                verb = "MAIL_END" if in_mail else line.split()[0].decode().upper()
                self.said.append(line.decode().strip())
                reply = self.reply(verb)
                in_mail = verb == "DATA" and reply.startswith("354")
                if reply != SILENCE and reply.rstrip(HANG_UP):
                    stream.write(reply.rstrip(HANG_UP).encode() + b"\r\n")
                if reply.endswith(HANG_UP):
                    return


@contextmanager
def scripted(**replies: str) -> Iterator[Script]:
    script = Script(replies)
    talks: list[threading.Thread] = []
    with socket.create_server((HOST, 0)) as listener:
        script.port = listener.getsockname()[1]

        def serve() -> None:
            while script.port:
                connection, _ = listener.accept()
                script.connections += 1
                talks.append(threading.Thread(target=script.talk, args=(connection,)))
                talks[-1].start()

        server = threading.Thread(target=serve)
        server.start()
        yield script
        port, script.port = script.port, 0
        # One last caller, so that accept comes back.
        socket.create_connection((HOST, port)).close()
        server.join()
        for talk in talks:
            talk.join()


@pytest.mark.parametrize(
    ("replies", "outcome", "reason"),
    [
        ({"DATA": "554 no valid mail"}, Refused, "554"),
        ({"DATA": "451 later"}, Deferred, "451"),
        ({"MAIL": "550 go away!"}, Refused, "550"),
        ({"RCPT": "550 unknown!"}, Refused, "550"),
        ({"MAIL_END": "554 spam!"}, Refused, "554"),
        ({"MAIL_END": "421 closing!"}, Deferred, "421"),
        ({"MAIL_END": HANG_UP}, Deferred, ""),
        ({"MAIL_END": SILENCE}, Deferred, "timed out"),
        ({"MAIL": "530 5.7.0 authentication required"}, Deferred, "530"),
        ({"RCPT": "530 5.7.0 authentication required"}, Deferred, "530"),
        ({"EHLO": "421 too many connections!"}, Deferred, ""),
        ({"EHLO": "502 what is that"}, Sent, ""),
        ({"RCPT": "299 never heard of"}, Deferred, "299"),
        ({"MAIL": "nonsense"}, Deferred, "-1"),
        ({"EHLO": "250-x.example\r\n250 SIZE 5"}, Refused, "5"),
    ],
)
def test_what_becomes_of_a_mail(replies: dict[str, str], outcome: type[Outcome], reason: str) -> None:
    timeout_s = 1 if SILENCE in replies.values() else 20
    with scripted(**replies) as server, Smtp(account(server.port, timeout_s=timeout_s)) as client:
        result = client.send(outgoing())
    assert isinstance(result, outcome), (replies, result)
    assert reason in getattr(result, "reason", ""), (replies, result)


@pytest.mark.parametrize(
    "replies", [{"MAIL": "550 go away!"}, {"MAIL_END": "554 spam!"}, {"MAIL": "nonsense"}]
)
def test_after_trouble_the_next_mail_has_a_new_connection(replies: dict[str, str]) -> None:
    with scripted(**replies) as server, Smtp(account(server.port)) as client:
        client.send(outgoing())
        server.replies.clear()
        assert isinstance(client.send(outgoing()), Sent), replies
        assert server.connections == 2


def test_a_connection_that_the_server_gave_up_meanwhile_costs_no_mail_a_delay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "PROBE_AFTER_S", 0.0)
    with scripted(MAIL_END="250 taken!") as server, Smtp(account(server.port)) as client:
        for _ in range(3):
            assert isinstance(client.send(outgoing()), Sent)
        assert server.connections == 3


def test_a_connection_that_is_in_use_is_not_probed() -> None:
    with scripted() as server, Smtp(account(server.port)) as client:
        for _ in range(3):
            assert isinstance(client.send(outgoing()), Sent)
        assert server.connections == 1
        assert "noop" not in server.said


@pytest.mark.parametrize(
    "address",
    [
        "a@x.example>\r\nRCPT TO:<evil@x.example",
        "a@x.example\r\nDATA",
        "a@x.example, b@x.example",
        "Somebody <a@x.example>",
        "",
    ],
)
def test_what_is_no_address_is_refused_and_the_others_get_the_mail(address: str) -> None:
    with scripted() as server, Smtp(account(server.port)) as client:
        assert isinstance(client.send(outgoing(address)), Refused)
        result = client.send(outgoing("good@x.example", address))
    assert isinstance(result, Refused)
    assert result.recipients == (address,)
    asked = [said for said in server.said if said.upper().startswith("RCPT")]
    assert asked == ["rcpt TO:<good@x.example>"]


def test_without_smtputf8_only_the_addresses_that_need_it_are_refused() -> None:
    with scripted(EHLO=PLAIN_EHLO) as server, Smtp(account(server.port)) as client:
        result = client.send(outgoing("good@x.example", "用户@x.example"))
        assert isinstance(result, Refused)
        assert result.recipients == ("用户@x.example",)
        assert any("good@x.example" in said for said in server.said)


@pytest.mark.parametrize(("ehlo", "outcome"), [(EHLO, Sent), (PLAIN_EHLO, Refused)])
def test_a_sender_that_is_not_ascii_needs_smtputf8(ehlo: str, outcome: type[Outcome]) -> None:
    with scripted(EHLO=ehlo) as server:
        with Smtp(account(server.port, envelope_sender="服务台@x.example")) as client:
            result = client.send(outgoing())
        assert isinstance(result, outcome), result
        mails = [said for said in server.said if said.upper().startswith("MAIL")]
    assert mails == (["mail FROM:<服务台@x.example> SMTPUTF8 BODY=8BITMIME"] if outcome is Sent else [])


def test_the_null_sender_can_be_used(sink: Sink) -> None:
    with Smtp(account(sink.port, envelope_sender="")) as client:
        assert isinstance(client.send(outgoing()), Sent)
    # As aiosmtpd writes it.
    assert sink.mails[0].sender == "<>"


PASSWORDS = {b"desk": b"geheim", "值班".encode(): "密码七".encode()}


def verdict(server: object, session: object, envelope: object, mechanism: str, given: object) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and PASSWORDS.get(given.login) == given.password
    return AuthResult(success=is_right, handled=False)


@pytest.fixture
def strict_sink() -> Iterator[Sink]:
    """A server that takes mail of those only who are logged in."""
    sink = Sink()
    controller = Controller(
        sink, hostname=HOST, port=servers.free_port(), authenticator=verdict,
        auth_required=True, auth_require_tls=False,
    )  # fmt: skip
    sink.port = controller.port
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


# aiosmtpd warns in its own words that this test server takes logins without TLS.
may_log_in_plainly = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@may_log_in_plainly
@pytest.mark.parametrize(("user", "password"), [("desk", "geheim"), ("值班", "密码七")])
def test_a_right_login_sends(strict_sink: Sink, user: str, password: str) -> None:
    with Smtp(account(strict_sink.port, user=user, password=password)) as client:
        assert isinstance(client.send(outgoing()), Sent)
    assert len(strict_sink.mails) == 1


@may_log_in_plainly
@pytest.mark.parametrize(("user", "password"), [("desk", "wrong-7"), ("desk", "鑰"), ("", "")])
def test_a_wrong_or_missing_login_loses_no_mail_and_tells_no_password(
    strict_sink: Sink, user: str, password: str
) -> None:
    with Smtp(account(strict_sink.port, user=user, password=password)) as client:
        result = client.send(outgoing())
    assert isinstance(result, Deferred), result
    assert not password or password not in result.reason
    assert "9470" not in result.reason, "nor escaped"
    assert "login refused" in result.reason or "530" in result.reason
    assert strict_sink.mails == []


@may_log_in_plainly
def test_check_says_that_a_login_is_wrong(strict_sink: Sink) -> None:
    with pytest.raises(SmtpUnreachable, match="login refused"):
        smtp.check(account(strict_sink.port, user="desk", password="wrong-7"))
    assert "greeted" in smtp.check(account(strict_sink.port, user="desk", password="geheim"))
