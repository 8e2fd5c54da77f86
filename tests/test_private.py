"""Nobody but the owner of the service can read what it writes: data folder, database, keys, hand-overs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ombud import config, wiring
from ombud.__main__ import main
from ombud.sections import Store
from ombud.settings import Settings
from store import complaints, database
from tests.desk import Desk

OPEN_TO_ALL = 0o022


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(OPEN_TO_ALL)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): oct(p.stat().st_mode & 0o777) for p in sorted(folder.rglob("*"))}


def settings(folder: Path) -> Settings:
    return config.sample().model_copy(update={"store": Store(url=f"sqlite:///{folder}/data/ombud.db")})


def test_data_folder_and_all_files_in_it(tmp_path: Path) -> None:
    office = wiring.office(settings(tmp_path))
    with office.engine.begin() as conn:
        complaints.next_number(conn, 2026)
        found = modes(tmp_path)
    office.engine.dispose()
    private = dict.fromkeys(
        ("data/ombud.db", "data/ombud.db-wal", "data/ombud.db-shm", "data/token.key"), "0o600"
    )
    assert found == {"data": "0o700", **private}


def test_a_copy_put_back_open_to_all_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "ombud.db"
    database.open_database(f"sqlite:///{path}").dispose()
    path.chmod(0o644)
    with database.open_database(f"sqlite:///{path}").begin() as conn:
        conn.exec_driver_sql("CREATE TABLE t (a)")
        assert set(modes(tmp_path).values()) == {"0o600"}


def test_what_commands_write(desk: Desk, tmp_path: Path) -> None:
    desk.write("lin.xiao@corp.example", "催收系统登录不上", "报了两天一直没人管，我要投诉！")
    (case,) = desk.cases()
    example = Path(__file__).parents[1] / "config.toml"
    file = tmp_path / "config.toml"
    url = desk.office.engine.url.render_as_string(hide_password=False)
    text = example.read_text("utf-8").replace("sqlite:///data/ombud.db", url)
    file.write_text(text.replace('"ombud/sample/', f'"{example.parent}/ombud/sample/'), "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    for words in (
        ("dossier", case.number, "--output", f"{out}/whole.zip"),
        ("dossier", case.number, "--output", f"{out}/folder"),
        ("show", case.number, "--xlsx", f"{out}/form.xlsx"),
    ):
        done = CliRunner().invoke(main, ["--config", str(file), *words])
        assert done.exit_code == 0, done.output
    wrong = {path: mode for path, mode in modes(out).items() if mode not in ("0o600", "0o700")}
    assert len(modes(out)) > 10
    assert not wrong
    assert os.umask(OPEN_TO_ALL) == OPEN_TO_ALL, "the umask is given back"
