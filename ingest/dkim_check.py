"""Signatures checked here (DKIM, DMARC's alignment and policy), where no server of ours did it.

A valid signature of the From domain proves it. A broken one speaks against the mail only where that domain
asks for it (DMARC p=quarantine or reject), for gateways that add a footer break them too; and a missing one
says nothing, for what SPF would say is not known any more (the client's address is gone). So a verdict here
is weaker than that of a mail server.
The signatures themselves are dkimpy's (extra `dkim`); authheaders is not used, because its DMARC wants
the result of SPF. DNS is asked through a function, so that nothing here needs a network in a test.
Sources: RFC 6376, RFC 8301, RFC 7489 3.1, 6.3 and 6.6.3.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.authentication import Authentication, aligned, ascii_domain, from_domain
from ingest.mail import Mail

MAIL_BYTES_MAX = 20_000_000
SIGNATURES_MAX = 3
"""Of the From domain that are checked; others prove nothing."""
SIGNATURE_CHARS_MAX = 4_000
"""A longer header is passed over: dkimpy's patterns are quadratic in its white space."""
LOOKUPS_MAX = 5
"""Names at which a DMARC record is looked for, from the From domain upwards."""
LOOKUP_S = 3.0
RECORDS_MAX = 20

TxtRecords = Callable[[str], tuple[str, ...]]
"""The TXT records of a name, () when there are none. Raises LookupFailed."""


class LookupFailed(Exception):
    """DNS gave no answer; perhaps later."""


@dataclass(frozen=True, slots=True)
class _Policy:
    """What a domain asks for in DMARC (RFC 7489 6.3)."""

    is_enforced: bool = False
    is_strict: bool = False


def check(mail: Mail, txt_records: TxtRecords) -> Authentication:
    """Whether the From domain signed this mail."""
    domain = from_domain(mail)
    if not domain or len(mail.raw) > MAIL_BYTES_MAX:
        return Authentication(verdict="none", reasons=("no single From address to judge",))
    try:
        return _judged(_signatures(mail, domain, txt_records), domain, txt_records)
    except LookupFailed:
        return Authentication(verdict="none", reasons=("dkim=temperror: no answer of DNS",))


def _judged(signatures: tuple[tuple[str, bool], ...], domain: str, txt_records: TxtRecords) -> Authentication:
    if not signatures:
        return Authentication(verdict="none", reasons=(f"dkim=none ({domain}), checked here",))
    reasons = tuple(f"dkim={'pass' if ok else 'fail'} ({signer}), checked here" for signer, ok in signatures)
    if (domain, True) in signatures:
        return Authentication(verdict="pass", reasons=reasons)
    policy = _policy(domain, txt_records)
    if any(ok for _, ok in signatures):
        return Authentication(verdict="none" if policy.is_strict else "pass", reasons=reasons)
    return Authentication(verdict="fail" if policy.is_enforced else "none", reasons=reasons)


def _signatures(mail: Mail, domain: str, txt_records: TxtRecords) -> tuple[tuple[str, bool], ...]:
    """Signing domain and whether the signature is valid, for each that is aligned with the From domain."""
    import dkim

    try:
        message = dkim.DKIM(mail.raw)
    except (dkim.DKIMException, ValueError):
        return ()
    if [name.lower() for name, _ in message.headers].count(b"from") != 1:
        return ()  # what dkimpy takes for the header is not what we read
    found: list[tuple[str, bool]] = []
    values = [value for name, value in message.headers if name.lower() == b"dkim-signature"]
    for number, value in enumerate(values):
        signer = _signer(value)
        if aligned(signer, domain) and len(found) < SIGNATURES_MAX:
            found.append((signer, _is_valid(mail.raw, number, txt_records)))
    return tuple(found)


def _signer(value: bytes) -> str:
    """Domain of a signature that can prove anything; '' for others."""
    if len(value) > SIGNATURE_CHARS_MAX:
        return ""
    pairs = (pair.partition(b"=") for pair in value.split(b";"))
    tags = {name.strip(): b"".join(given.split()) for name, _, given in pairs}
    # l= signs the beginning of the body only (RFC 6376 8.2); SHA-1 is no proof any more (RFC 8301 3.1).
    if b"l" in tags or tags.get(b"a", b"").endswith(b"-sha1"):
        return ""
    return ascii_domain(tags.get(b"d", b"").decode("utf-8", "replace").lower())


def _is_valid(raw: bytes, number: int, txt_records: TxtRecords) -> bool:
    """Whether the signature with this number holds. Raises LookupFailed."""
    import dkim

    def key_record(name: bytes, timeout: float = LOOKUP_S) -> bytes | None:
        records = txt_records(name.decode("ascii", "replace").rstrip("."))
        return records[0].encode("ascii", "replace") if records else None

    try:
        # Anew for each: a verification leaves its traces in the object.
        return bool(dkim.DKIM(raw).verify(idx=number, dnsfunc=key_record))
    except (dkim.DKIMException, ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return False  # what breaks the checker is no valid signature


def _policy(domain: str, txt_records: TxtRecords) -> _Policy:
    """The domain's own record or the nearest above it. Raises LookupFailed."""
    labels = domain.split(".")
    for start in range(min(LOOKUPS_MAX, max(1, len(labels) - 1))):
        name = ".".join(labels[start:])
        records = [r for r in txt_records(f"_dmarc.{name}") if r.strip().lower().startswith("v=dmarc1")]
        if len(records) == 1:  # several are none (RFC 7489 6.6.3)
            return _read(records[0], is_own=start == 0)
    return _Policy()


def _read(record: str, *, is_own: bool) -> _Policy:
    pairs = (pair.partition("=") for pair in record.lower().split(";"))
    tags = {name.strip(): given.strip() for name, _, given in pairs}
    wanted = tags.get("p", "") if is_own else tags.get("sp", tags.get("p", ""))
    return _Policy(is_enforced=wanted in ("quarantine", "reject"), is_strict=tags.get("adkim") == "s")


def txt_records(name: str) -> tuple[str, ...]:
    """The TXT records of a name, asked of the system's resolver. Raises LookupFailed."""
    from dns import exception, resolver

    try:
        answer = resolver.resolve(name, "TXT", lifetime=LOOKUP_S)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return ()
    except (exception.DNSException, UnicodeError, ValueError, OSError) as trouble:
        raise LookupFailed(name) from trouble
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in list(answer)[:RECORDS_MAX])
