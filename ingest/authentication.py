"""What our own mail server found out about a sender: Authentication-Results (RFC 8601).

Only the topmost header with the configured authserv-id is believed; everybody can write one. Anything
that cannot be read is no verdict.
"""

import re
from dataclasses import dataclass
from typing import Literal

from ingest.mail import Mail

HEADER_CHARS_MAX = 4_000

_COMMENT = re.compile(r"\([^()]{0,400}\)")
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s{0,3}=\s{0,3}([a-z]{1,12})", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\b(?:header\.d|header\.i|smtp\.mailfrom|smtp\.helo)\s{0,3}=\s{0,3}\"?([^\s;\"]{1,255})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """The verdict and what it rests on."""

    verdict: Literal["pass", "fail", "none"]
    reasons: tuple[str, ...] = ()


NONE = Authentication(verdict="none")


def verdict(mail: Mail, authserv_id: str) -> Authentication:
    """Whether the From domain is authentic, in the eyes of the server with this authserv-id."""
    if not authserv_id:
        return NONE
    ours = next((v for v in mail.header_all("authentication-results") if _is_of(v, authserv_id)), "")
    results = _results(ours[:HEADER_CHARS_MAX], mail.sender.address.rpartition("@")[2].casefold())
    dmarc = next((value for method, value, _ in results if method == "dmarc"), "")
    reasons = tuple(f"{method}={value}" for method, value, _ in results)
    if dmarc == "pass" or any(v == "pass" and aligned for m, v, aligned in results if m != "dmarc"):
        return Authentication(verdict="pass", reasons=reasons)
    if dmarc == "fail" or (results and all(value in ("fail", "permerror") for _, value, _ in results)):
        return Authentication(verdict="fail", reasons=reasons)
    return Authentication(verdict="none", reasons=reasons)


def _is_of(value: str, authserv_id: str) -> bool:
    named = value.partition(";")[0].strip().split(" ")[0]
    return named.casefold() == authserv_id.casefold()


def _results(value: str, domain: str) -> list[tuple[str, str, bool]]:
    """(method, result, whether its domain is that of From or above or below it) for each result."""
    found = []
    for part in _COMMENT.sub(" ", value).split(";")[1:]:
        match = _RESULT.search(part)
        if match is not None:
            domains = [d.rpartition("@")[2].casefold() for d in _DOMAIN.findall(part)]
            found.append(
                (match[1].casefold(), match[2].casefold(), any(_aligned(d, domain) for d in domains))
            )
    return found


def _aligned(one: str, other: str) -> bool:
    """RFC 7489 3.1: relaxed alignment, without a list of public suffixes."""
    return bool(one) and (
        one == other or one.endswith("." + other) or (other.endswith("." + one) and "." in one)
    )
