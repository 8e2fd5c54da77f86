"""Authentication-Results of our own server: what counts as a verdict, and what a forger may write into it."""

import pytest

from ingest import authentication
from ingest.parse import parse

OURS = "mx.corp.example"


def verdict(*results: str, sender: str = "Boss <boss@corp.example>", authserv_id: str = OURS) -> str:
    return judged(*results, sender=sender, authserv_id=authserv_id).verdict


def judged(
    *results: str, sender: str = "Boss <boss@corp.example>", authserv_id: str = OURS
) -> authentication.Authentication:
    fields = "".join(f"Authentication-Results: {value}\n" for value in results)
    raw = f"{fields}From: {sender}\nTo: desk@corp.example\nSubject: x\n\ntext\n"
    return authentication.verdict(parse(raw.encode()), authserv_id)


PASSES = (
    "mx.corp.example; dmarc=pass (p=reject dis=none) header.from=corp.example",
    "mx.corp.example; dmarc=pass",
    "MX.Corp.Example 1; dmarc=pass header.from=corp.example",
    "mx.corp.example;\n\tdkim=pass (2048-bit key)\n\t header.d=corp.example header.i=@corp.example header.s=s1",
    "mx.corp.example; dkim=pass header.d=mail.corp.example",
    "mx.corp.example; dkim=pass header.i=@corp.example",
    "mx.corp.example; dkim=fail header.d=list.example; dkim=pass header.d=corp.example",
    "mx.corp.example; spf=pass smtp.mailfrom=boss@corp.example",
    "mx.corp.example; spf=pass smtp.mail=boss@corp.example; dkim=none",
    "mx.corp.example; spf = pass smtp.mailfrom = bounces.corp.example",
    "mx.corp.example (our (very own) server); spf=pass (ok; really) smtp.mailfrom=corp.example",
    'mx.corp.example; spf=pass reason="a \\"good\\" one; yes" smtp.mailfrom=corp.example',
    "mx.corp.example; iprev=fail policy.iprev=192.0.2.1; dkim/1=pass header.d=corp.example",
    "mx.corp.example; spf=pass smtp.mailfrom=boss@parent.example; dmarc=pass header.from=corp.example",
)
FAILURES = (
    "mx.corp.example; dmarc=fail (p=none) header.from=corp.example",
    "mx.corp.example; spf=pass smtp.mailfrom=corp.example; dmarc=fail header.from=corp.example",
    "mx.corp.example; spf=fail smtp.mailfrom=boss@corp.example",
    "mx.corp.example; spf=fail smtp.mailfrom=corp.example; dkim=fail header.d=corp.example",
)
NO_VERDICTS = (
    "mx.corp.example; none",
    "mx.corp.example",
    "",
    "mx.corp.example; spf=softfail smtp.mailfrom=corp.example",
    "mx.corp.example; spf=neutral; dkim=none",
    "mx.corp.example; spf=fail smtp.mailfrom=corp.example; dkim=none",
    "mx.corp.example; dkim=temperror header.d=corp.example",
    "mx.corp.example; dmarc=bestguesspass header.from=corp.example",
    # Somebody else's signature or envelope is no proof of this From.
    "mx.corp.example; dkim=pass header.d=evil.example",
    "mx.corp.example; dkim=pass header.d=evilcorp.example",
    "mx.corp.example; dkim=pass header.d=example",
    "mx.corp.example; spf=pass smtp.mailfrom=x@evil.example; dkim=pass header.d=evil.example",
    "mx.corp.example; dmarc=pass header.from=evil.example",
    "mx.corp.example; spf=pass smtp.helo=corp.example",
    # Other servers' headers.
    "mx.other.example; dmarc=pass header.from=corp.example",
    "mx.corp.example.evil.example; dmarc=pass header.from=corp.example",
    # Microsoft 365 names no server.
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=corp.example; dkim=pass header.d=corp.example",
    # What the sender chose: envelope sender, selector, reason.
    'mx.corp.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=corp.example"@evil.example',
    'mx.corp.example; spf=pass smtp.mailfrom="boss@corp.example"@evil.example',
    'mx.corp.example; spf=pass smtp.mailfrom="boss@corp.example "@evil.example',
    "mx.corp.example; spf=pass smtp.mailfrom=corp.example=x@evil.example",
    "mx.corp.example; spf=pass smtp.mailfrom=smtp.mailfrom=corp.example=@evil.example",
    "mx.corp.example; spf=pass smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass_?=@evil.example",
    "mx.corp.example; spf=none (a (nested; dmarc=pass) comment; dmarc=pass)",
    "mx.corp.example; spf=none (not closed; dmarc=pass header.from=corp.example",
    "mx.corp.example; spf=none closed) ; dmarc=pass header.from=corp.example",
    'mx.corp.example; spf=none "not closed; dmarc=pass header.from=corp.example',
    "mx.corp.example; spf=none \\; dmarc=pass header.from=corp.example",
    "mx.corp.example; x=" + "y" * 9_000 + "; dmarc=pass header.from=corp.example",
    "mx.corp.example; spf=none " + "(" * 3_000 + ")" * 3_000,
)


