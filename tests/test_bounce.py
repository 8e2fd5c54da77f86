"""Bounces: who was not reached, how, and which mail of ours it was; and what is no bounce.

The corpus is sisimai's (tests/corpora/bounces); its opinion holds but for DEVIATIONS.
"""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from ingest import automatic, bounce
from ingest.mail import Bounce, Mail
from ingest.parse import parse

CORPUS = Path(__file__).parent / "corpora" / "bounces"
ENTRIES = [json.loads(line) for line in (CORPUS / "expected.jsonl").read_text("utf-8").splitlines()]
# 5.0.9xx are numbers that sisimai makes up for reports without one; these are what the words mean.
DEVIATIONS = {
    "rfc3464-37.eml": ["5.1.2"],  # bad destination host
    "rfc3464-38.eml": ["5.2.2"],  # mailbox full
    "rfc3464-39.eml": [""],  # no reason given at all
}
OURS = "C-2026-00017.fuo-AbCdEfGhIjKl.01JDB3ZK5Q8Y7W6V5T4S3R2Q1P@corp.example"


def mail(sender: str, subject: str, text: str, *fields: str, charset: str = "utf-8") -> Mail:
    """A plain text mail to the desk, its text in base64."""
    encoded = f"=?utf-8?B?{b64encode(subject.encode()).decode()}?="
    head = [
        *fields, f"From: {sender}", "To: desk@corp.example", f"Subject: {encoded}", "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: base64", "",
    ]  # fmt: skip
    return parse("\n".join(head).encode() + b"\n" + b64encode(text.encode(charset)) + b"\n")


def told(found: Bounce | None) -> list[tuple[str, str, bool]] | None:
    return found and [(r.address, r.status, r.is_permanent) for r in found.recipients]


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["file"] for entry in ENTRIES])
def test_bounce_of_the_corpus(entry):
    found = parse((CORPUS / entry["file"]).read_bytes())
    failed = [e["dsn"] for e in entry["expected"] if e["reason"] not in ("vacation", "delivered")]
    expected = DEVIATIONS.get(entry["file"], failed)
    statuses = [status for _, status, _ in told(bounce.read(found)) or []]
    assert statuses == expected, (entry, told(bounce.read(found)), found.text[:500])
    assert automatic.reason(found), f"{entry['file']}: nobody wrote this"


def test_bounce_corpus_is_whole():
    """71 of 71; three of them by DEVIATIONS."""
    assert len(ENTRIES) == 71
    assert set(DEVIATIONS) <= {entry["file"] for entry in ENTRIES}


@pytest.mark.parametrize("entry", ENTRIES[::5], ids=[entry["file"] for entry in ENTRIES[::5]])
def test_bounce_reads_the_same_with_crlf(entry):
    lf = (CORPUS / entry["file"]).read_bytes().replace(b"\r\n", b"\n")
    assert bounce.read(parse(lf)) == bounce.read(parse(lf.replace(b"\n", b"\r\n"))), entry


