"""Messages joined by hand, read back with the standard library."""

from email import message_from_bytes, policy

import pytest

from notify import mime
from process.outgoing import Enclosure

HEADERS = ["From: a@corp.example", "Subject: x"]


def test_text_and_html_come_back() -> None:
    read = message_from_bytes(
        mime.message(HEADERS, mime.alternative("一\n二", "<p>一</p>")), policy=policy.default
    )
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content().replace("\r\n", "\n") for part in read.iter_parts()] == ["一\n二", "<p>一</p>"]
    assert not [defect for part in read.walk() for defect in part.defects]


@pytest.mark.parametrize(
    "filename", ["form.xlsx", "投诉记录单 C-2026-00001.xlsx", 'a"b\\c/d\r\nX-Evil: 1.xlsx', "x" * 300]
)
def test_files_come_back_under_a_safe_name(filename: str) -> None:
    enclosure = Enclosure(
        filename=filename, content_type="application/octet-stream", content=bytes(range(256))
    )
    raw = mime.message(HEADERS, mime.alternative("text", "<p>text</p>"), (enclosure,))
    read = message_from_bytes(raw, policy=policy.default)
    assert read.get_content_type() == "multipart/mixed"
    assert read["X-Evil"] is None
    (file,) = read.iter_attachments()
    assert file.get_content() == bytes(range(256))
    name = file.get_filename() or ""
    assert name == mime.clean(filename, mime.NAME_CHARS_MAX).replace("/", "_").replace('"', "_").replace(
        "\\", "_"
    )
    assert not [defect for part in read.walk() for defect in part.defects]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
