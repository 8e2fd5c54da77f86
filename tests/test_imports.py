"""Imports point one way: ingest ← classify ← process ← store; notify beside store; ombud over all."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "ingest": {"ingest"},
    "classify": {"ingest", "classify"},
    "process": {"ingest", "classify", "process"},
    "store": {"ingest", "classify", "process", "store"},
    "notify": {"ingest", "classify", "process", "notify", "templates"},
    "templates": {"templates"},
    "ombud": {"ingest", "classify", "process", "store", "notify", "templates", "ombud"},
}
MODULES = sorted(path.relative_to(ROOT) for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Our own packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} & ALLOWED.keys()


def test_imports_point_left() -> None:
    for path in MODULES:
        wrong = imported(path) - ALLOWED[path.parts[0]]
        assert not wrong, f"{path} imports {sorted(wrong)}"


def test_nothing_but_the_tests_is_left_out() -> None:
    assert {path.parts[0] for path in MODULES} == set(ALLOWED)


def test_sql_stays_in_the_store_and_at_the_rim() -> None:
    """The pure core knows no database, no network and no clock."""
    for path in MODULES:
        if path.parts[0] in ("classify", "process"):
            text = (ROOT / path).read_text("utf-8")
            for word in ("sqlalchemy", "imapclient", "smtplib", "datetime.now", "time.time"):
                assert word not in text, f"{path} uses {word}"
