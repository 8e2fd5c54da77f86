"""Text from bytes whose charset label may lie.

Promises: every byte string gives a text; U+FFFD stands only where the bytes say nothing in any
reading; one bad byte never costs the rest. Valid UTF-8 wins over every label, then the label's
superset (a gb2312 label means GB18030), then what the bytes look like: GB18030, Big5-HKSCS, cp1252.
Sources: the WHATWG Encoding Standard's labels (webencodings), GB 18030-2022, RFC 1843 (HZ), RFC 2152.
"""

import codecs
import re
from dataclasses import dataclass

import webencodings  # type: ignore[import-untyped]

# How much of a text is looked at to tell a Chinese charset from a Western one.
SAMPLE_BYTES = 65_536
# The share of common Chinese characters from which undeclared bytes are read as Chinese.
CHINESE_SHARE = 0.6
# A Western label is only overruled by nearly pure Chinese of some length.
OVERRULING_SHARE, OVERRULING_CHARACTERS = 0.9, 4
# A reading with at most one bad byte in so many characters is that charset, slightly damaged.
CHARACTERS_PER_BAD_BYTE = 8

STATEFUL = frozenset({"hz", "utf-7", "iso2022_jp_2", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be"})
WESTERN = frozenset({"cp1252", "iso8859-15", "mac-roman"})
# Multi-byte charsets of East Asia: two of their bytes may also form one valid UTF-8 character.
EAST_ASIAN = frozenset({"gb18030", "big5hkscs", "cp949", "cp932", "euc_jp"})
SUPERSET = {
    "euc-jp": "euc_jp",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_2",
    "replacement": "",
}
# Labels that mail carries and the web does not.
MAIL_LABEL = {
    "cp936": "gb18030", "ms936": "gb18030", "windows-936": "gb18030", "euc-cn": "gb18030",
    "gb2312-80": "gb18030", "gb18030-2000": "gb18030", "gb18030-2005": "gb18030", "gb-2312": "gb18030",
    "hz": "hz", "hz-gb-2312": "hz", "cp950": "big5hkscs", "ms950": "big5hkscs", "big5hkscs": "big5hkscs",
    "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7", "iso-2022-kr": "iso2022_kr", "latin9": "iso8859-15",
    "utf-16": "utf-16", "unicode": "utf-16", "utf8mb4": "utf-8", "cp65001": "utf-8", "cp949": "cp949",
    "us-ascii": "", "ascii": "", "x-user-defined": "", "unknown-8bit": "", "x-unknown": "",
}  # fmt: skip

# Seen: "internal codec error" of iso2022_jp_2 and its like, for bytes that end inside an escape sequence.
_CODEC_FAULTS = (RuntimeError, SystemError)
_TOKEN = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_IDEOGRAPH = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_LONE_LETTER = re.compile("(?<![\u0080-\u07ff])[\u0080-\u07ff](?![\u0080-\u07ff])")
_BEYOND_TWO_BYTES = re.compile("[\u0800-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and, when it was not what its label says, the defect in words."""

    text: str
    defect: str = ""


def codec_of(label: str) -> str:
    """The Python codec that holds all that a label is used for; '' for none or an unknown label."""
    name = label.strip("\"' \t;").lower()[:40]
    if name in MAIL_LABEL:
        return MAIL_LABEL[name]
    encoding = webencodings.lookup(name) or webencodings.lookup(name.replace("_", "-"))
    if encoding is None:
        return ""
    found = str(encoding.codec_info.name)
    return SUPERSET.get(found, found)


def decode(data: bytes, label: str = "") -> Decoded:
    """The text of bytes, whatever their label; a byte order mark is left out."""
    codec = codec_of(label) if label else ""
    if data.isascii() and codec not in STATEFUL and b"\x1b" not in data:
        return Decoded(data.decode("ascii"))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoded(_lenient(data, "utf-16"))
    if codec in STATEFUL or b"\x1b" in data:
        text = _stateful(data, codec or "iso2022_jp_2")
        if text is not None:
            return Decoded(text)
        codec = ""
    return _utf8(data, codec, label) or _labelled(data, codec, label) or _unlabelled(data, label)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
    except (UnicodeError, LookupError, *_CODEC_FAULTS):
        return None
    return None if _SURROGATE.search(text) else text


def _stateful(data: bytes, codec: str) -> str | None:
    """Reads escape-sequence charsets and UTF-16, None where the label cannot be true."""
    if codec.startswith("utf-16"):
        return _utf16(data)
    if codec == "hz" and not data.isascii():
        return None
    text = _strict(data, codec)
    if text is None and (codec == "hz" or _is_slightly_damaged(data, codec)):
        return _lenient(data, codec)
    return text


def _is_slightly_damaged(data: bytes, codec: str) -> bool:
    """True when few bytes are outside a seven-bit charset and they are not Chinese either."""
    sample = data[:SAMPLE_BYTES]
    bad = _lenient(sample, codec).count("\ufffd")
    return bad * CHARACTERS_PER_BAD_BYTE <= len(sample) and not _chinese_codec(data)


def _utf16(data: bytes) -> str | None:
    """UTF-16 of either byte order. QUIRK: "utf-16" also stands on ASCII or GBK, from form mailers."""
    if b"\0" in data:
        return _lenient(data, "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le")
    if data.isascii() or _strict(data, "utf-8") is not None:
        return None
    for codec in ("utf-16-le", "utf-16-be"):
        text = _lenient(data, codec)
        if len(_IDEOGRAPH.findall(text)) >= len(text) * OVERRULING_SHARE:
            return text
    return None


def _utf8(data: bytes, codec: str, label: str) -> Decoded | None:
    """The UTF-8 reading when the bytes are UTF-8, whole or with a little damage."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data" and codec in {"", "utf-8"}
        cut = data[: error.start].decode("utf-8-sig") if is_cut else ""
        if _BEYOND_TWO_BYTES.search(cut):
            return Decoded(cut + "\ufffd", "UTF-8 cut in a character: it is replaced")
        return _damaged_utf8(data, declared=codec == "utf-8")
    if codec in EAST_ASIAN and not _BEYOND_TWO_BYTES.search(text) and _strict(data, codec) is not None:
        return None  # Two bytes of GBK can be one Latin letter in UTF-8; then the label decides.
    if not codec and _is_two_byte_chinese(data, text):
        return None
    wrong = codec not in {"", "utf-8"}
    return Decoded(text, f"labelled {_shown(label)} but is UTF-8: read as UTF-8" if wrong else "")


def _is_two_byte_chinese(data: bytes, text: str) -> bool:
    """QUIRK: "谢谢" in GBK is valid UTF-8 for "лл". Without a label, runs of frequent hanzi are Chinese.

    Latin letters with accents stand alone between ASCII; Cyrillic words hold trail bytes below 0xA1.
    """
    if data.isascii() or _BEYOND_TWO_BYTES.search(text) or _LONE_LETTER.search(text):
        return False
    return _chinese_codec(data, OVERRULING_SHARE) == "gb18030"


def _damaged_utf8(data: bytes, *, declared: bool) -> Decoded | None:
    """UTF-8 with some bad bytes: told by a sample, for GBK read as UTF-8 is nearly all bad."""
    sample = data[:SAMPLE_BYTES].decode("utf-8", "replace")
    bad = sample.count("\ufffd")
    good = _non_ascii(sample) - bad
    is_likely = good >= bad * CHARACTERS_PER_BAD_BYTE
    is_possible = declared and good >= bad and not _chinese_codec(data, OVERRULING_SHARE)
    if not good or not (is_likely or is_possible):
        return None
    text = data.decode("utf-8-sig", "replace")
    return Decoded(text, f"UTF-8 with {text.count(chr(0xFFFD))} bad sequences: each replaced")


def _non_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _labelled(data: bytes, codec: str, label: str) -> Decoded | None:
    """The reading that the label asks for, if the bytes bear it out."""
    if not codec or codec == "utf-8":
        return None
    if codec in WESTERN:
        chinese = _chinese_codec(data, OVERRULING_SHARE, OVERRULING_CHARACTERS)
        if chinese:
            return Decoded(
                _lenient(data, chinese), f"labelled {_shown(label)} but is Chinese: read as {chinese}"
            )
        return Decoded(_lenient(data, codec))
    text = _strict(data, codec)
    if text is not None:
        return Decoded(text)
    text = _lenient(data, codec)
    bad = text.count("\ufffd")
    if bad * CHARACTERS_PER_BAD_BYTE <= _non_ascii(text) or (bad == 1 and codec == _chinese_codec(data)):
        return Decoded(text, f"{_shown(label)} with {bad} bad bytes: each replaced" if bad else "")
    return None


def _unlabelled(data: bytes, label: str) -> Decoded:
    """What the bytes look like: Chinese of either kind, else Western."""
    codec = _chinese_codec(data) or "cp1252"
    told = f"labelled {_shown(label)} but is not" if label else "8-bit text without a charset"
    return Decoded(_lenient(data, codec), f"{told}: read as {codec}")


def _chinese_codec(data: bytes, share: float = CHINESE_SHARE, characters: int = 1) -> str:
    """'gb18030' or 'big5hkscs' when that much of the text is common characters of it, else ''."""
    tokens = _TOKEN.findall(data[:SAMPLE_BYTES])
    if len(tokens) < characters:
        return ""
    gb = sum(map(_gb_weight, tokens)) / len(tokens)
    big5 = sum(map(_big5_weight, tokens)) / len(tokens)
    if max(gb, big5) < share:
        return ""
    return "gb18030" if gb >= big5 else "big5hkscs"


def _gb_weight(token: bytes) -> float:
    """1 for GB 2312's frequent hanzi and punctuation, less for what is rarely written."""
    if len(token) < 2:
        return 0.0
    lead, trail = token
    if trail < 0xA1:
        return 0.4 if 0x81 <= lead <= 0xA0 or lead >= 0xAA else 0.0
    if 0xB0 <= lead <= 0xD7 or lead in (0xA1, 0xA3):
        return 1.0
    return 0.6 if lead > 0xD7 else 0.2


def _big5_weight(token: bytes) -> float:
    """1 for Big5's frequent hanzi and punctuation, less for its second plane."""
    if len(token) < 2 or 0x7E < token[1] < 0xA1:
        return 0.0
    if 0xA4 <= token[0] <= 0xC6 or token[0] == 0xA1:
        return 1.0
    return 0.3


def _lenient(data: bytes, codec: str) -> str:
    handler = "ombud.gb" if codec == "gb18030" else "replace"
    try:
        text = data.decode(codec, handler).removeprefix("\ufeff")
    except _CODEC_FAULTS:
        text = data.decode("ascii", "replace")
    return _SURROGATE.sub("\ufffd", text)


def _gb_error(error: UnicodeError) -> tuple[str, int]:
    """QUIRK: code page 936 has the euro at 0x80; Outlook leaves 0xA0 as a lone no-break space."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    lone = {0x80: "€", 0xA0: " "}
    return lone.get(error.object[error.start], "\ufffd"), error.start + 1


def _shown(label: str) -> str:
    """A label fit for a defect: it comes from the mail."""
    return re.sub(r"[^\w.:-]", "", label[:40])


codecs.register_error("ombud.gb", _gb_error)
