"""The MIME structure of a message: its parts as slices of its bytes.

Promises: any bytes give one part or a tree of parts, at most MAX_DEPTH deep and MAX_PARTS many, in
time linear in size times depth; the bytes of a leaf are exactly those between its boundaries.
The stdlib's parser is not used here: it recurses without bound, tests every line against every
open boundary, and reads bytes as text. An attached message is a leaf.
Sources: RFC 2045, RFC 2046 5.1, RFC 2183.
"""

import re
from dataclasses import dataclass, field, replace

from ingest import headers
from ingest.headers import Header, Parameterised

MAX_DEPTH = 40
MAX_PARTS = 2_000
MAX_BOUNDARY_LENGTH = 1_000
# Lines that begin like a boundary and are none: a limit for bodies made of them.
MAX_NEAR_MISSES = 100_000
SNIFF_BYTES = 10_000

_SNIFFED = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\nContent-", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entity (RFC 2045 2.4): its header and its body, or the parts of a multipart."""

    header: Header
    content_type: Parameterised
    disposition: Parameterised
    body: bytes = field(repr=False, default=b"")
    """Still transfer-encoded; empty for a multipart."""
    parts: tuple["Part", ...] = ()

    @property
    def filename(self) -> str:
        """The name that the sender gave; '' for none."""
        names = (self.disposition.parameter("filename"), self.content_type.parameter("name"))
        return next((name for name in names if name and "\ufffd" not in name), names[0] or names[1])


@dataclass(slots=True)
class _Splitter:
    """The bytes being taken apart and how many parts they have given."""

    raw: bytes
    defects: list[str]
    parts: int = 0

    def part(self, start: int, end: int, default: str, depth: int) -> Part:
        """The entity between two offsets."""
        self.parts += 1
        header = headers.read(self.raw, start, end)
        self.defects += header.defects
        content_type = headers.parameterised(header.value("content-type"))
        if "/" not in content_type.kind:
            content_type = replace(content_type, kind=_default_type(content_type.kind, default))
        part = Part(
            header=header,
            content_type=content_type,
            disposition=headers.parameterised(header.value("content-disposition")),
        )
        body = (min(header.body_start, end), end)
        if not content_type.kind.startswith("multipart/"):
            return replace(part, body=self.raw[slice(*body)])
        return self._multipart(part, body, depth)

    def _multipart(self, part: Part, body: tuple[int, int], depth: int) -> Part:
        if depth >= MAX_DEPTH or self.parts >= MAX_PARTS:
            self.defects.append("parts nested too deeply or too many: kept as an attachment")
            return _leaf(part, "application/octet-stream", self.raw[slice(*body)])
        ranges = self._ranges(part, body)
        if not ranges:
            if body[0] < body[1]:
                self.defects.append("multipart without its boundary: read as text")
            return _leaf(part, "text/plain", self.raw[slice(*body)])
        default = "message/rfc822" if part.content_type.kind == "multipart/digest" else "text/plain"
        parts = []
        for start, end in ranges:
            if self.parts >= MAX_PARTS:
                self.defects.append(f"more than {MAX_PARTS} parts: the rest left out")
                break
            parts.append(self.part(start, end, default, depth + 1))
        return replace(part, parts=tuple(parts))

    def _ranges(self, part: Part, body: tuple[int, int]) -> list[tuple[int, int]]:
        """Where the parts lie. QUIRK: a wrong or missing boundary is taken from the body's own lines."""
        boundary = part.content_type.parameter("boundary").encode("utf-8", "replace").rstrip()
        ranges: list[tuple[int, int]] = []
        if 0 < len(boundary) <= MAX_BOUNDARY_LENGTH:
            ranges = self._split(b"--" + boundary, *body)
        sniffed = None if ranges else _SNIFFED.search(self.raw, body[0], min(body[1], body[0] + SNIFF_BYTES))
        if sniffed:
            self.defects.append("boundary missing or wrong: taken from the body")
            ranges = self._split(b"--" + sniffed[1], *body)
        return ranges

    def _split(self, delimiter: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """The ranges between the delimiter lines (RFC 2046 5.1.1).

        QUIRK: parts that follow the closing line are taken too: some gateways use one boundary twice.
        """
        ranges: list[tuple[int, int]] = []
        begun, misses = -1, 0
        position = self.raw.find(delimiter, start, end)
        while position >= 0 and len(ranges) <= MAX_PARTS and misses <= MAX_NEAR_MISSES:
            after = (
                self._line_after(position, delimiter, end) if self._at_line_start(position, start) else None
            )
            if after is None:
                misses += 1
                position = self.raw.find(delimiter, position + len(delimiter), end)
                continue
            if begun >= 0:
                ranges.append((begun, max(begun, self._before_line_end(position))))
            line_end, is_close = after
            begun = -1 if is_close else line_end
            position = self.raw.find(delimiter, max(line_end, position + 1), end)
        if 0 <= begun < end:
            self.defects.append("multipart without its closing boundary")
            ranges.append((begun, end))
        return ranges

    def _at_line_start(self, position: int, start: int) -> bool:
        return position == start or self.raw[position - 1] in b"\r\n"

    def _line_after(self, position: int, delimiter: bytes, end: int) -> tuple[int, bool] | None:
        """Where the line after a delimiter begins and if it closes; None for a longer boundary."""
        tail = position + len(delimiter)
        newline = self.raw.find(b"\n", tail, end)
        line_end = end if newline < 0 else newline + 1
        rest = self.raw[tail : min(line_end, tail + 100)].strip()
        if rest and not rest.startswith(b"--"):
            return None
        return line_end, rest.startswith(b"--")

    def _before_line_end(self, position: int) -> int:
        """The line end before a delimiter belongs to the delimiter."""
        position -= self.raw[position - 1 : position] == b"\n"
        return position - (self.raw[position - 1 : position] == b"\r")


def read(raw: bytes) -> tuple[Part, tuple[str, ...]]:
    """The message as a tree of parts, and what was wrong with its form."""
    defects: list[str] = []
    if b"\n" not in raw[: 1 << 20] and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
        defects.append("lines end in bare CR")
    start = len(raw) - len(raw.lstrip(b"\r\n"))  # QUIRK: blank lines before the header.
    splitter = _Splitter(raw, defects)
    return splitter.part(start, len(raw), "text/plain", 0), tuple(dict.fromkeys(splitter.defects))


def _default_type(token: str, default: str) -> str:
    """QUIRK: a bare "text", "html" or "multipart" as the whole type."""
    bare = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed", "text/": "text/plain"}
    return bare.get(token, default)


def _leaf(part: Part, content_type: str, body: bytes) -> Part:
    return replace(part, content_type=replace(part.content_type, kind=content_type), body=body)
