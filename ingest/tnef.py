"""What a winmail.dat holds: Outlook's files and text in Transport Neutral Encapsulation.

Promises: any bytes give what they say, in one pass and with bounded numbers; what is cut or wrong
ends the reading. Compressed RTF is not read. tnefparse is not used here: a multi-value count in a
file of 60 bytes keeps it busy until the memory is gone (the tests read its files with it, to compare).
Sources: MS-OXTNEF 2.1, MS-OXPROPS (property ids), MS-OXCDATA 2.11 (property types).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest import charset

MAX_OBJECTS = 20_000
MAX_PROPERTIES = 5_000
MAX_FILES = 1_000

_SIGNATURE = 0x223E9F78
_ATTACHMENT_LEVEL = 2
_BODY, _CODEPAGE, _MESSAGE_PROPERTIES = 0x800C, 0x9007, 0x9003
_NEW_FILE, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_TEXT, _HTML, _INTERNET_CODEPAGE, _RTF = 0x1000, 0x1013, 0x3FDE, 0x1009
_DATA_OBJECT, _SHORT_NAME, _LONG_NAME, _MIME_TAG, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_FIXED_WIDTH = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_UNICODE_STRING = 0x1F
_MULTI_VALUE, _NAMED = 0x1000, 0x8000
_EMBEDDED_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(slots=True)
class File:
    """One file in a winmail.dat, as it is put together from its objects."""

    name: str = ""
    content: bytes = field(default=b"", repr=False)
    content_type: str = "application/octet-stream"
    content_id: str = ""


@dataclass(slots=True)
class Message:
    """The files and the texts of a winmail.dat."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    is_complete: bool = False
    has_rtf: bool = False
    codepage: str = "cp1252"


@dataclass(frozen=True, slots=True)
class _Property:
    tag: int
    kind: int
    value: bytes

    def string(self, codepage: str) -> str:
        label = "utf-16-le" if self.kind == _UNICODE_STRING else codepage
        if label == "utf-16-le":
            return self.value.decode(label, "replace").replace("\0", "")
        return charset.decode(self.value, label).text.replace("\0", "")


def read(data: bytes) -> Message | None:
    """The message in a winmail.dat, None when the bytes are none."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    message = Message()
    position = 6
    for _ in range(MAX_OBJECTS):
        if position + 11 > len(data):
            break
        level, name, length = struct.unpack_from("<BH2xI", data, position)
        _take(message, level, name, data[position + 9 : position + 9 + length])
        position += 11 + length
    message.is_complete = position == len(data)
    return message


def _take(message: Message, level: int, name: int, content: bytes) -> None:
    """Adds what one object says."""
    if level == _ATTACHMENT_LEVEL:
        _take_file(message, name, content)
    elif name == _CODEPAGE and len(content) >= 4:
        message.codepage = f"cp{struct.unpack_from('<I', content)[0]}"
    elif name == _BODY:
        message.text = charset.decode(content.rstrip(b"\0"), message.codepage).text
    elif name == _MESSAGE_PROPERTIES:
        _take_texts(message, list(_properties(content)))


def _take_texts(message: Message, properties: list[_Property]) -> None:
    pages = [item.value for item in properties if item.tag == _INTERNET_CODEPAGE and len(item.value) >= 4]
    internet = f"cp{struct.unpack_from('<I', pages[0])[0]}" if pages else message.codepage
    for item in properties:
        if item.tag == _TEXT:
            message.text = item.string(internet)
        elif item.tag == _HTML:
            message.html = item.string(internet)
        elif item.tag == _RTF:
            message.has_rtf = True


def _take_file(message: Message, name: int, content: bytes) -> None:
    if name == _NEW_FILE and len(message.files) < MAX_FILES:
        message.files.append(File())
    if not message.files:
        return
    file = message.files[-1]
    if name == _FILE_TITLE and not file.name:
        file.name = charset.decode(content.rstrip(b"\0"), message.codepage).text
    elif name == _FILE_DATA:
        file.content = content
    elif name == _FILE_PROPERTIES:
        for item in _properties(content):
            _take_file_property(file, item, message.codepage)


def _take_file_property(file: File, item: _Property, codepage: str) -> None:
    if item.tag == _LONG_NAME or (item.tag == _SHORT_NAME and not file.name):
        file.name = item.string(codepage)
    elif item.tag == _MIME_TAG:
        file.content_type = item.string(codepage)[:100].lower()
    elif item.tag == _CONTENT_ID:
        file.content_id = item.string(codepage)[:998].strip("<>")
    elif item.tag == _DATA_OBJECT:
        file.content = item.value.removeprefix(_EMBEDDED_MESSAGE)


def _properties(data: bytes) -> Iterator[_Property]:
    """The properties of a MAPI stream (MS-OXTNEF 2.1.3.4), up to where it is cut or wrong."""
    position = 4
    try:
        count = struct.unpack_from("<I", data)[0]
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, tag = struct.unpack_from("<HH", data, position)
            position += 4
            if tag >= _NAMED:
                position = _after_name(data, position)
            value, position = _value(data, position, kind)
            yield _Property(tag, kind & ~_MULTI_VALUE, value)
    except (struct.error, LookupError):
        return


def _after_name(data: bytes, position: int) -> int:
    """Where a named property's value begins: its GUID, and its number or name, come before."""
    kind, number = struct.unpack_from("<II", data, position + 16)
    return int(position + 24 + (number + -number % 4 if kind else 0))


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    """The first value and where the next property begins; LookupError for an unknown type."""
    is_multi, kind = bool(kind & _MULTI_VALUE), kind & ~_MULTI_VALUE
    count = 1
    if is_multi or kind in _VARIABLE:
        count = struct.unpack_from("<I", data, position)[0]
        position += 4
    if kind not in _VARIABLE:
        size = _FIXED_WIDTH[kind] * count
        return data[position : position + _FIXED_WIDTH[kind]], position + size + -size % 4
    first = b""
    for number in range(count):
        if number >= MAX_PROPERTIES:
            raise LookupError("more values than any property has")
        length = struct.unpack_from("<I", data, position)[0]
        first = first or data[position + 4 : position + 4 + length]
        position += 4 + length + -length % 4
    return first, position
