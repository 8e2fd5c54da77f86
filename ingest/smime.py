"""The payload of an opaquely signed S/MIME message, read without checking the signature.

Promises: the MIME entity inside, or None when the bytes are no signed data; bounded depth.
Never says that a signature is right: that would need the certificates.
Sources: RFC 8551 3.5, RFC 5652 5 (SignedData), X.690 8 (BER lengths).
"""

from dataclasses import dataclass

MAX_DEPTH = 12
MAX_PIECES = 200_000

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENVELOPED_DATA = bytes.fromhex("2a864886f70d010703")
_DATA = bytes.fromhex("2a864886f70d010701")
_OID, _OCTETS, _CONSTRUCTED_OCTETS = 0x06, 0x04, 0x24


@dataclass(frozen=True, slots=True)
class _Element:
    """One BER element: its tag, where its content lies, where the next begins."""

    tag: int
    start: int
    end: int
    next: int


def signed_content(data: bytes) -> bytes | None:
    """The bytes that were signed, None when this is not signed data that carries them.

    Looks for the id-data content type that follows id-signedData, and takes the octets behind it.
    """
    if data.find(_SIGNED_DATA, 0, 100) < 0:
        return None
    position = data.find(bytes((_OID, len(_DATA))) + _DATA, 0, 1000)
    if position < 0:
        return None
    wrapper = _element(data, position + 2 + len(_DATA))
    if wrapper is None or wrapper.tag != 0xA0:
        return None  # A detached signature has no content here.
    pieces: list[bytes] = []
    _collect(data, (wrapper.start, wrapper.end), pieces)
    return b"".join(pieces) or None


def is_enveloped(data: bytes) -> bool:
    """True for encrypted data."""
    return data.find(_ENVELOPED_DATA, 0, 100) >= 0


def _collect(data: bytes, span: tuple[int, int], pieces: list[bytes], depth: int = 0) -> int:
    """Adds every primitive octet string of a span, in order; returns where it stopped."""
    start, end = span
    while start < end and len(pieces) < MAX_PIECES:
        if data[start : start + 2] == b"\0\0":  # end of contents (X.690 8.1.5)
            return start + 2
        element = _element(data, start)
        if element is None or depth > MAX_DEPTH:
            return end
        start = element.next
        if element.tag == _OCTETS:
            pieces.append(data[element.start : element.end])
        elif element.tag == _CONSTRUCTED_OCTETS:
            stopped = _collect(data, (element.start, element.end), pieces, depth + 1)
            start = stopped if element.next == element.end == len(data) else element.next
    return start


def _element(data: bytes, position: int) -> _Element | None:
    """The element at a position; one of indefinite length reaches to the end of the data."""
    if position + 2 > len(data):
        return None
    tag, length = data[position], data[position + 1]
    start = position + 2
    if length == 0x80:
        return _Element(tag, start, len(data), len(data))
    if length > 0x80:
        width = length & 0x7F
        if width > 8 or start + width > len(data):
            return None
        length = int.from_bytes(data[start : start + width], "big")
        start += width
    end = min(start + length, len(data))
    return _Element(tag, start, end, end)
