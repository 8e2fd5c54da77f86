"""A standing fault told by a second SMTP server."""

import pytest

from ingest.parse import parse
from notify import fault_mail
from notify.fault_mail import Mailer
from notify.smtp import SmtpAccount
from ombud import config, outlets
from tests.servers import HOST, Sink, free_port
from tests.site import Site

DUTY = ("duty@other.example", "second@other.example")
TEXT = "Ombud 故障 / fault: smtp (60 s): connection refused"


def mailer(port: int) -> Mailer:
    account = SmtpAccount(
        host=HOST, port=port, security="plain", timeout_s=2, envelope_sender="desk@x.example"
    )
    return Mailer(account=account, to=DUTY)


def test_people_are_told_in_a_mail_that_nothing_answers(sink: Sink) -> None:
    assert fault_mail.post(mailer(sink.port), TEXT) == ""
    (delivered,) = sink.mails
    mail = parse(delivered.content)
    assert delivered.recipients == DUTY
    assert (mail.subject, mail.text.strip()) == (TEXT, TEXT)
    assert mail.header("auto-submitted") == "auto-generated"
    assert mail.message_id.endswith("@x.example")


def test_a_reason_can_begin_no_header(sink: Sink) -> None:
    fault_mail.post(mailer(sink.port), "fault: x\r\nBcc: evil@x.example\r\n\r\nbody")
    assert b"\nBcc:" not in sink.mails[0].content


@pytest.mark.parametrize(
    ("refused", "is_told"), [(DUTY[:1], True), (DUTY, False)], ids=["one recipient unknown", "all unknown"]
)
def test_who_was_told_is_not_told_again_for_one_who_was_not(
    sink: Sink, refused: tuple[str, ...], is_told: bool
) -> None:
    sink.reply = lambda verb, argument: "550 unknown" if verb == "RCPT" and argument in refused else None
    assert (fault_mail.post(mailer(sink.port), TEXT) == "") == is_told
    assert len(sink.mails) == is_told


def test_a_server_that_is_away_is_said_so() -> None:
    assert "refused" in fault_mail.post(mailer(free_port()), TEXT)


def test_robot_and_server_have_a_queue_each(site: Site) -> None:
    assert outlets.second_paths(config.load(site.config)) == ()
    site.configure(**{"observe.smtp": {
        "host": HOST, "port": site.sink.port, "security": "plain", "to": list(DUTY),
    }})  # fmt: skip
    settings = config.load(site.config)
    (path,) = outlets.second_paths(settings)
    path.tell(TEXT)
    path.flush()
    path.flush()
    assert [mail.recipients for mail in site.sink.mails] == [DUTY]
