"""Hostile sizes and depths: every message gives a Mail, and keeps what it can."""

import os
import random
import resource
from pathlib import Path

import pytest

from ingest import contents, structure
from ingest.parse import parse

HEADER = b"From: a@corp.example\nSubject: s\n"


def nested(levels: int) -> bytes:
    head = "".join(f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(levels))
    return HEADER + head.encode() + b"\nx\n"


def test_parse_10000_nested_parts():
    mail = parse(nested(10_000))
    assert mail.subject == "s"
    assert "parts nested too deeply or too many: kept as an attachment" in mail.defects
    assert len(mail.attachments) == 1


def test_parse_10000_nested_messages():
    mail = parse(HEADER + b"Content-Type: message/rfc822\n\n" * 10_000 + b"x")
    assert [a.content_type for a in mail.attachments] == ["message/rfc822"]


def test_parse_one_boundary_nested_10000_times():
    part = b"--b\nContent-Type: multipart/mixed; boundary=b\n\n"
    assert parse(HEADER + part[4:] + part * 10_000 + b"x").subject == "s"


def test_parse_20000_parts():
    part = b"--b\nContent-Type: application/x; name=a.txt\n\nx\n"
    mail = parse(HEADER + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 20_000)
    assert len(mail.attachments) < structure.MAX_PARTS
    assert f"more than {structure.MAX_PARTS} parts: the rest left out" in mail.defects


def test_parse_100000_headers():
    mail = parse(b"".join(b"X-%d: v\n" % number for number in range(100_000)) + HEADER + b"\nx")
    assert (mail.subject, len(mail.headers), mail.text) == ("s", 100_002, "x")


HUGE = {
    "blanks": b"a " * 500_000,
    "encoded words": b"=?utf-8?B?5L2g?= " * 60_000,
    "broken words": b"=?utf-8?Q?" * 100_000,
    "addresses": b"a@corp.example, " * 65_000,
    "empty groups": b":;" * 500_000,
    "full-width separators": "，；".encode() * 160_000,
    "angles": b"<" * 1_000_000,
    "quotes": b'a="b;' * 200_000,
    "comments": b"(" * 1_000_000,
    "continuations": b"text/x; " + b"".join(b"a*%d*=%%41;" % n for n in range(90_000)),
    "folds": b"a\n" + b" b\n" * 99_000 + b" c",
    "8-bit": b"\xe4\xbd\xa0\xff" * 250_000,
}


@pytest.mark.parametrize(
    "name", ["From", "To", "Subject", "Date", "References", "Message-ID", "Content-Type", "Return-Path"]
)
@pytest.mark.parametrize("kind", HUGE)
def test_parse_header_of_a_megabyte(kind, name):
    mail = parse(f"X-First: 1\n{name}: ".encode() + HUGE[kind] + b"\nX-Last: 2\n\nx")
    assert (mail.header("x-first"), mail.header("x-last")) == ("1", "2"), (kind, name)


def test_parse_text_longer_than_kept():
    mail = parse(HEADER + b"\n" + "字".encode() * (contents.MAX_TEXT + 5))
    assert len(mail.text) == contents.MAX_TEXT
    assert contents.CUT in mail.defects


BODIES = {
    "boundary lines": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 1_000_000,
    "lines like a boundary": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * 1_000_000,
    "one line of dashes": b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 5_000_000,
    "soft lines": b"Content-Type: text/plain; format=flowed\n\n" + b"> a \n" * 1_000_000,
    "html blocks": b"Content-Type: text/html\n\n" + b"<p>a</p>\n" * 500_000,
    "html depth": b"Content-Type: text/html\n\n" + b"<div>" * 1_000_000,
    "line ends": b"\n" * 5_000_000,
    "carriage returns": b"\na\r" * 2_000_000,
}


@pytest.mark.parametrize("kind", BODIES)
def test_parse_body_of_five_megabytes(kind):
    mail = parse(HEADER + BODIES[kind])
    assert mail.subject == "s", kind
    assert len(mail.text) <= contents.MAX_TEXT, kind


LARGE_BYTES = 50_000_000
# The text as Python holds it: up to four bytes a character, twice while it is decoded, beside the bytes.
MEMORY_FACTOR = 10
MAX_SECONDS = 20.0
LARGE = {
    "base64 attachment": b"Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n"
    + b"UEsDBBQAAAAIAAAAIQBQSwMEFAAAAAgAAAAhAFBLAwQUAAAACAAAACEA\n" * 840_000,
    "text": b"Content-Type: text/plain; charset=utf-8\n\n" + "打印机坏了\n".encode() * 3_100_000,
    "html": b"Content-Type: text/html\n\n" + b"<p>a b c</p>\n" * 3_850_000,
    "random bytes": b"\n" + random.Random(2026).randbytes(LARGE_BYTES),
    "parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 7_150_000,
}


@pytest.mark.parametrize("kind", LARGE)
def test_parse_message_of_50_megabytes_in_bounded_memory(kind):
    raw = HEADER + LARGE[kind]
    grown_bytes = peak_growth_bytes(raw)
    assert grown_bytes < MEMORY_FACTOR * len(raw), f"{kind}: {grown_bytes / len(raw):.1f} times its size"


def peak_growth_bytes(raw):
    """By how much a process that parses this grows at its peak: a child, which the system measures."""
    before = int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    child = os.fork()
    if child == 0:
        os._exit(0 if parse(raw).subject == "s" else 1)
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    assert usage.ru_utime + usage.ru_stime < MAX_SECONDS
    return usage.ru_maxrss * 1024 - before


def test_parse_attachment_of_50_megabytes_is_whole():
    attached = parse(HEADER + LARGE["base64 attachment"]).attachments[0]
    assert (attached.filename, attached.size_bytes) == ("a.zip", 840_000 * 42)


DAMAGED = {
    "no boundary": (b"Content-Type: multipart/mixed\n\n--b\n\ntext\n--b--\n", "text"),
    "boundary that never occurs": (b"Content-Type: multipart/mixed; boundary=c\n\ntext\n", "text"),
    "truncated base64": (b"Content-Transfer-Encoding: base64\n\n5omT5Y2w5py65Z2P5L", "打印机坏"),
    "truncated quoted-printable": (b"Content-Transfer-Encoding: quoted-printable\n\n=E5=9D=8F=E", "坏"),
    "NULs": (b"X: a\0b\n\nt\0e\0x\0t", "text"),
    "bare CR": (b"\none\rtwo\r", "one\ntwo"),
    "mixed line ends": (b"\none\r\ntwo\nthree\rfour", "one\ntwo\nthree\nfour"),
    "only bare CR": (b"\none\ntwo\n", "one\ntwo"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_parse_damaged_message_keeps_its_text(kind):
    rest, text = DAMAGED[kind]
    raw = HEADER + rest
    mail = parse(raw.replace(b"\n", b"\r") if kind == "only bare CR" else raw)
    assert mail.sender.address == "a@corp.example", kind
    assert text in mail.text, (kind, mail.text)
    assert not set("\0\r") & set(mail.text), (kind, mail.text)


def test_parse_addresses_in_quotations_that_never_close():
    """Each quotation mark was once looked at to the end: minutes for a header of 60 kB."""
    mail = parse(b"To: ;a@corp.example; " + b'\\"' * 50_000 + HEADER[4:] + b"\nx")
    assert mail.text == "x"
