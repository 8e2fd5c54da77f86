"""Encoded words: `=?gb2312?B?…?=` in header values, back to text.

Promises: anything that is no encoded word stays as it was; linear in the length of the value.
Lenient where Chinese mailers are: words split inside a character, words in quotation marks, words
without space around them, blanks and question marks inside a word, base64 cut anywhere.
Sources: RFC 2047; RFC 2231 5 (language suffix).
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ingest import charset

# QUIRK: RFC 2047 allows 75 characters a word; mailers write whole subjects into one. A `?` may
# stand unencoded inside a Q word, up to three times.
_WORD = re.compile(
    r"=\?(?P<charset>[^?\s]{1,40})\?"
    r"(?:(?P<b>[bB])\?(?P<base64>[^?]*)|[qQ]\?(?P<quoted>[^?]*(?:\?(?!=)[^?]*){0,3}))\?="
)
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    is_base64: bool
    payload: str
    start: int
    end: int
    """Where in the value the word stands."""


def decode(value: str) -> str:
    """The value with its encoded words decoded, on one line and without control characters."""
    if "=?" in value:
        value = "".join(_pieces(value))
    return _CONTROL.sub(" ", value).strip() if not value.isprintable() else value.strip()


def protect(value: str) -> str:
    """The value with every encoded word in base64, so that no address syntax shows inside one.

    QUIRK: `=?utf-8?Q?Doe,_John?= <doe@example.com>` has a bare comma, against RFC 2047 5 (3).
    """
    return _WORD.sub(_as_base64, value) if "=?" in value else value


def _as_base64(match: re.Match[str]) -> str:
    word = _word(match)
    data = binascii.b2a_base64(_bytes(word.payload, is_base64=word.is_base64), newline=False)
    return f"=?{word.charset}?B?{data.decode('ascii')}?="


def _pieces(value: str) -> Iterator[str]:
    """The decoded words and the text between them; blanks between two words vanish (RFC 2047 6.2)."""
    done = 0
    for run in _runs(value):
        yield value[done : run[0].start]
        for _, words in groupby(run, key=lambda word: (word.charset.lower(), word.is_base64)):
            yield _text(list(words))
        done = run[-1].end
    yield value[done:]


def _runs(value: str) -> Iterator[list[_Word]]:
    """Encoded words, those with nothing but blanks between them together."""
    run: list[_Word] = []
    for match in _WORD.finditer(value):
        word = _word(match)
        if run and value[run[-1].end : word.start].strip():
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _word(match: re.Match[str]) -> _Word:
    is_base64 = match["b"] is not None
    payload = match["base64"] if is_base64 else match["quoted"]
    name = match["charset"].partition("*")[0]
    return _Word(name, is_base64, payload, match.start(), match.end())


def _text(words: list[_Word]) -> str:
    """Bytes are joined before they are decoded: a character may be split between two words."""
    first = words[0]
    parts = [_bytes(word.payload, is_base64=word.is_base64) for word in words]
    whole = charset.decode(b"".join(parts), first.charset)
    if "\ufffd" in whole.text and first.is_base64:
        # QUIRK: some mailers cut the base64 itself, not the text, into words.
        joined = _bytes("".join(word.payload for word in words), is_base64=True)
        other = charset.decode(joined, first.charset).text
        return other if other.count("\ufffd") < whole.text.count("\ufffd") else whole.text
    return whole.text


def _bytes(payload: str, *, is_base64: bool) -> bytes:
    data = payload.encode("utf-8", "replace")
    if not is_base64:
        # header=True turns "_" into a space; a bare blank is the same QUIRK.
        return binascii.a2b_qp(data, header=True)
    digits = _NOT_BASE64.sub("", payload)
    digits = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
