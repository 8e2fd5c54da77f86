"""A part's bytes without their Content-Transfer-Encoding.

Promises: any bytes give bytes; what can be decoded is, and what is plainly not encoded as its label
says stays as it came.
Sources: RFC 2045 6; POSIX uuencode.
"""

import binascii
import re
from dataclasses import dataclass

# Above this share of characters that base64 does not have, a "base64" body is taken as it stands.
FOREIGN_SHARE = 0.1

_NAME = re.compile(r"[a-z0-9-]+")
_NOT_BASE64 = bytes(
    sorted(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
)
# A run is tried from its first sign only: at each of them it would be quadratic.
_PADDED = re.compile(rb"(?<!=)=+(?=[^=])")
_UUENCODED = re.compile(rb"(?:^|\n)begin[ \t]+[0-7]{3,4}[ \t]+[^\r\n]{0,200}\r?\n")


@dataclass(frozen=True, slots=True)
class Transferred:
    """The bytes, and what was wrong with their encoding."""

    content: bytes
    defect: str = ""


def decode(body: bytes, encoding: str) -> Transferred:
    """The bytes that the sender encoded. QUIRK: "base64;", "quoted printable", "x-uue"."""
    found = _NAME.match(encoding.strip().strip('"').lower().replace("quoted printable", "quoted-printable"))
    name = found[0] if found else ""
    if name == "base64":
        return _base64(body)
    if name == "quoted-printable":
        return Transferred(binascii.a2b_qp(body))
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _uu(body)
    known = name in {"", "7bit", "8bit", "binary"} or encoding.lower().startswith(("7-bit", "8-bit"))
    return Transferred(body, "" if known else "unknown transfer encoding: body taken as it stands")


def _base64(body: bytes) -> Transferred:
    """Decodes whole, cut, and line-wise padded base64 alike."""
    digits = body.translate(None, _NOT_BASE64)
    foreign = len(body) - len(digits) - sum(map(body.count, (b"\n", b"\r", b" ", b"\t")))
    if foreign > (len(digits) + foreign) * FOREIGN_SHARE:  # line ends do not count: LF and CRLF read the same
        return Transferred(body, "labelled base64 but is not: body taken as it stands")
    if b"=" in digits.rstrip(b"="):
        return _padded_inside(body, digits)
    bare = digits.rstrip(b"=")
    whole = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    content = binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    is_cut = bool(len(digits) % 4) or foreign > 0
    return Transferred(content, "damaged base64: what it holds was read" if is_cut else "")


def _padded_inside(body: bytes, digits: bytes) -> Transferred:
    """QUIRK: gateways encode line by line, each with its own padding; lists add a plain footer."""
    lines = [line.strip() for line in body.split(b"\n")]
    if all(len(line) % 4 == 0 for line in lines):
        pieces = [_until_padding(line.translate(None, _NOT_BASE64)) for line in lines]
        return Transferred(b"".join(pieces), "base64 padded within: read piece by piece")
    return Transferred(_until_padding(digits), "text after the end of base64: left out")


def _until_padding(digits: bytes) -> bytes:
    end = _PADDED.search(digits)
    bare = (digits[: end.start()] if end else digits).rstrip(b"=")
    bare = bare[: len(bare) - 1] if len(bare) % 4 == 1 else bare
    return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))


def _uu(body: bytes) -> Transferred:
    begin = _UUENCODED.search(body)
    if begin is None:
        return Transferred(body, "labelled uuencode but is not: body taken as it stands")
    pieces = []
    defect = "uuencode without its end"
    for line in body[begin.end() :].split(b"\n"):
        if line.strip() in (b"end", b"`"):
            defect = ""
            break
        pieces.append(_uu_line(line.rstrip(b"\r")))
    return Transferred(b"".join(pieces), defect)


def _uu_line(line: bytes) -> bytes:
    """QUIRK: some encoders write a line longer than its count says."""
    if not line:
        return b""
    needed = 1 + (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:needed])
    except binascii.Error:
        return b""
