"""A person and the pseudonym in their place: in texts, in parties, in whole messages.

Names, addresses and numbers are found as whole words (Latin) or anywhere (Chinese), whatever their case and
the blanks between their parts. What cannot be searched (attachments) is left out where the person may be in it.
Source: privacy law's right to erasure (PIPL art. 47, GDPR art. 17); figures and trail stay.
"""

import io
import re
import secrets
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from classify.people import Person, address_key
from ingest.workbook import METHODS
from process.case import Party

PSEUDONYM_BYTES = 4
DOMAIN = "erased.invalid"
"""RFC 2606 2: nobody ever has an address there."""
DIGITS_MIN = 5
"""A shorter number is found only where it stands alone: 2026 is a year as well."""
NAME_CHARS_MIN = 2
LOCAL_CHARS_MIN = 4
"""Of an address's left side that counts as a name of the person."""
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
MEMBER_BYTES_MAX = 20_000_000
MEMBERS_MAX = 500
"""Of an archive (office documents are archives) that are looked into."""


@dataclass(frozen=True, kw_only=True)
class Pseudonym:
    """A person to be made unrecognisable, and by what name."""

    person: Person
    also: tuple[str, ...] = ()
    """Further words that name them: a nickname, a private number."""
    pseudonym: str = field(default_factory=lambda: f"erased-{secrets.token_hex(PSEUDONYM_BYTES)}")

    @property
    def address(self) -> str:
        return f"{self.pseudonym}@{DOMAIN}"

    @cached_property
    def keys(self) -> frozenset[str]:
        """By which records know the person."""
        return frozenset({self.person.key, *map(address_key, self.person.addresses)})

    @cached_property
    def _alone(self) -> frozenset[str]:
        """What is the person when it is all that a field holds."""
        person = self.person
        words = (person.key, person.employee_number, person.name, person.phone, *self.also)
        return frozenset(word.casefold() for word in words if word)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Longest first, so that an address goes before the name in it."""
        words = sorted({word for word in self._words() if word}, key=len, reverse=True)
        return re.compile("|".join(map(_found_as, words)) or r"(?!)", re.IGNORECASE)

    def _words(self) -> Iterator[str]:
        person = self.person
        for address in (*person.addresses, *(key for key in self.keys if "@" in key)):
            yield address
            local = address.partition("@")[0]
            if len(local) >= LOCAL_CHARS_MIN:
                yield local
        digits = "".join(filter(str.isdigit, person.phone))
        words = (person.name, " ".join(reversed(person.name.split())), person.employee_number, person.phone)
        for word in (*words, digits, *self.also):
            if len(word) >= (DIGITS_MIN if word.isdigit() else NAME_CHARS_MIN):
                yield word

    def text(self, value: str) -> str:
        """The text without the person."""
        if value.casefold() in self._alone and "@" not in value:
            return self.pseudonym
        return self._pattern.sub(lambda found: self.address if "@" in found[0] else self.pseudonym, value)

    def party(self, party: Party) -> Party:
        """The pseudonym, when the party is the person; its department stays, for the figures."""
        if party.key and party.key in self.keys:
            return Party(
                key=self.text(party.key),
                name=self.pseudonym,
                address=self.address if party.address else "",
                department=party.department,
                language=party.language,
            )
        named = ("key", "name", "address", "employee_number", "title", "phone")
        return replace(party, **{name: self.text(getattr(party, name)) for name in named})

    def is_in(self, value: str) -> bool:
        """Whether a text names the person."""
        return value.casefold() in self._alone or bool(self._pattern.search(value))

    def is_in_bytes(self, content: bytes) -> bool:
        """Whether a file names the person, as far as that can be seen: text, or an archive of texts."""
        if any(self._pattern.search(content.decode(name, "ignore")) for name in ENCODINGS):
            return True
        return any(self._pattern.search(member.decode("utf-8", "ignore")) for member in _members(content))

    def message(self, content: bytes, is_theirs: bool) -> bytes | None:
        """The message without the person; None when it does not hold them."""
        from ombud import redaction

        return redaction.message(content, self, is_theirs)


def _found_as(word: str) -> str:
    """A pattern for a word: blanks between its parts as they come, Latin words as wholes."""
    parts = (
        r"[\s　]{0,4}".join(map(re.escape, word.split()))
        if " " not in word
        else r"[\s,.　]{1,4}".join(map(re.escape, word.split()))
    )
    before = r"(?<![0-9A-Za-z])" if _is_latin(word[0]) else ""
    after = r"(?![0-9A-Za-z])" if _is_latin(word[-1]) else ""
    return f"{before}{parts}{after}"


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _members(content: bytes) -> Iterator[bytes]:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = (one for one in archive.infolist() if one.compress_type in METHODS)
            for member in islice(members, MEMBERS_MAX):
                with archive.open(member) as opened:
                    yield opened.read(MEMBER_BYTES_MAX)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        # Encrypted, broken or of a kind that is not known here: nothing can be seen in it.
        return
