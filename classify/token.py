"""Tokens that prove that a mail answers one of ours: signed, bound to matter, person and day.

A code such as `fuo-AbCdEfGhIjKl` is the day of its making in base 36 and 12 characters of signature. It
stands in the Message-IDs that we send (and so in In-Reply-To and References of a reply) and in the
subject's tag, for mail programs that open a ready-made link as a new mail; and, where the mail server
knows subaddresses, in the reply address, for programs that drop those headers and rewrite the subject.
Sources: HANDBOOK 8; DESIGN 'Trust'; RFC 5322 3.6.4; RFC 5233.
"""

import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from itsdangerous import Signer
from itsdangerous.signer import HMACAlgorithm

SIGNATURE_BYTES = 9
"""72 bits, 12 characters: guessed by mail in no lifetime, and short enough for a subject."""
FUTURE_DAYS_MAX = 1
SUBJECT_CHARS_MAX = 2_000
SEALS_MAX = 20
ADDRESSES_MAX = 100
LOCAL_PART_MAX = 64
"""RFC 5321 4.5.3.1.1."""
_SECONDS_A_DAY = 86_400
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

_MATTER = r"[A-Z]-[0-9]{1,10}(?:-[0-9]{1,10})?"
_CODE = r"[0-9a-z]{1,6}-[A-Za-z0-9_-]{12}"
_WHOLE_CODE = re.compile(_CODE)
# QUIRK: Chinese mail programs turn brackets into full-width ones and fold the subject at the space.
_TAG = re.compile(rf"[\[［【]\s{{0,3}}({_MATTER})\s{{1,5}}({_CODE})\s{{0,3}}[\]］】]")
_MESSAGE_ID = re.compile(rf"({_MATTER})\.({_CODE})\.[0-9A-Za-z]{{1,40}}@(.{{1,255}})")
_CODE_AT_MATTER = re.compile(rf"((?:{_MATTER}|ombud)(?:\.|\s{{1,5}})[0-9a-z]{{1,6}}-)[A-Za-z0-9_-]{{12}}")
# Lower case and base 32, for mail servers may fold the local part: 'c-2026-00017.fuo.aebagbafaydqqcik'.
_SUBADDRESS = re.compile(r"([a-z]-[0-9]{1,10}(?:-[0-9]{1,10})?)\.([0-9a-z]{1,6})\.([a-z2-7]{15})")
# QUIRK: people type the number in lower case, or with a dash that their keyboard makes of the hyphen.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])[Cc][-‐‑–－]([0-9]{4})[-‐‑–－]([0-9]{5,8})(?![0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seal:
    """A token as it was found in a mail; nothing is proved before `Sealer.is_valid`."""

    matter: str
    code: str


class _Short(HMACAlgorithm):
    """HMAC cut to `SIGNATURE_BYTES` (RFC 2104 5 allows truncation)."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:SIGNATURE_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Makes and checks codes."""

    keys: tuple[str, ...]
    """Newest first: that one signs, all of them are believed."""
    max_age_days: int

    def code(self, matter: str, person_key: str, now: datetime) -> str:
        """The code for a person on a matter, made today."""
        day = _base36(_day(now))
        return f"{day}-{self._signer().get_signature(_signed(matter, person_key, day)).decode()}"

    def is_valid(self, seal: Seal, person_key: str, now: datetime) -> bool:
        """Whether we made this code for this very person, and not too long ago."""
        return (
            self._is_ours(seal, person_key) and -FUTURE_DAYS_MAX <= _age_days(seal, now) <= self.max_age_days
        )

    def is_expired(self, seal: Seal, person_key: str, now: datetime) -> bool:
        """Whether we made this code for this very person, but too long ago."""
        return self._is_ours(seal, person_key) and _age_days(seal, now) > self.max_age_days

    def _is_ours(self, seal: Seal, person_key: str) -> bool:
        if not _WHOLE_CODE.fullmatch(seal.code):
            return False
        day, _, signature = seal.code.partition("-")
        return self._signer().verify_signature(_signed(seal.matter, person_key, day), signature)

    def _signer(self) -> Signer:
        # itsdangerous wants the newest key last.
        return Signer(list(reversed(self.keys)), salt="ombud.token", sep="|", algorithm=_Short())


