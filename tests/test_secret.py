"""Secrets: where they are read from, and the token key that is made on the first run."""

from pathlib import Path

import pytest

from ombud import config, secret
from ombud.sections import Secrets, SmtpSection, Store
from ombud.settings import Settings


def settings(folder: Path, **secrets: object) -> Settings:
    sample = config.sample()
    store = Store(url=f"sqlite:///{folder}/data/ombud.db")
    return sample.model_copy(update={"store": store, "secrets": Secrets.model_validate(secrets)})


def test_token_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    made = secret.token_keys(settings(tmp_path))
    assert len(made) == 1
    assert len(made[0]) >= secret.KEY_CHARS_MIN
    assert secret.token_keys(settings(tmp_path)) == made
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["token.key"]
    assert (tmp_path / "data" / "token.key").stat().st_mode & 0o777 == 0o600


def test_token_key_of_a_process_that_was_first_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data" / "token.key"

    def link(_source: str, _target: Path) -> None:
        path.write_text("key-of-the-other\n", encoding="ascii")
        raise FileExistsError

    monkeypatch.setattr("ombud.secret.os.link", link)
    assert secret.token_keys(settings(tmp_path)) == ("key-of-the-other",)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["token.key"]


def test_token_keys_are_those_configured_newest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    keys.write_text("newest\nolder\n", encoding="utf-8")
    monkeypatch.setenv("KEYS", "a b")
    assert secret.token_keys(settings(tmp_path, token_keys_file=keys)) == ("newest", "older")
    assert secret.token_keys(settings(tmp_path, token_keys_env="KEYS")) == ("a", "b")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "password"),
    [(b"p w\n", "p w"), (b"pass\r\nsecond line\n", "pass"), ("\ufeffpaß".encode(), "paß")],
)
def test_password_is_the_first_line_of_its_file(tmp_path: Path, content: bytes, password: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    assert secret.password(SmtpSection(password_file=path)) == password


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00", None])
def test_password_file_without_a_password_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(secret.SecretMissing, match="secret"):
        secret.password(SmtpSection(password_file=path))
