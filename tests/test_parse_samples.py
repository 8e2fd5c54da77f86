"""Own samples: each .eml under tests/mail/reading beside the JSON of what it says, stated by hand.

Only the fields that a JSON names are compared. Each is read with LF and with CRLF line ends, except
the samples named lines-…, which are about line ends.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.mail import Address, Mail
from ingest.parse import parse

SAMPLES = sorted((Path(__file__).parent / "mail" / "reading").glob("*.eml"))


def pair(address: Address) -> list[str]:
    return [address.name, address.address]


def shown(mail: Mail) -> dict[str, Any]:
    """The Mail in the words of the JSON files."""
    forwarded = mail.forwarded
    return {
        "sender": pair(mail.sender),
        "to": [pair(address) for address in mail.to],
        "subject": mail.subject,
        "date": mail.date and mail.date.isoformat(),
        "text": mail.text.rstrip("\n"),
        "html": mail.html,
        "own_text": mail.own_text,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "envelope_sender": mail.envelope_sender,
        "content_type": mail.content_type,
        "attachments": [[a.filename, a.content_type, a.size_bytes] for a in mail.attachments],
        "inline": [a.is_inline for a in mail.attachments],
        "defects": list(mail.defects),
        "forwarded": forwarded
        and {
            "sender": pair(forwarded.sender),
            "date": forwarded.date and forwarded.date.isoformat(),
            "subject": forwarded.subject,
            "text": forwarded.text,
        },
    }


def check(expected: dict[str, Any], mail: Mail, name: str) -> None:
    found = shown(mail)
    if expected.pop("loose", False):
        assert found.pop("text").startswith(text := expected.pop("text")), (
            f"{name}: {mail.text!r} ≠ {text!r}…"
        )
    if "defect_among" in expected:
        assert (defect := expected.pop("defect_among")) in mail.defects, (
            f"{name}: {defect} not in {mail.defects}"
        )
    for header, value in expected.pop("has_header", {}).items():
        assert mail.header(header) == value, f"{name}: {header}: {mail.header(header)!r}"
    if "text" in expected:
        expected["text"] = expected["text"].rstrip("\n")
    assert {field: found[field] for field in expected} == expected, name


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_parse_reads_own_samples_with_either_line_end(path):
    raw = path.read_bytes()
    mail = parse(raw)
    check(json.loads(path.with_suffix(".json").read_text("utf-8")), mail, path.stem)
    if not path.stem.startswith(("lines-", "header-bare-cr")):
        crlf = parse(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert replace(mail, raw=b"") == replace(crlf, raw=b""), path.stem


def test_parse_samples_are_many():
    assert len(SAMPLES) >= 150, len(SAMPLES)
