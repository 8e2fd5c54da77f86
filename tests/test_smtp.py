"""The SMTP edge against a real server that answers as it is told."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notify import retry, smtp
from notify.smtp import Smtp, SmtpAccount, SmtpUnreachable
from process.outgoing import Deferred, Outcome, Outgoing, Refused, Sent
from tests import servers
from tests.servers import HOST, Sink

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def outgoing(*recipients: str) -> Outgoing:
    return Outgoing(
        message_id="m@x", matter="", template="t", recipient_key="k", subject="s",
        recipients=recipients or ("a@x.example",), content=b"Subject: s\r\n\r\n.dot\r\n",
    )  # fmt: skip


def account(sink: Sink, **more: object) -> SmtpAccount:
    settings: dict[str, object] = {
        "host": HOST, "port": sink.port, "security": "plain", "timeout_s": 20, "envelope_sender": "desk@x.example",
    }  # fmt: skip
    return SmtpAccount(**{**settings, **more})  # type: ignore[arg-type]


def test_sent_over_a_kept_connection(sink: Sink) -> None:
    with Smtp(account(sink)) as client:
        assert isinstance(client.send(outgoing()), Sent)
        assert isinstance(client.send(outgoing("b@x.example", "c@x.example")), Sent)
    assert [mail.recipients for mail in sink.mails] == [("a@x.example",), ("b@x.example", "c@x.example")]
    assert sink.mails[0].content == b"Subject: s\r\n\r\n.dot\r\n"
    assert sink.mails[0].sender == "desk@x.example"


@pytest.mark.parametrize(
    ("verb", "reply", "outcome"),
    [
        ("MAIL", "451 greylisted", Deferred),
        ("MAIL", "550 not you", Refused),
        ("RCPT", "450 busy", Deferred),
        ("RCPT", "550 unknown", Refused),
        ("DATA", "452 full", Deferred),
        ("DATA", "554 spam", Refused),
        ("DATA", "421 going down", Deferred),
    ],
)
def test_what_a_reply_means(sink: Sink, verb: str, reply: str, outcome: type[Outcome]) -> None:
    sink.reply = lambda said, argument: reply if said == verb else None
    with Smtp(account(sink)) as client:
        result = client.send(outgoing())
        assert isinstance(result, outcome), result
        assert reply[:3] in getattr(result, "reason", "")
        sink.reply = lambda said, argument: None
        assert isinstance(client.send(outgoing()), Sent), "the connection goes on"
    assert len(sink.mails) == 1


def test_one_refused_recipient_does_not_keep_the_others_from_it(sink: Sink) -> None:
    sink.reply = lambda said, argument: "550 unknown" if argument == "b@x.example" else None
    with Smtp(account(sink)) as client:
        result = client.send(outgoing("a@x.example", "b@x.example"))
    assert isinstance(result, Refused)
    assert result.recipients == ("b@x.example",)
    assert [mail.recipients for mail in sink.mails] == [("a@x.example",)]


def test_one_deferred_recipient_defers_the_whole_so_that_nobody_gets_it_twice(sink: Sink) -> None:
    sink.reply = lambda said, argument: "450 busy" if argument == "b@x.example" else None
    with Smtp(account(sink)) as client:
        assert isinstance(client.send(outgoing("a@x.example", "b@x.example")), Deferred)
    assert sink.mails == []


def test_no_server_is_deferred(sink: Sink) -> None:
    with Smtp(account(sink, port=servers.free_port())) as client:
        assert isinstance(client.send(outgoing()), Deferred)


def test_an_address_that_is_not_ascii_goes_by_smtputf8(sink: Sink) -> None:
    with Smtp(account(sink)) as client:
        assert isinstance(client.send(outgoing("用户@例子.example")), Sent)
    assert sink.mails[0].recipients == ("用户@例子.example",)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return servers.certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(params=["tls", "starttls"])
def secure(
    request: pytest.FixtureRequest, certificate: tuple[Path, Path]
) -> Iterator[tuple[Sink, str, Path]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with servers.smtp_sink(context, starttls=request.param == "starttls") as sink:
        yield sink, request.param, certificate[0]


def test_tls_with_a_certificate_that_is_trusted(secure: tuple[Sink, str, Path]) -> None:
    sink, security, cert = secure
    with Smtp(account(sink, security=security, ca_file=cert)) as client:
        assert isinstance(client.send(outgoing()), Sent)


def test_an_untrusted_certificate_gets_no_mail(secure: tuple[Sink, str, Path]) -> None:
    sink, security, _ = secure
    with Smtp(account(sink, security=security)) as client:
        result = client.send(outgoing())
    assert isinstance(result, Deferred)
    assert "certificate" in result.reason.lower()
    assert sink.mails == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_trusted_certificate_of_another_server_gets_no_mail(tmp_path: Path, security: str) -> None:
    cert, key = servers.certificate(tmp_path, "DNS:other.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with (
        servers.smtp_sink(context, starttls=security == "starttls") as sink,
        Smtp(account(sink, security=security, ca_file=cert)) as client,
    ):
        result = client.send(outgoing())
    assert isinstance(result, Deferred)
    assert "is not valid for" in result.reason
    assert sink.mails == []


def test_a_server_without_starttls_gets_no_mail(sink: Sink) -> None:
    with Smtp(account(sink, security="starttls")) as client:
        assert isinstance(client.send(outgoing()), Deferred)
    assert sink.mails == []
    with pytest.raises(SmtpUnreachable):
        smtp.check(account(sink, security="starttls"))


def test_retries_grow_and_end_after_some_days() -> None:
    at, tries = NOW, 0
    delays = []
    while (following := retry.next_try(tries := tries + 1, at, 0.0)) is not None:
        delays.append(following - at)
        at = following
    assert delays == sorted(delays)
    assert delays[0] == timedelta(minutes=1)
    assert timedelta(days=4) < at - NOW < timedelta(days=6)


def test_jitter_stays_within_a_fifth() -> None:
    for jitter in (-9.0, -1.0, 0.5, 9.0):
        delay = retry.next_try(5, NOW, jitter)
        assert delay is not None
        assert timedelta(minutes=24) <= delay - NOW <= timedelta(minutes=36)
