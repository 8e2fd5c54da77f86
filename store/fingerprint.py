"""By what a mail is known, wherever it lies and however often it comes."""

import re
from hashlib import sha256

IDENTIFYING_HEADERS = (b"message-id", b"from", b"date", b"subject")

_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")


def fingerprint(content: bytes) -> str:
    """SHA-256 of what makes a message itself: Message-ID, From, Date, Subject and the body.

    Trace headers (RFC 5322 3.6.7) and whatever a delivery adds do not count; nor do line ends.
    """
    cut = _BLANK_LINE.search(content)
    head, body = (content[: cut.start()], content[cut.end() :]) if cut else (content, b"")
    digest = sha256()
    lines = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for name in IDENTIFYING_HEADERS:
        digest.update(name + b":" + _header(lines, name) + b"\n")
    digest.update(body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip())
    return digest.hexdigest()


def _header(lines: list[bytes], name: bytes) -> bytes:
    """The first header of this name, unfolded, white space collapsed."""
    for number, line in enumerate(lines):
        if line[: len(name) + 1].lower() == name + b":":
            value = [line[len(name) + 1 :]]
            for more in lines[number + 1 :]:
                if more[:1] not in (b" ", b"\t"):
                    break
                value.append(more)
            return b" ".join(b" ".join(value).split())
    return b""
