"""The demo's configuration: the example config.toml with the demo's servers filled in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console

from ombud import config
from ombud.config import Settings
from ombud.demo.servers import HOST, PASSWORD, Ports, running

EXAMPLE = Path(__file__).parents[2] / "config.toml"
SAMPLE = Path(__file__).parents[1] / "sample"
EXIT_WRONG = 2


def new_folder(console: Console, folder: Path | None) -> Path | None:
    """A folder for the demo's files, made anew; None, and it is said why, when there is one already."""
    path = (folder or Path(f"demo-{datetime.now():%Y%m%d-%H%M%S}")).resolve()  # noqa: DTZ005 -- for people here
    if path.exists():
        console.print(f"{path} exists already; give --folder another name", style="red", markup=False)
        return None
    path.mkdir(mode=0o700, parents=True)
    return path


@contextmanager
def served(folder: Path) -> Iterator[tuple[Settings, Ports]]:
    """The demo's two servers with an account for everybody, and the configuration that names them."""
    settings = config.load(write(folder, Ports(imap=143, smtp=25)))
    organisation = config.organisation(settings)
    accounts = (settings.sender.address, *(a for p in organisation.everybody for a in p.addresses))
    with running(accounts) as ports:
        yield config.load(write(folder, ports)), ports


def write(folder: Path, ports: Ports) -> Path:
    """Writes config.toml and the passwords' file into the folder; the path of the first."""
    password = folder / "password"
    password.write_text(PASSWORD + "\n", "utf-8")
    password.chmod(0o600)
    server = {"host": HOST, "security": "plain", "password_file": "password", "password_env": None}
    changes: dict[str, dict[str, object]] = {
        "store": {"url": "sqlite:///ombud.db"},
        "mailbox": {**server, "port": ports.imap},
        "smtp": {"host": HOST, "security": "plain", "port": ports.smtp, "user": "", "password_env": None},
        "directory": {
            "people": str(SAMPLE / "people.csv"),
            "departments": str(SAMPLE / "departments.csv"),
        },
    }
    path = folder / "config.toml"
    path.write_text(edited(EXAMPLE.read_text("utf-8"), changes), "utf-8")
    return path


def edited(text: str, changes: dict[str, dict[str, object]]) -> str:
    """A TOML text with some keys of its tables set anew (None: left out), comments and all else kept."""
    lines: list[str] = []
    pending: dict[str, object] = {}
    for line in text.split("\n"):
        if line.startswith("["):
            lines += _assignments(pending)
            pending = dict(changes.get(line.strip("[] "), {}))
        key = line.partition("=")[0].strip()
        if key in pending:
            lines += _assignments({key: pending.pop(key)})
        else:
            lines.append(line)
    return "\n".join(lines + _assignments(pending)) + "\n"


def _assignments(values: dict[str, object]) -> list[str]:
    # JSON's strings and numbers are TOML's too.
    return [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in values.items()
        if value is not None
    ]