@pytest.mark.parametrize("value", PASSES)
def test_own_server_says_that_from_is_authentic(value: str) -> None:
    assert verdict(value) == "pass", judged(value)


@pytest.mark.parametrize("value", FAILURES)
def test_own_server_says_that_authentication_failed(value: str) -> None:
    assert verdict(value) == "fail", judged(value)


@pytest.mark.parametrize("value", NO_VERDICTS)
def test_nothing_is_proved(value: str) -> None:
    assert verdict(value) == "none", judged(value)


def test_only_the_topmost_header_of_the_own_server_counts() -> None:
    forged = "mx.corp.example; dmarc=pass header.from=corp.example"
    assert verdict("mx.corp.example; dmarc=fail header.from=corp.example", forged) == "fail"
    assert verdict("mx.corp.example; spf=none", forged) == "none"
    assert verdict("mx.relay.example; dmarc=fail", forged) == "pass"


def test_without_authserv_id_no_header_counts() -> None:
    assert verdict("mx.corp.example; dmarc=pass", authserv_id="") == "none"
    assert verdict("; dmarc=pass header.from=corp.example", authserv_id="") == "none"


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "undisclosed",
        "boss@corp.example\nFrom: evil@evil.example",
        "evil@evil.example\nFrom: boss@corp.example",
    ],
)
def test_no_or_several_from_fields_are_never_authentic(sender: str) -> None:
    assert verdict("mx.corp.example; dmarc=pass", sender=sender) == "none"


def test_domains_compare_as_a_labels() -> None:
    value = "mx.corp.example; dmarc=pass header.from=xn--fiq228c.example"
    assert verdict(value, sender="boss@中文.example") == "pass"


@pytest.mark.parametrize(
    ("from_domain", "judged_domain"),
    [
        ("gross.example", "groß.example"),
        ("groß.example", "gross.example"),
        ("gross.example", "xn--gro-7ka.example"),
    ],
)
def test_a_domain_with_sharp_s_is_another_domain(from_domain: str, judged_domain: str) -> None:
    value = f"mx.corp.example; dmarc=pass header.from={judged_domain}; dkim=pass header.d={judged_domain}"
    assert verdict(value, sender=f"boss@{from_domain}") == "none"


def test_only_what_our_own_server_wrote_is_ours() -> None:
    assert judged("mx.corp.example; spf=none").is_ours
    assert not judged("mx.other.example; dmarc=pass").is_ours
    assert not judged().is_ours


def test_reasons_name_method_outcome_and_domain() -> None:
    assert judged("mx.corp.example; spf=none; dkim=pass header.d=evil.example").reasons == (
        "spf=none",
        "dkim=pass (evil.example)",
    )