NULL = "Return-Path: <>"
# name → (mail, who failed)
WORDED = {
    "exchange-zh": (
        mail(
            "Microsoft Outlook <postmaster@corp-e.example>", "无法送达: 您的投诉已受理",
            "传递到以下收件人失败:\n\n李 雷 <li.lei@corp-e.example>\n收件人的邮箱已满，现在不能接收邮件。\n\n"
            "供管理员使用的诊断信息:\n\n生成服务器: corp-e.example\n\nli.lei@corp-e.example\n"
            "Remote Server returned '554 5.2.2 mailbox full'\n\n原始邮件头:\n\n"
            "Received: from mail.corp.example\nFrom: desk@corp.example\n"
            f"To: li.lei@corp-e.example\nMessage-ID: <{OURS}>\n",
            "X-MS-Exchange-Message-Is-Ndr: yes", charset="gb18030",
        ),
        [("li.lei@corp-e.example", "5.2.2", True)],
    ),
    "exchange-en": (
        mail(
            "Microsoft Outlook <MicrosoftExchange0123456789abcdef@corp-e.example>", "Undeliverable: closed",
            "Your message to li.lei@corp-e.example couldn't be delivered.\n\nli.lei wasn't found at corp-e.example.\n\n"
            f"Original Message Details\nSender Address: desk@corp.example\nMessage ID: <{OURS}>\n\n"
            "Error: 550 5.1.10 RESOLVER.ADR.RecipientNotFound\n",
        ),
        [("li.lei@corp-e.example", "5.1.10", True)],
    ),
    "qmail": (
        mail(
            "MAILER-DAEMON@mx.example.net", "failure notice",
            "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your "
            "message to the following addresses.\nThis is a permanent error; I've given up.\n\n"
            "<one@example.net>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 5.7.1 blocked\n\n"
            "<two@example.net>:\nSorry, I couldn't find any host named example.net. (#5.1.2)\n\n"
            "--- Below this line is a copy of the message.\n\nReturn-Path: <desk@corp.example>\n"
            f"Message-ID: <{OURS}>\nTo: one@example.net, other@example.net\n\n<third@example.net>:\n550 5.9.9 no\n",
            NULL,
        ),
        [("one@example.net", "5.7.1", True), ("two@example.net", "5.1.2", True)],
    ),
    "exim": (
        mail(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "Mail delivery failed: returning message to sender",
            "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent "
            "error. The following address(es) failed:\n\n  one@example.net\n    host mx.example.net [192.0.2.4]\n"
            "    SMTP error from remote mail server after RCPT TO:<one@example.net>:\n    550 5.1.1 no such user\n\n"
            f"------ This is a copy of the message ------\n\nMessage-ID: <{OURS}>\nTo: one@example.net\n",
            NULL, "X-Failed-Recipients: one@example.net", "Auto-Submitted: auto-replied",
        ),
        [("one@example.net", "5.1.1", True)],
    ),
    "postfix": (
        mail(
            "MAILER-DAEMON@mail.example.net (Mail Delivery System)", "Undelivered Mail Returned to Sender",
            "This is the mail system at host mail.example.net.\n\nI'm sorry to have to inform you that your message "
            "could not\nbe delivered to one or more recipients.\n\nFor further assistance, please send mail to "
            "postmaster.\n\n<one@example.net>: host mx.example.net[192.0.2.4] said: 552 5.2.2\n    Over quota (in reply "
            f"to RCPT TO command)\n\nMessage-ID: <{OURS}>\n",
            NULL,
        ),
        [("one@example.net", "5.2.2", True)],
    ),
    "qq": (
        mail(
            "PostMaster <PostMaster@qq.example>", "系统退信",
            "很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\n\n被退回邮件\n主题：您的投诉已收到\n时间：2026-11-24 09:29:58\n\n"
            "无法发送到 10001@qq.example\n\n退信原因\n收件人邮件地址不存在，无法送达。\n"
            "host mx3.qq.example[192.0.2.8] said: 550 Mailbox not found.\n\n解决方案\n请联系您的收件人，核实后重新发送。\n",
            NULL, f"In-Reply-To: <{OURS}>", charset="gb18030",
        ),
        [("10001@qq.example", "5.1.1", True)],
    ),
    "163": (
        mail(
            "Postmaster <Postmaster@163.example>", "系统退信",
            "抱歉，您的邮件被退回来了……\n\n原邮件信息：\n主  题：您的投诉已收到\n收件人：sun@163.example\n\n"
            "退信原因：\n收件人（sun@163.example）的邮箱已满。\n英文说明：552 5.2.2 Mailbox full\n\n"
            "如有疑问请联系客服 kefu@service.163.example\n",
            NULL, f"References: <{OURS}>", charset="gb18030",
        ),
        [("sun@163.example", "5.2.2", True)],
    ),
    "coremail": (
        mail(
            "postmaster@mail.corp-c.example", "系统退信: Undelivered Mail Returned to Sender",
            "您的邮件无法投递到以下地址：\n\n   wu@corp-c.example\n\n出错原因：\n   550 5.1.1 User unknown\n\n"
            f"----- 原始邮件头 -----\nMessage-ID: <{OURS}>\nFrom: desk@corp.example\nTo: x@corp-c.example\n",
            charset="gb18030",
        ),
        [("wu@corp-c.example", "5.1.1", True)],
    ),
    "delay": (
        mail(
            "MAILER-DAEMON@mail.example.net (Mail Delivery System)", "Delayed Mail (still being retried)",
            "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n\nYour message could not be "
            "delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n"
            "<one@example.net>: connect to mx.example.net[192.0.2.4]:25: Connection timed out\n\n"
            f"Message-ID: <{OURS}>\n",
            NULL,
        ),
        [("one@example.net", "4.4.7", False)],
    ),
    "delay-zh": (
        mail(
            "postmaster@corp-e.example", "传递已延迟: 您的投诉已收到",
            "向以下收件人传递邮件已延迟:\n\nli.lei@corp-e.example\n\n服务器将继续尝试传递，您不需要重新发送。\n",
            f"In-Reply-To: <{OURS}>", "X-MS-Exchange-Message-Is-Ndr: yes",
        ),
        [("li.lei@corp-e.example", "", False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDED)
def test_bounce_told_in_words(name):
    found, expected = WORDED[name]
    report = bounce.read(found)
    assert told(report) == expected, found.text
    assert report.original_message_id == OURS, found.text


def report(*blocks: str, sender: str = "MAILER-DAEMON@mx.example.net", kind: str = "report") -> Mail:
    """A multipart with a delivery status: each block the fields of one recipient."""
    status = "\n\n".join(("Reporting-MTA: dns; mx.example.net", *blocks))
    head = (
        f"From: {sender}\nTo: desk@corp.example\nSubject: Delivery Status Notification\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/{kind}; report-type=delivery-status; boundary=b\n\n"
    )
    return parse(
        f"{head}--b\nContent-Type: text/plain\n\nSee below: wrong@example.net\n\n"
        f"--b\nContent-Type: message/delivery-status\n\n{status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nFrom: desk@corp.example\nMessage-ID: <{OURS}>\n\n--b--\n".encode()
    )


FAILED = "Final-Recipient: rfc822; one@example.net\nAction: failed\nStatus: 5.1.1"


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([FAILED], [("one@example.net", "5.1.1", True)]),
        ([FAILED, FAILED], [("one@example.net", "5.1.1", True)]),
        # RFC 3464 2.3.3: failed is given up even when the status calls the fault a passing one.
        ([FAILED.replace("5.1.1", "4.4.7")], [("one@example.net", "4.4.7", True)]),
        (
            [FAILED.replace("failed", "delayed").replace("5.1.1", "4.4.1")],
            [("one@example.net", "4.4.1", False)],
        ),
        (
            [f"Original-Recipient: rfc822; alias@example.org\n{FAILED}"],
            [("alias@example.org", "5.1.1", True)],
        ),
        (
            [FAILED, "Final-Recipient: rfc822; two@example.net\nAction: delivered\nStatus: 2.0.0"],
            [("one@example.net", "5.1.1", True)],
        ),
        (
            [
                "Final-Recipient: rfc822; one@example.net\nAction: failed\nDiagnostic-Code: smtp; 550\n 5.7.1 no"
            ],
            [("one@example.net", "5.7.1", True)],
        ),
        ([FAILED.replace("failed", "relayed").replace("5.1.1", "2.0.0")], None),
        ([FAILED.replace("failed", "expanded").replace("5.1.1", "2.0.0")], None),
    ],
)
def test_bounce_told_in_fields(blocks, expected):
    found = bounce.read(report(*blocks))
    assert told(found) == expected, blocks
    assert found is None or found.original_message_id == OURS


def test_bounce_of_many_recipients_is_bounded():
    blocks = [FAILED.replace("one@", f"u{n}@") for n in range(3_000)]
    assert 0 < len(told(bounce.read(report(*blocks)))) <= 500


def test_bounce_forged_without_message_id_names_no_mail_of_ours():
    """Anybody can write a bounce; with nothing of ours quoted it can be tied to nothing."""
    forged = mail("mailer-daemon@evil.example", "Undeliverable", "one@example.net: 550 5.1.1 unknown", NULL)
    found = bounce.read(forged)
    assert told(found) == [("one@example.net", "5.1.1", True)]
    assert found.original_message_id == ""


PERSONS = {
    "attaches a report": report(FAILED, sender="wang@corp.example", kind="mixed"),
    "forwards a bounce": mail(
        "wang@corp.example", "转发: 系统退信",
        "我的邮件总是被退回，投诉！\n\n-----原始邮件-----\n发件人: Postmaster@163.example\n"
        "收件人邮件地址（sun@163.example）不存在，无法送达。\n",
    ),
    "complains about bounces": mail(
        "王芳 <wang@corp.example>", "邮件发送失败，一直退信",
        "发给 sun@163.example 的邮件都被退回，550 5.1.1，请尽快处理。\n", "Return-Path: <wang@corp.example>",
    ),
    "quotes the fields": mail(
        "wang@corp.example", "What does this mean?", f"I keep getting this:\n\n{FAILED}\n",
    ),
    "answers a bounce": mail("wang@corp.example", "Re: Undeliverable: hello", "Why? one@example.net is right."),
    "is away": mail(
        "li@corp.example", "自动答复: 邮件被退信", "出差中，请联系 zhang@corp.example。", NULL,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PERSONS)
def test_bounce_is_nothing_that_a_person_writes(name):
    assert bounce.read(PERSONS[name]) is None, told(bounce.read(PERSONS[name]))


@pytest.mark.parametrize(
    "text",
    [
        "<" * 60_000,
        "a@" * 30_000,
        "a." * 30_000 + "@",
        "one@example.net" * 4_000,
        "\n" * 60_000,
        "Final-Recipient: rfc822;" * 3_000,
        "Final-Recipient: rfc822; " + "a" * 60_000,
        "收件人：" * 20_000,
        "Message-ID: <" * 5_000,
        ("- " * 40 + "\n") * 700,
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_bounce_of_hostile_text_is_bounded(text):
    found = bounce.read(mail("MAILER-DAEMON@mx.example.net", "failure notice", text, NULL))
    assert found is None or len(found.recipients) <= 500, text[:60]
    assert found is None or all(len(r.address) <= 320 for r in found.recipients), text[:60]
