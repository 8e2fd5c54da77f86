"""`ombud explain`: the JSON that others build on, and what is said when something cannot be read."""

import io
import json
import subprocess
import sys
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from rich.console import Console

from classify import questionnaire
from classify.facts import Awaiting
from ombud import explain as explaining
from ombud.explain import Record, explain
from ombud.messages import Unreadable

EXAMPLE = Path(__file__).parent.parent / "config.toml"
CORPORA = Path(__file__).parent / "corpora"
MAIL = Path(__file__).parent / "mail"
FIELDS = (
    "file", "message_id", "from", "to", "subject", "date", "text", "own_text", "attachments", "kind", "rule",
    "evidence", "trust", "trust_reasons", "answer", "answers", "bounce", "defects",
)  # fmt: skip


def mail(text: str, subject: str = "回复: 您的投诉") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "林晓 <lin.xiao@corp.example>"
    made["To"] = "IT 服务台 <it-desk@corp.example>"
    made["Subject"] = subject
    made["Date"] = "Tue, 24 Nov 2026 09:30:00 +0800"
    made["Message-ID"] = "<m1@corp.example>"
    made.set_content(text)
    return made


def explained(path: Path, awaiting: Awaiting | None = None) -> Record:
    (made,) = explain([str(path)], awaiting)
    assert not isinstance(made, Unreadable)
    return made


@pytest.fixture
def complaint(tmp_path: Path) -> Path:
    path = tmp_path / "complaint.eml"
    made = mail("我要投诉:催收系统又宕机了,报修三天没人处理,非常不满意!", "投诉催收系统")
    made.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="截图.pdf")
    path.write_bytes(made.as_bytes())
    return path


def test_record_has_every_field_of_the_interface(complaint: Path) -> None:
    made = explained(complaint)
    assert tuple(made) == FIELDS
    assert made["file"] == str(complaint)
    assert made["message_id"] == "m1@corp.example"
    assert made["from"] == {"name": "林晓", "address": "lin.xiao@corp.example"}
    assert made["to"] == [{"name": "IT 服务台", "address": "it-desk@corp.example"}]
    assert made["subject"] == "投诉催收系统"
    assert made["date"] == "2026-11-24T09:30:00+08:00"
    assert "报修三天没人处理" in made["own_text"]
    assert made["attachments"] == [
        {
            "filename": "截图.pdf",
            "content_type": "application/pdf",
            "size_bytes": 8,
            "sha256": sha256(b"%PDF-1.4").hexdigest(),
        }
    ]
    assert (made["kind"], made["trust"]) == ("complaint", "known")
    assert made["rule"]
    assert made["evidence"]
    assert (made["answer"], made["bounce"]) == (None, None)


def test_record_of_bytes_that_are_no_mail_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "noise.eml"
    path.write_bytes(bytes(range(256)) * 8)
    made = explained(path)
    assert tuple(made) == FIELDS
    assert made["date"] is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("确认,已解决,谢谢。", "confirm"),
        ("还是没有解决。", "not_solved"),
        ("Still not solved.", "not_solved"),
    ],
)
def test_awaited_confirmation_is_read(tmp_path: Path, text: str, answer: str) -> None:
    path = tmp_path / "answer.eml"
    path.write_bytes(mail(text).as_bytes())
    made = explained(path, Awaiting.CONFIRMATION)
    assert (made["kind"], made["answer"]) == ("answer", answer)


def answers(tmp_path: Path, text: str, awaiting: Awaiting) -> dict[str, tuple[object, ...]]:
    path = tmp_path / "answer.eml"
    path.write_bytes(mail(text).as_bytes())
    return {
        one["field"]: (one["state"], one["value"], one["text"])
        for one in explained(path, awaiting)["answers"]
    }


def test_every_question_of_an_awaited_survey_is_named(tmp_path: Path) -> None:
    found = answers(tmp_path, "1. 满意\n2：4-5\n3. 一般，总要自己问\n9 n/a\n整体不错", Awaiting.SURVEY)
    assert list(found)[:10] == [question.id for question in questionnaire.load().questions]
    assert found["channels"] == ("read", 4, "")
    assert found["attitude"] == ("unclear", None, "4-5")
    assert found["progress"] == ("read", 3, "总要自己问")
    assert found["overall"] == ("read", 0, "")
    assert found["solution"] == ("missing", None, "")
    assert found["general"] == ("read", None, "整体不错")


