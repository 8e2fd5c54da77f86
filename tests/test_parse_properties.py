"""Properties of reading: any bytes give a Mail, line ends make no difference, nothing unsafe comes out."""

import re
import unicodedata
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import attachments, body, words
from ingest.mail import Mail
from ingest.parse import parse

# The pieces that mail is made of, and broken with.
PIECES = (
    b"From: a@corp.example\n", b"To: =?gb2312?B?1cXI/Q==?= <b@corp.example>;c@corp.example,\n", b"Subject: =?utf-8?Q?=E6=89?=",
    b" =?utf-8?B?5omT?=\n", b"Subject: \xb4\xf2\xd3\xa1\n", b"Date: Mon, 23 Nov 2026 10:00:00 +0800\n", b"Date: 0 0 0 0\n",
    b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: multipart/alternative; boundary=\"b c\"\n",
    b"Content-Type: text/html; charset=gb2312\n", b"Content-Type: text/plain; charset=utf-16; format=flowed; delsp=yes\n",
    b"Content-Type: message/rfc822\n", b"Content-Type: application/ms-tnef\n", b"Content-Type: application/pkcs7-mime\n",
    b"Content-Type: multipart/signed\n", b"Content-Type: message/delivery-status\n", b"Content-Type: text/plain; charset=hz\n",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"Content-Transfer-Encoding: x-uue\n",
    b"Content-Disposition: attachment; filename*0*=gb2312''%D6; filename*1*=%D0.txt\n", b"Content-ID: <i@corp.example>\n",
    b"References: <a@b> c@d\n", b"Return-Path: <>\n", b"\n", b"\n--b\n", b"\n--b--\n", b"--b c\n", b"begin 644 a\n", b"M", b"end\n",
    b"\x78\x9f\x3e\x22\x01\x00", b"\x02\x02\x90\x06\x00", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80\x04\x03abc", b"<div style='display:none'>", b"<table><tr><td>",
    b"</p>", b"<img src=cid:i@corp.example>", b"5L2g5aW9", b"=", b"=E4=BD=A0=\n", b"\xc4\xe3\xba\xc3", b"\xe4\xbd\xa0", b"~{VPND~}", b"\x1b$B",
    b"\xff\xfe", b"\0", b"\xff", b" ", b"\t", b"-- \n", b"> ", b"x", b"-----BEGIN PGP SIGNED MESSAGE-----\n",
)  # fmt: skip
MAIL_LIKE = st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=40).map(b"".join)
SLOW = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def assert_clean(mail: Mail) -> None:
    """What everything to the right of reading relies on."""
    texts = (mail.text, mail.html, mail.own_text)
    assert not any("\0" in text or "\r" in text for text in texts), texts
    lines = (mail.subject, mail.sender.name, mail.sender.address, *(value for _, value in mail.headers))
    assert not any(re.search(r"[\x00-\x1f\x7f]", line) for line in lines), lines
    for text in (*texts, *lines, *mail.defects, *(a.filename for a in mail.attachments)):
        text.encode("utf-8")
    for attachment in mail.attachments:
        assert attachment.filename
        assert not {unicodedata.category(c) for c in attachment.filename} & UNSAFE, attachment.filename
        assert not set("/\\") & set(attachment.filename), attachment.filename
    assert mail.date is None or mail.date.tzinfo is not None


@given(st.binary(max_size=2000))
@SLOW
def test_parse_takes_any_bytes(raw):
    mail = parse(raw)
    assert mail.raw == raw
    assert_clean(mail)


@given(MAIL_LIKE)
@SLOW
def test_parse_takes_anything_like_mail(raw):
    assert_clean(parse(raw))


@given(MAIL_LIKE)
@SLOW
def test_parse_reads_lf_like_crlf(raw):
    lf = raw.replace(b"\r", b"")
    one, other = parse(lf), parse(lf.replace(b"\n", b"\r\n"))
    assert replace(one, raw=b"") == replace(other, raw=b"")


LINES = (
    "还是不行", "Still broken", "", " ", ">", "> 您好", ">> hello", "发件人: 服务台 <desk@corp.example>", "发送时间: 2026年11月20日 9:30", "收件人: 张三",
    "主题: VPN", "From: desk", "Sent: Friday", "To: b", "Subject: s", "-----原始邮件-----", "________________", "---", "-- ", "发自我的iPhone",
    "Sent from my iPhone", "在 2026年11月20日，张三 <a@corp.example> 写道：", "张三 <a@corp.example>", "于2026年11月20日 9:30写道：",
    "On Fri, Nov 20, 2026 at 9:30 AM Desk <desk@corp.example>", "wrote:", "| 发件人 | a |", "情况如下：", "原始邮件", "\u200b", "&nbsp;",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(LINES) | st.text(max_size=12), max_size=25).map("\n".join)


@given(TEXT)
def test_own_text_is_made_of_lines_of_the_text_in_their_order(text):
    written = iter(line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    for line in body.own_text(text).split("\n"):
        assert line.strip() in written, (line, text)


@given(TEXT)
def test_own_text_is_nothing_only_where_the_text_says_nothing(text):
    assert bool(body.own_text(text)) == bool(text.strip())


@given(TEXT)
def test_own_text_reads_lf_like_crlf(text):
    lf = text.replace("\r", "")
    assert body.own_text(lf) == body.own_text(lf.replace("\n", "\r\n"))


@given(
    st.lists(
        st.sampled_from(
            ["还是不行，今天又断了三次。", "请处理", "Still broken.", "", "1. VPN", "电话：8866"]
        ),
        max_size=12,
    ).map("\n".join)
)
def test_own_text_of_a_mail_that_quotes_nothing_is_its_text(text):
    assert body.own_text(text) == text.strip()


@given(st.text(max_size=60), st.integers(0, 9))
def test_safe_name_is_safe(name, number):
    safe = attachments.safe_name(name, "application/octet-stream", number)
    assert 0 < len(safe.encode()) <= attachments.MAX_NAME_BYTES, safe
    assert not set('/\\<>:"|?*') & set(safe), safe
    assert safe not in {".", ".."}
    assert safe == attachments.safe_name(safe, "application/octet-stream", number), "a safe name stays"


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp", "Zs")), max_size=40))
def test_words_decode_undoes_encoding(text):
    from email.header import Header

    encoded = Header(text, "utf-8", maxlinelen=60).encode().replace("\n", "")
    assert words.decode(encoded) == text.removeprefix("\ufeff"), encoded
