"""Raw messages out of files, folders, mbox files and standard input."""

import io
import os
from pathlib import Path

import pytest

from ombud import messages
from ombud.messages import RawMessage, Unreadable

ONE = b"From: a@corp.example\nSubject: one\n\nFirst.\n"
TWO = b"From: b@corp.example\nSubject: two\n\nSecond.\n\nFrom here it is text.\n"
MBOX = (
    b"From a@corp.example Tue Nov 24 09:00:00 2026\n" + ONE + b"\n"
    b"From - Tue Nov 24 09:01:00 2026\n" + TWO.replace(b"\nFrom here", b"\n>From here") + b"\n"
)


def contents(*paths: Path | str) -> list[bytes]:
    read = list(messages.read(map(str, paths)))
    assert all(isinstance(message, RawMessage) for message in read), read
    return [message.content for message in read if isinstance(message, RawMessage)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_mbox_gives_each_message_with_its_text_unquoted(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "mail"
    path.write_bytes(MBOX.replace(b"\n", end))
    assert contents(path) == [ONE.replace(b"\n", end), TWO.replace(b"\n", end)]


def test_file_is_one_message_whatever_stands_in_its_text(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(ONE + b"\n" + MBOX)
    assert contents(path) == [ONE + b"\n" + MBOX]


def test_from_in_the_text_of_an_mbox_does_not_split_it(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    text = b"From a@corp.example Tue Nov 24 09:00:00 2026\n" + ONE + b"\nFrom now on it is bad.\n"
    path.write_bytes(text)
    assert contents(path) == [ONE + b"\nFrom now on it is bad.\n"]


def test_folder_is_read_recursively_in_order_and_without_what_is_no_mail(tmp_path: Path) -> None:
    for name in (
        "b.eml",
        "a/cur/1732.M1P2.host:2,S",
        "README.md",
        "x.json",
        ".hidden",
        "LICENSE",
        ".git/c.eml",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    (tmp_path / "loop").symlink_to(tmp_path)
    assert contents(tmp_path) == [b"a/cur/1732.M1P2.host:2,S", b"b.eml"]


def test_file_that_is_named_is_read_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mail.txt"
    path.write_bytes(ONE)
    assert contents(path) == [ONE]


def test_path_is_given_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.eml").write_bytes(ONE)
    assert [message.path for message in messages.read(["./folder/a.eml", "folder"])] == [
        "./folder/a.eml",
        os.path.join("folder", "a.eml"),
    ]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MBOX)))
    assert contents("-") == [ONE, TWO]


@pytest.mark.parametrize("path", ["/nowhere/a.eml", "a\0b"])
def test_path_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path, path: str) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(ONE)
    bad, read = messages.read([path, str(good)])
    assert isinstance(bad, Unreadable)
    assert bad.path == path
    assert bad.reason
    assert read == RawMessage(path=str(good), content=ONE)


def test_message_that_is_too_large_is_told_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MESSAGE_BYTES_MAX", len(ONE) + 2)
    path = tmp_path / "mail"
    path.write_bytes(MBOX)
    assert [type(message) for message in messages.read([str(path)])] == [RawMessage, Unreadable]
    path.write_bytes(TWO)
    assert [type(message) for message in messages.read([str(path)])] == [Unreadable]