def test_one_word_for_the_whole_survey_is_told_as_such(tmp_path: Path) -> None:
    assert {
        found[1]
        for name, found in answers(tmp_path, "全部满意", Awaiting.SURVEY).items()
        if name != "remarks"
    } == {4}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("非常满意", ("read", "very_satisfied", "")),
        ("2 太慢了", ("read", "dissatisfied", "2 太慢了")),
        ("收到", ("unclear", None, "收到")),
    ],
)
def test_the_result_of_an_awaited_callback_is_named(
    tmp_path: Path, text: str, expected: tuple[object, ...]
) -> None:
    assert answers(tmp_path, text, Awaiting.CALLBACK) == {"result": expected}


def test_answer_is_only_given_when_awaited(tmp_path: Path) -> None:
    path = tmp_path / "answer.eml"
    path.write_bytes(mail("确认,已解决。").as_bytes())
    assert explained(path)["answer"] is None


BOUNCE = b"""\
Return-Path: <>
From: MAILER-DAEMON@mail.corp.example
To: it-desk@corp.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

user unknown
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.corp.example

Final-Recipient: rfc822; gone@corp.example
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <ours@corp.example>

--b--
"""


def test_bounce_names_recipients_and_original(tmp_path: Path) -> None:
    path = tmp_path / "bounce.eml"
    path.write_bytes(BOUNCE)
    made = explained(path)
    assert made["kind"] == "bounce"
    assert made["bounce"] == {
        "recipients": [{"address": "gone@corp.example", "status": "5.1.1", "permanent": True}],
        "original_message_id": "ours@corp.example",
    }


def run(*paths: Path | str, as_json: bool = True, config: Path = EXAMPLE) -> int:
    return explaining.run(map(str, paths), awaiting=None, as_json=as_json, config_path=config)


def test_run_needs_no_secrets(complaint: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(complaint) == 0
    assert [json.loads(line)["kind"] for line in capfdbinary.readouterr().out.splitlines()] == ["complaint"]


def test_run_needs_no_configuration(
    complaint: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(complaint.parent)
    assert run(complaint, config=Path("config.toml")) == 0
    assert json.loads(capfdbinary.readouterr().out)["trust"] == "known"


def test_run_tells_what_it_could_not_read_and_goes_on(
    complaint: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("/nowhere.eml", complaint) == 1
    printed = capfdbinary.readouterr()
    assert printed.err == b"/nowhere.eml: No such file or directory\n"
    assert json.loads(printed.out)["file"] == str(complaint)


def test_run_with_a_faulty_configuration_tells_its_faults(
    complaint: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(complaint, config=Path("/nowhere.toml")) == 2
    assert b"/nowhere.toml" in capfdbinary.readouterr().err


def test_run_for_people_shows_the_text_as_it_is(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(mail("[red]投诉[/red] \x1b[31m很差", "[bold]急").as_bytes())
    assert run(path, as_json=False) == 0
    printed = capfdbinary.readouterr().out.decode()
    assert "[red]投诉[/red]" in printed
    assert "[bold]急" in printed
    assert "\x1b[31m" not in printed


def test_json_line_is_one_line_for_every_reader(complaint: Path) -> None:
    made = explained(complaint)
    made["text"] = "a\u2028b\u2029c\x85d\ne\x1cf\ud800"
    line = explaining.json_line(made)
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line)["text"] == "a\u2028b\u2029c\x85d\ne\x1cf?"


def test_record_is_printed_without_control_characters(complaint: Path) -> None:
    made = explained(complaint)
    made["subject"] = "急\x1b]0;title\x07"
    console = Console(record=True, width=100, file=io.StringIO())
    explaining.print_record(made, console)
    assert "急·]0;title·" in console.export_text()


def test_every_message_of_the_corpora_has_a_record() -> None:
    made = list(explain([str(CORPORA / "parsing"), str(CORPORA / "bounces")]))
    assert len(made) >= 150
    assert [record for record in made if isinstance(record, Unreadable)] == []


def test_a_report_without_a_sender_is_read_without_a_word_on_stderr(tmp_path: Path) -> None:
    """In a process of its own: pytest takes what a library logs."""
    path = tmp_path / "report.eml"
    path.write_bytes(
        b"Return-Path: <>\nSubject: Undelivered Mail Returned to Sender\n\nIt could not be delivered at all.\n"
    )
    command = [
        sys.executable,
        "-m",
        "ombud",
        "explain",
        "--json",
        str(path),
        *map(str, [MAIL, CORPORA / "bounces"]),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert all(json.loads(line)["kind"] for line in done.stdout.splitlines())
