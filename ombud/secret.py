"""Secrets: passwords and token keys from the environment or a file; never printed, never logged.

Where no token keys are configured, a key file is made beside the SQLite database on first use, with
mode 0600.
"""

import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from ombud.sections import ObserveSection, Secrets, Server
from ombud.settings import Settings, is_loopback

FILE_BYTES_MAX = 10_000
KEY_CHARS_MIN = 32
KEY_FILE = "token.key"


class SecretMissing(Exception):
    """A secret that is configured cannot be had; the text says why, without the secret."""


def password(server: Server) -> str:
    """The server's password; '' when none is configured. Raises SecretMissing."""
    if server.password_env:
        return _variable(server.password_env)
    return _file(server.password_file).partition("\n")[0].strip() if server.password_file else ""


def webhook_url(section: ObserveSection) -> str:
    """Address of the robot that is told of faults; '' when none is configured. Raises SecretMissing."""
    if not (section.webhook_env or section.webhook_file):
        return ""
    if section.webhook_env:
        url = _variable(section.webhook_env)
    else:
        url = _file(section.webhook_file).partition("\n")[0].strip()
    parts = urlsplit(url)
    if not parts.hostname or not (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    ):
        raise SecretMissing("what it holds is no https:// address")
    return url


def configured_keys(section: Secrets) -> tuple[str, ...]:
    """The configured token keys, newest first; empty when none are. Raises SecretMissing."""
    if section.token_keys_env:
        return tuple(_variable(section.token_keys_env).split())
    return tuple(_file(section.token_keys_file).split()) if section.token_keys_file else ()


def token_keys(settings: Settings) -> tuple[str, ...]:
    """The keys that sign reply tokens, newest first; a key file is made when none are configured."""
    return configured_keys(settings.secrets) or tuple(_made(key_file(settings)).split())


def key_file(settings: Settings) -> Path:
    """Where the key lies when none is configured."""
    return Path(make_url(settings.store.url).database or ".").parent / KEY_FILE


def _made(path: Path) -> str:
    """The key file's content; two processes that start at once end with one key."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Created with mode 0600, complete before it has its name.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=KEY_FILE)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
            os.link(temporary, path)
        except FileExistsError:  # the other process was first
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text(encoding="ascii")


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SecretMissing(f"the environment variable {name} is not set")
    return value


def _file(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX).decode("utf-8-sig").strip()
    except OSError as trouble:
        raise SecretMissing(f"{path} cannot be read: {trouble.strerror}") from trouble
    except UnicodeDecodeError as trouble:
        raise SecretMissing(f"{path} is not UTF-8 text") from trouble
    if not content:
        raise SecretMissing(f"{path} is empty")
    return content
