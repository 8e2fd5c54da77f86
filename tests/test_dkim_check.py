"""Signatures checked here: signed with dkimpy, with a DNS that is a table."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import dkim
import pytest

from ingest import dkim_check
from ingest.parse import parse
from ombud import coherence, config

SELECTOR = b"s1"
BODY = "Your service is bad.\r\nI want to complain.\r\n"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """A private key, and the record of its public half."""
    folder = tmp_path_factory.mktemp("dkim")
    private = folder / "private.pem"
    subprocess.run(
        ["openssl", "genrsa", "-traditional", "-out", private, "2048"], check=True, capture_output=True
    )
    public = subprocess.run(
        ["openssl", "rsa", "-in", private, "-pubout"], check=True, capture_output=True, text=True
    ).stdout
    return private.read_bytes(), "v=DKIM1; k=rsa; p=" + "".join(public.split("\n")[1:-2])


def message(sender: str = "Boss <boss@corp.example>") -> bytes:
    head = f"From: {sender}\r\nTo: it-desk@corp.example\r\nSubject: complaint\r\nMessage-ID: <1@corp.example>\r\n"
    return f"{head}\r\n{BODY}".encode()


def signed(raw: bytes, key: tuple[bytes, str], domain: str = "corp.example", **more: object) -> bytes:
    return bytes(dkim.sign(raw, SELECTOR, domain.encode(), key[0], **more)) + raw


def judged(raw: bytes, records: Mapping[str, str]) -> str:
    def lookup(name: str) -> tuple[str, ...]:
        if records.get(name) == "trouble":
            raise dkim_check.LookupFailed(name)
        return (records[name],) if name in records else ()

    return dkim_check.check(parse(raw), lookup).verdict


def keys_of(record: str, *domains: str) -> dict[str, str]:
    return {f"s1._domainkey.{domain}": record for domain in domains or ("corp.example",)}


REJECT = {"_dmarc.corp.example": "v=DMARC1; p=reject"}
STRICT = {"_dmarc.corp.example": "v=DMARC1; p=reject; adkim=s"}


def test_a_signature_of_the_from_domain_proves_it(key: tuple[bytes, str]) -> None:
    assert judged(signed(message(), key), keys_of(key[1])) == "pass"
    assert judged(signed(message(), key), keys_of(key[1]) | STRICT) == "pass"


@pytest.mark.parametrize("canonicalize", [(b"simple", b"simple"), (b"relaxed", b"relaxed")])
def test_both_canonical_forms_are_read(key: tuple[bytes, str], canonicalize: tuple[bytes, bytes]) -> None:
    assert judged(signed(message(), key, canonicalize=canonicalize), keys_of(key[1])) == "pass"


def test_a_signature_of_a_domain_above_or_below_counts_where_alignment_is_relaxed(
    key: tuple[bytes, str],
) -> None:
    records = keys_of(key[1], "mail.corp.example")
    raw = signed(message(), key, "mail.corp.example")
    assert judged(raw, records) == "pass"
    assert judged(raw, records | REJECT) == "pass"
    assert judged(raw, records | STRICT) == "none"


@pytest.mark.parametrize(
    "domain", ["evil.example", "evilcorp.example", "corp.example.evil.example", "example"]
)
def test_a_signature_of_another_domain_proves_nothing(key: tuple[bytes, str], domain: str) -> None:
    assert judged(signed(message(), key, domain), keys_of(key[1], domain) | REJECT) == "none"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"I want to complain.", b"Pay me a million."),
        (b"Subject: complaint", b"Subject: urgent"),
        (b"boss@corp.example", b"ceo@corp.example"),
    ],
)
def test_a_changed_mail_fails_where_the_domain_asks_for_it_only(
    key: tuple[bytes, str], old: bytes, new: bytes
) -> None:
    raw = signed(message(), key).replace(old, new)
    quarantine = {"_dmarc.corp.example": "v=DMARC1;p=quarantine"}
    watching = {"_dmarc.corp.example": "v=DMARC1; p=none"}
    assert judged(raw, keys_of(key[1]) | REJECT) == "fail"
    assert judged(raw, keys_of(key[1]) | quarantine) == "fail"
    assert judged(raw, keys_of(key[1]) | watching) == "none"
    assert judged(raw, keys_of(key[1])) == "none"


def test_the_policy_of_the_domain_above_is_its_policy_for_those_below(key: tuple[bytes, str]) -> None:
    raw = signed(message("x@a.corp.example"), key, "a.corp.example").replace(b"complain.", b"pay.")
    records = keys_of(key[1], "a.corp.example")
    assert judged(raw, records | REJECT) == "fail"
    assert judged(raw, records | {"_dmarc.corp.example": "v=DMARC1; p=reject; sp=none"}) == "none"


def test_no_signature_says_nothing(key: tuple[bytes, str]) -> None:
    assert judged(message(), keys_of(key[1]) | REJECT) == "none"


def test_a_key_that_is_gone_or_revoked_proves_nothing(key: tuple[bytes, str]) -> None:
    raw = signed(message(), key)
    assert judged(raw, {}) == "none"
    assert judged(raw, keys_of("v=DKIM1; p=")) == "none"
    assert judged(raw, keys_of("")) == "none"
    assert judged(raw, keys_of("\udcff v=")) == "none"


@pytest.mark.parametrize("name", ["s1._domainkey.corp.example", "_dmarc.corp.example"])
def test_dns_trouble_is_no_verdict(key: tuple[bytes, str], name: str) -> None:
    raw = signed(message(), key).replace(b"complain.", b"pay.")
    assert judged(raw, keys_of(key[1]) | REJECT | {name: "trouble"}) == "none"


def test_a_signature_of_a_part_of_the_body_proves_nothing(key: tuple[bytes, str]) -> None:
    raw = signed(message(), key, length=True)
    assert b"l=" in raw.split(b"From:")[0]
    assert judged(raw + b"Pay me.\r\n", keys_of(key[1])) == "none"


def test_a_second_from_field_is_never_authentic(key: tuple[bytes, str]) -> None:
    raw = signed(message("evil@corp.example"), key)
    assert judged(b"From: boss@corp.example\r\n" + raw, keys_of(key[1])) == "none"


HOSTILE = (
    b"v=1; a=rsa-sha256; d=corp.example; s=s1; h=from; bh=; b=",
    b"v=1; a=rsa-sha256; d=corp.example; s=s1; h=from; bh=AAAA; b=AAAA",
    b"v=1; a=rsa-sha1; d=corp.example; s=s1; h=from; bh=AAAA; b=AAAA",
    b"v=1; a=ed25519-sha256; d=corp.example; s=s1; h=from; bh=AAAA; b=AAAA",
    b"v=1; a=rsa-sha256; d=corp.example; s=\xff\xfe; h=from; bh=AAAA; b=AAAA",
    b"v=1; a=rsa-sha256; d=corp.example; s=s1; h=to; bh=AAAA; b=AAAA",
    b"v=1; a=rsa-sha256; d=corp.example; s=s1; t=99999999999999999999; h=from; bh=AAAA; b=AAAA",
    b"d=corp.example; d=corp.example",
    b"d=corp.example;;;===",
    b"",
    b" ",
    b"v=1; d=corp.example; b=" + b" " * 60_000 + b"!",
)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:60]))
def test_what_is_no_signature_proves_nothing_and_breaks_nothing(key: tuple[bytes, str], value: bytes) -> None:
    raw = b"DKIM-Signature: " + value + b"\r\n" + message()
    assert judged(raw, keys_of(key[1])) == "none", value[:60]


def test_a_hundred_signatures_are_bounded(key: tuple[bytes, str]) -> None:
    asked: list[str] = []

    def lookup(name: str) -> tuple[str, ...]:
        asked.append(name)
        return ()

    bad = b"DKIM-Signature: v=1; a=rsa-sha256; d=corp.example; s=s1; h=from; bh=AAAA; b=AAAA\r\n"
    dkim_check.check(parse(bad * 100 + message()), lookup)
    assert len(asked) <= dkim_check.SIGNATURES_MAX + dkim_check.LOOKUPS_MAX


def test_without_the_extra_the_configuration_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    example = config.load(Path(__file__).parents[1] / "config.toml", needs_secrets=False)
    wanted = example.model_copy(update={"trust": example.trust.model_copy(update={"check_dkim": True})})
    assert list(coherence.faults(wanted, False)) == []
    monkeypatch.setattr(coherence, "find_spec", lambda name: None)
    (fault,) = coherence.faults(wanted, False)
    assert fault.path == "trust.check_dkim"
    assert "ombud[dkim]" in fault.hint
