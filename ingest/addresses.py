"""Addresses and Message-IDs in header values.

Promises: the structure is read from the raw value before anything is decoded, so a display name
that holds a comma or another address never becomes an address; linear, bounded numbers.
mail-parser's scanner does the work; in front of it stand what it refuses and mail clients write.
Sources: RFC 5322 3.4 and 4.4, RFC 6532, RFC 2047 5 (3).
"""

import re

from mailparser.utils import get_addresses

from ingest import words
from ingest.mail import Address

MAX_HEADER_CHARACTERS = 100_000
MAX_ADDRESSES = 2_000
MARKS = ",@;，；"
MAX_MARKS = 2 * MAX_ADDRESSES
"""Of each, in a value; a name may hold one too. What stands behind is not looked at."""
MAX_MESSAGE_IDS = 1_000
MAX_ADDRESS_LENGTH = 320

_ID = re.compile(r"<\s*([^<>\s]{1,998})\s*>")
_BARE_ID = re.compile(r"(?<![^<>\s,;\"()])[^<>\s,;\"()]{1,498}@[^<>\s,;\"()]{1,498}")
# A quotation that never closes reaches to the end: so each is looked at once.
_SEPARATOR = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|<[^<>]{0,1000}>|[:;；，]', re.DOTALL)
_EMPTY_GROUPS = re.compile(r"(?::[ \t]{0,9};[ \t]{0,9}){2,}")
_LONE = re.compile(r"(?<![^\s<\"(,;:'])([^\s<>()\",;:@\\\[\]]{1,64}@[^\s<>()\",;:@\\\[\]]{1,255})")
_DOMAIN_ONLY = re.compile(r"[<:]\s{0,9}(@[^\s<>()\",;:@]{1,255})\s{0,9}[;>]")
_QUOTED = re.compile(r'"[^"]*"')
_ANGLE = re.compile(r"<\s*([^<>\s:;,@]{1,64}@[^<>\s:;,@]{1,255})\s*>?\s*$")


def read(values: tuple[str, ...]) -> tuple[Address, ...]:
    """The addresses of all fields of one name, in order; QUIRK: several To fields are added up."""
    found: list[Address] = []
    for value in values:
        raw = _separated(words.protect(_EMPTY_GROUPS.sub(":;", _bounded(value[:MAX_HEADER_CHARACTERS]))))
        for name, address in get_addresses(raw):
            found.append(_address(name, address))
        if not any(address.address for address in found):
            found = _recovered(raw)
    return tuple(address for address in found if address.address or address.name)[:MAX_ADDRESSES]


def _bounded(raw: str) -> str:
    """The value up to the last of each mark that counts."""
    for mark in MARKS:
        parts = raw.split(mark, MAX_MARKS)
        raw = mark.join(parts[:MAX_MARKS]) if len(parts) > MAX_MARKS else raw
    return raw


def recipients(values: tuple[str, ...]) -> tuple[Address, ...]:
    """The addresses of To or Cc, with those that only stand where a name should.

    QUIRK: `one@example.com <two@example.com>` is told as both, `<list:@example.com;>` as its domain. It
    gives nobody a power: anyone may write any address into To. From and Reply-To never read like this.
    """
    found = read(values)
    raw = ",".join(values)[:MAX_HEADER_CHARACTERS]
    if not found:
        return tuple(_address("", domain) for domain in _DOMAIN_ONLY.findall(raw)[:1])
    shown = (one for address in found for one in (*_bare_name(address, raw), address))
    return tuple(shown)[:MAX_ADDRESSES]


def _bare_name(address: Address, raw: str) -> tuple[Address, ...]:
    """The address that stands unquoted where the name should, unless it is the same one."""
    name = address.name
    is_bare = bool(_LONE.fullmatch(name)) and name in _LONE.findall(raw) and f'"{name}"' not in raw
    return (_address("", name),) if is_bare and name.casefold() != address.key else ()


def message_ids(value: str) -> tuple[str, ...]:
    """Every Message-ID of a value, without brackets. QUIRK: bare ones count where none has brackets."""
    value = value[:MAX_HEADER_CHARACTERS]
    found = _ID.findall(value) or _BARE_ID.findall(value)
    return tuple(dict.fromkeys(found))[:MAX_MESSAGE_IDS]


def message_id(value: str) -> str:
    """The Message-ID of its own header. QUIRK: brackets, and even the @, may be missing."""
    found = message_ids(value)
    return found[0] if found else "".join(value.split())[:998].strip("<>")


def envelope_sender(value: str | None) -> str | None:
    """Return-Path's address: '' for the null sender `<>`, None without the header."""
    if value is None:
        return None
    addresses = read((value,))
    return addresses[0].address if addresses else ""


def _separated(value: str) -> str:
    """The value with the separators of RFC 5322. QUIRK: `;` (Outlook) and full-width `，` `；`."""
    if not any(character in value for character in ";；，"):
        return value
    is_group = False

    def comma(match: re.Match[str]) -> str:
        nonlocal is_group
        mark = match[0]
        if mark == ":":
            is_group = True
        elif mark == ";" and is_group:
            is_group = False
        elif mark in (";", "；") or (mark == "，" and _follows_address(value, match.start())):
            return ","
        return mark

    return _SEPARATOR.sub(comma, value)


def _follows_address(value: str, position: int) -> bool:
    """A full-width comma inside an unquoted name is part of the name."""
    before = value[max(0, position - MAX_ADDRESS_LENGTH) : position].rstrip()
    word = (
        re.split(r"[\s,;，；<]", before[-MAX_ADDRESS_LENGTH:])[-1]
        if "@" in before and before[-1:].isalnum()
        else ""
    )
    return before.endswith(">") or "@" in word


def _address(name: str, address: str) -> Address:
    plain = "".join(filter(str.isprintable, address[:MAX_ADDRESS_LENGTH]))
    local, at, domain = plain.rpartition("@")
    return Address(name=words.decode(name).strip("\"' "), address=local + at + domain.lower())


def _recovered(raw: str) -> list[Address]:
    """What a value that is no address list still says. QUIRK: `<a@b.c`, `Name a@b.c`, `a@b..c`.

    Only a single address is taken: of two in a broken value nobody can say which is meant.
    """
    angle = _ANGLE.search(raw[-1000:])
    if angle:
        return [_address(raw[: raw.rfind("<")][:1000], angle[1])]
    unquoted = _QUOTED.sub(" ", raw[:10_000]).rstrip("< ")
    lone = [] if "<" in unquoted else _LONE.findall(unquoted)
    if len(set(lone)) == 1:
        return [_address(raw[: raw.find(lone[0])][:1000], lone[0])]
    name = words.decode(raw[:1000])
    return [Address(name=name)] if name and not name.endswith((":;", ":")) and "@" not in name else []
