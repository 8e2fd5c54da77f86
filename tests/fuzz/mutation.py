"""Messages made from the samples by mutations that know what a message is made of.

Promises: the same messages for the same seed and samples; a message stays below MAX_BYTES.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path

MAIL = Path(__file__).parents[1]
MAX_BYTES = 200_000
MAX_STEPS = 6

LABELS = (
    b"utf-8", b"gb2312", b"gbk", b"gb18030", b"big5", b"big5-hkscs", b"hz-gb-2312", b"utf-7", b"utf-16", b"utf-16le",
    b"iso-2022-jp", b"iso-2022-kr", b"shift_jis", b"euc-kr", b"us-ascii", b"iso-8859-1", b"x-unknown", b"", b'"', b"a" * 90,
)  # fmt: skip
ENCODINGS = (b"base64", b"quoted-printable", b"7bit", b"8bit", b"x-uue", b"rot13", b"")
TYPES = (
    b"text/plain", b"text/html", b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b", b"multipart/related; boundary=b",
    b"multipart/report; boundary=b", b"message/rfc822", b"message/delivery-status", b"application/ms-tnef", b"application/pkcs7-mime",
    b"text/plain; format=flowed; delsp=yes", b"text/calendar; method=REPLY", b"multipart/signed", b"text", b"/", b"",
)  # fmt: skip
PIECES = (
    b"\n", b"\n\n", b"\r\n", b"\0", b"\xff", b"\x1b$B", b"\x1b.J\x1bN", b"~{", b"=?", b"=?utf-8?B?", b"=?gb2312?Q?=C4=E3?=", b"?=", b'"', b"<", b">", b"(",
    b"> ", b">> ", b"-- \n", b"--b\n", b"--b--\n", b"<div style='display:none'>", b"<table><tr>", b"<blockquote type=cite>", b"</", b"<!--", b"&#x110000;",
    "发件人：张三\n发送时间：2026年1月1日\n主题：报修\n".encode(), "在 2026年1月1日，张三写道：\n".encode(), b"On Mon, a@corp.example wrote:\n",
    b"-----Original Message-----\nFrom: a\nSent: b\n", "回复：".encode(), "转发: ".encode(), "投诉".encode(), "没有解决".encode(), "已解决".encode(),
    "受理 C-2026-00017 ".encode(), b"[C-2026-00017 fuo-aaaaaaaaaaaa]", "\u202e\u200b".encode(), "😀".encode(), b"\xe4\xbd", b"\xc4", b"Re: " * 20,
    b"Return-Path: <>\n", b"Auto-Submitted: auto-replied\n", b"Precedence: bulk\n", b"Final-Recipient: rfc822; a@corp.example\nStatus: 5.1.1\n",
    b"Subject: =?utf-8?B?5oqV6K+J?=\n", b"Date: Mon, 23 Nov 2026 10:00:00 +0800\n", b"Content-ID: <i>\n", b"References: <a@b> <c@d>\n",
)  # fmt: skip

Mutation = Callable[[random.Random, bytes, list[bytes]], bytes]


def samples() -> list[bytes]:
    """Every sample message of the tests, in a fixed order."""
    folders = (MAIL / "mail", MAIL / "corpora", MAIL / "fuzz" / "kept")
    return [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.eml"))]


def mutated(chance: random.Random, pool: list[bytes]) -> bytes:
    """A sample, changed in one to MAX_STEPS ways."""
    raw = chance.choice(pool)
    for _ in range(chance.randint(1, MAX_STEPS)):
        raw = chance.choice(MUTATIONS)(chance, raw, pool)[:MAX_BYTES]
    return raw


def _insert(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    at = chance.randint(0, len(raw))
    return raw[:at] + chance.choice(PIECES) * chance.choice((1, 1, 2, 50)) + raw[at:]


def _delete(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    at = chance.randint(0, len(raw))
    return raw[:at] + raw[at + chance.choice((1, 2, 10, 200)) :]


def _cut(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _flip(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 3, 20)) if raw else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _repeat(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    at = chance.randint(0, len(raw))
    end = at + chance.choice((1, 5, 40, 400))
    return raw[:end] + raw[at:end] * chance.choice((1, 5, 200)) + raw[end:]


def _swap_lines(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    lines = raw.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _splice(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    other = chance.choice(pool)
    return raw[: chance.randint(0, len(raw))] + other[chance.randint(0, len(other)) :]


def _other_header(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    """The body under the header of another sample."""
    return chance.choice(pool).partition(b"\n\n")[0] + b"\n\n" + raw.partition(b"\n\n")[2]


def _attach(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    head = b"From: a@corp.example\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\n"
    kind = chance.choice((b"message/rfc822", b"text/plain; name=a.txt", b"multipart/digest; boundary=b"))
    return head + b"x\n--bb\nContent-Type: " + kind + b"\n\n" + raw + b"\n--bb--\n"


def _label(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return _replaced(chance, raw, rb"(?i)(charset=|=\?)[\w-]*", rb"\1" + chance.choice(LABELS))


def _encoding(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return _replaced(chance, raw, rb"(?i)(transfer-encoding:).*", rb"\1 " + chance.choice(ENCODINGS))


def _type(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return _replaced(chance, raw, rb"(?i)(content-type:)[^;\n]*", rb"\1 " + chance.choice(TYPES))


def _line_ends(chance: random.Random, raw: bytes, pool: list[bytes]) -> bytes:
    return raw.replace(
        b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b"")), chance.choice((1, 5, -1))
    )


def _replaced(chance: random.Random, raw: bytes, pattern: bytes, by: bytes) -> bytes:
    """The raw message with one match of a pattern replaced."""
    found = list(re.finditer(pattern, raw))
    if not found:
        return raw
    match = chance.choice(found)
    return raw[: match.start()] + match.expand(by) + raw[match.end() :]


MUTATIONS: tuple[Mutation, ...] = (
    _insert, _insert, _delete, _cut, _flip, _repeat, _swap_lines, _splice, _other_header, _attach, _label, _encoding,
    _type, _line_ends,
)  # fmt: skip
