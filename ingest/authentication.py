"""What our own mail server found out about a sender: Authentication-Results (RFC 8601).

Only the topmost header with the configured authserv-id is believed, for everybody can write one; that our
server removes those of others is RFC 8601 5. It is read from the bytes as they came, by its grammar: the
sender chooses what stands in it (the envelope sender, the selector), so nothing in quotation marks, comments
or encoded words may pass for a result. What cannot be read is no verdict.
authres is not used: it raises SyntaxError on Microsoft 365's form and RecursionError on nested comments, and
a second, laxer reader for those would be the one to attack. This one is linear.
Sources: RFC 8601 2.2, RFC 5322 3.2.2, RFC 7489 3.1.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from ingest import headers
from ingest.mail import Mail

HEADER_CHARS_MAX = 8_000
"""Of a header that is read; a longer one is no verdict."""
RESULTS_MAX = 50
DOMAIN_CHARS_MAX = 253
REASON_CHARS_MAX = 120

# A value goes on to the next blank: a local part may hold '=' and quoted strings of the sender's making.
_PAIR = re.compile(
    r'([A-Za-z0-9._/-]{1,60})\s{0,5}=\s{0,5}((?:"(?:[^"\\]|\\.){0,1000}"|[^\s"]){1,2000})', re.DOTALL
)
_SPECIAL = re.compile(r'[()\\";]')
_METHODS = ("dmarc", "dkim", "spf")
# QUIRK: Coremail shortens smtp.mailfrom to smtp.mail; others write the signing domain as header.i alone.
_DOMAIN_OF = {
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.mail"),
    "dmarc": ("header.from",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The verdict and what it rests on."""

    verdict: Literal["pass", "fail", "none"]
    reasons: tuple[str, ...] = ()
    is_ours: bool = False
    """Whether it is what our own server wrote; then nothing else is asked."""


@dataclass(frozen=True, slots=True)
class _Result:
    """One result: the method, its outcome, and the domain that it speaks of ('' when it names none)."""

    method: str
    outcome: str
    domain: str

    def __str__(self) -> str:
        named = f" ({self.domain})" if self.domain else ""
        return f"{self.method}={self.outcome}{named}"[:REASON_CHARS_MAX]


NONE = Authentication(verdict="none")


def verdict(mail: Mail, authserv_id: str) -> Authentication:
    """Whether the From domain is authentic, in the eyes of the server with this authserv-id."""
    if not authserv_id:
        return NONE
    domain = from_domain(mail)
    if not domain:
        return Authentication(verdict="none", reasons=("no single From address to judge",))
    results = next((r for r in _headers(mail) if r is not None and r[0] == authserv_id.casefold()), None)
    if results is None:
        return Authentication(verdict="none", reasons=(f"no Authentication-Results of {authserv_id}",))
    return replace(_judged(results[1], domain), is_ours=True)


def from_domain(mail: Mail) -> str:
    """The domain of the one From address as A-labels; '' when there is none, or several From fields."""
    if len(mail.header_all("from")) != 1:
        return ""
    return ascii_domain(mail.sender.address.rpartition("@")[2].lower())


def _judged(results: tuple[_Result, ...], domain: str) -> Authentication:
    reasons = tuple(map(str, results))
    dmarc = tuple(r for r in results if r.method == "dmarc")
    others = tuple(r for r in results if r.method != "dmarc")
    if any(r.outcome == "fail" for r in dmarc):
        return Authentication(verdict="fail", reasons=reasons)
    # A pass for another domain than that of the From address which we read is none.
    if any(r.outcome == "pass" and (not r.domain or r.domain == domain) for r in dmarc):
        return Authentication(verdict="pass", reasons=reasons)
    if any(r.outcome == "pass" and aligned(r.domain, domain) for r in others):
        return Authentication(verdict="pass", reasons=reasons)
    if others and all(r.outcome in ("fail", "hardfail") for r in others):
        return Authentication(verdict="fail", reasons=reasons)
    return Authentication(verdict="none", reasons=reasons)


def _headers(mail: Mail) -> Iterator[tuple[str, tuple[_Result, ...]] | None]:
    """(authserv-id, results) of each Authentication-Results, topmost first; None for an unreadable one."""
    start = len(mail.raw) - len(mail.raw.lstrip(b"\r\n"))
    # Not `mail.headers`: those are decoded (RFC 2047), and what is encoded here is the sender's.
    for value in headers.read(mail.raw, start, len(mail.raw)).values("authentication-results"):
        yield _read(value)


def _read(value: str) -> tuple[str, tuple[_Result, ...]] | None:
    if len(value) > HEADER_CHARS_MAX:
        return None
    parts = _parts(value)
    if parts is None:
        return None
    # 2.2: authserv-id [version]. QUIRK: Microsoft 365 begins with a result; such a header is nobody's.
    named = parts[0].split()
    if not named or "=" in parts[0]:
        return None
    found = (_result(part) for part in parts[1 : RESULTS_MAX + 1])
    return named[0].strip('"').casefold(), tuple(result for result in found if result is not None)


def _parts(value: str) -> list[str] | None:
    """The value at its semicolons, without comments; None when quotes or comments do not end."""
    parts, begun, depth, in_quotes, position = [""], 0, 0, False, 0
    while match := _SPECIAL.search(value, position):
        mark, position = match[0], match.end()
        if mark == "\\":
            if not (in_quotes or depth):
                return None  # quoted-pair (RFC 5322 3.2.1) stands nowhere else
            position += 1
        elif mark == '"' and not depth:
            in_quotes = not in_quotes
        elif not in_quotes and mark in "()":
            if not depth:
                parts[-1] += value[begun : match.start()] + " "
            depth += 1 if mark == "(" else -1
            begun = position
            if depth < 0:
                return None
        elif mark == ";" and not in_quotes and not depth:
            parts[-1] += value[begun : match.start()]
            parts.append("")
            begun = position
    parts[-1] += value[begun:]
    return None if depth or in_quotes else parts


def _result(part: str) -> _Result | None:
    """'dkim=pass header.d=corp.example'; None for other methods and what is no result."""
    pairs = [(pair[1].lower(), pair[2].lower()) for pair in _PAIR.finditer(part)]
    if not pairs:
        return None
    method, outcome = pairs[0][0].partition("/")[0], pairs[0][1]
    if method not in _METHODS:
        return None
    named = (value for name in _DOMAIN_OF[method] for key, value in pairs if key == name)
    # An address or a domain, by method.
    return _Result(method, outcome, ascii_domain(next(named, "").strip('"<>').rpartition("@")[2].rstrip(".")))


def ascii_domain(domain: str) -> str:
    """The domain as A-labels (RFC 5890), as it stands when it is none.

    Not by the codec "idna": IDNA 2003 makes "ss" of "ß", which is another domain, with another owner.
    """
    if domain.isascii() or len(domain) > DOMAIN_CHARS_MAX:
        return domain
    return ".".join(map(_a_label, domain.split(".")))


def _a_label(label: str) -> str:
    with suppress(UnicodeError):
        plain = unicodedata.normalize("NFC", label)
        return plain if plain.isascii() else f"xn--{plain.encode('punycode').decode('ascii')}"
    return label


def aligned(one: str, other: str) -> bool:
    """RFC 7489 3.1: relaxed alignment, without a list of public suffixes: equal, above or below."""
    if not one or "." not in one or "." not in other:
        return one != "" and one == other
    return one == other or one.endswith("." + other) or other.endswith("." + one)
