"""The commands of work orders and call-backs, as somebody types them."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ombud.__main__ import main
from tests.callback_desk import FRIDAY, HEADER, row

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("OMBUD_")]:
        monkeypatch.delenv(name)
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = text.replace("ombud/sample/", f"{ROOT}/ombud/sample/")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "config.toml"), *words])


def exported(folder: Path, *rows: str) -> str:
    path = folder / "orders.csv"
    path.write_text(HEADER + "".join(rows), encoding="gb18030")
    return str(path)


def test_import_twice_and_with_bad_rows(folder: Path) -> None:
    good = exported(folder, row("WO-1"), row("WO-2"))
    assert run(folder, "import-work-orders", good).stdout == "2 new, 0 updated, 0 unchanged, 0 bad\n"
    assert run(folder, "import-work-orders", good).stdout == "0 new, 0 updated, 2 unchanged, 0 bad\n"
    bad = run(folder, "import-work-orders", exported(folder, row("WO-1", closed="gestern"), row("WO-3")))
    assert bad.exit_code == 1
    assert bad.stdout == "1 new, 0 updated, 0 unchanged, 1 bad\n"
    assert "orders.csv, line 2: 时间读不懂 / no time: gestern" in bad.stderr


def test_import_as_json(folder: Path) -> None:
    done = run(folder, "import-work-orders", "--json", exported(folder, row("WO-1"), row("", FRIDAY)))
    told = json.loads(done.stdout)
    assert told["counts"] == {"new": 1, "updated": 0, "unchanged": 0, "bad": 1}
    assert told["bad_rows"] == [{"line": 3, "problem": "no_number", "value": ""}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "工单号, 关闭时间, 申请人"),
        (b"\0\1\2", "no_text"),
        (b"PK\x03\x04", "no_workbook"),
        (b"", "工单号"),
    ],
)
def test_import_of_what_is_no_export(folder: Path, content: bytes, said: str) -> None:
    (folder / "x.csv").write_bytes(content)
    done = run(folder, "import-work-orders", str(folder / "x.csv"))
    assert done.exit_code == 1
    assert said in done.stderr


def test_no_draws_yet(folder: Path) -> None:
    run(folder, "import-work-orders", exported(folder, row("WO-1")))
    assert run(folder, "callbacks", "list", "--json").stdout == ""
    none = run(folder, "callbacks", "redraw", "2026-11-24")
    assert (none.exit_code, none.stderr.splitlines()[-1]) == (1, "there was no draw on 2026-11-24")
    assert run(folder, "callbacks", "redraw", "heute").exit_code == 2
    assert run(folder, "import-work-orders", "nowhere.csv").exit_code == 2