def _signed(matter: str, person_key: str, day: str) -> str:
    # The length keeps the parts apart whatever stands in them.
    return f"{len(matter)}|{matter}|{day}|{person_key}"


def _age_days(seal: Seal, now: datetime) -> int:
    return _day(now) - int(seal.code.partition("-")[0], 36)


def _day(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp()) // _SECONDS_A_DAY


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def subject_tag(matter: str, code: str) -> str:
    """'[C-2026-00017 fuo-AbCdEfGhIjKl]'."""
    return f"[{matter} {code}]"


def message_id(matter: str, code: str, unique: str, domain: str) -> str:
    """A Message-ID without angle brackets; `unique` is a ULID."""
    return f"{matter or 'ombud'}.{code}.{unique}@{domain}"


def seals_in_subject(subject: str) -> tuple[Seal, ...]:
    """Tokens in a subject, from the left."""
    return tuple(Seal(*found) for found in _TAG.findall(subject[:SUBJECT_CHARS_MAX])[:SEALS_MAX])


def without_tags(subject: str) -> str:
    """A subject without the tags in it: those of another matter have no place on this one's record."""
    return " ".join(_TAG.sub(" ", subject[:SUBJECT_CHARS_MAX]).split())


def hidden(text: str) -> str:
    """A text that may be shown to anybody: of codes in subjects and Message-IDs the day stays, the signature not."""
    return _CODE_AT_MATTER.sub(r"\1…", text)


def seals_in_message_ids(ids: Iterable[str], domain: str) -> tuple[Seal, ...]:
    """Tokens in Message-IDs of our domain. Those of no matter ('ombud.…') prove nothing about any."""
    found = (_MESSAGE_ID.fullmatch(message_id) for message_id in ids)
    ours = (match for match in found if match and match[3].casefold() == domain.casefold())
    return tuple(Seal(match[1], match[2]) for match in ours)[:SEALS_MAX]


def reply_address(desk_address: str, matter: str, code: str) -> str:
    """'desk+c-2026-00017.fuo.aebagbafaydqqci@corp.example'; '' when that is too long for a local part."""
    local, _, domain = desk_address.rpartition("@")
    day, _, signature = code.partition("-")
    folded = b32encode(urlsafe_b64decode(signature)).decode().rstrip("=").lower()
    tagged = f"{local}+{matter.lower()}.{day}.{folded}"
    return f"{tagged}@{domain}" if matter and len(tagged) <= LOCAL_PART_MAX else ""


def seals_in_addresses(addresses: Iterable[str], desk_address: str) -> tuple[Seal, ...]:
    """Tokens in subaddresses of the desk's address, as a reply to `reply_address` is addressed."""
    local, _, domain = desk_address.lower().rpartition("@")
    found = []
    for address in islice(addresses, ADDRESSES_MAX):
        subaddress, _, other_domain = address.lower().rpartition("@")
        if other_domain == domain and subaddress.startswith(f"{local}+"):
            found.append(_SUBADDRESS.fullmatch(subaddress.removeprefix(f"{local}+")))
    return tuple(_unfolded(match) for match in found if match)[:SEALS_MAX]


def _unfolded(match: re.Match[str]) -> Seal:
    # 15 characters of base 32 are 75 bits; the last three are padding.
    signature = b32decode(f"{match[3]}=".upper())
    return Seal(match[1].upper(), f"{match[2]}-{urlsafe_b64encode(signature).decode()}")


def numbers_in(text: str) -> tuple[str, ...]:
    """Complaint numbers that a text quotes, as we write them, each once."""
    found = _NUMBER.findall(text[:SUBJECT_CHARS_MAX])
    return tuple(dict.fromkeys(f"C-{year}-{number}" for year, number in found))[:SEALS_MAX]
