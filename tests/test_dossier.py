"""A complaint handed over: complete, checkable by others, the same bytes every time, harmless names."""

import csv
import io
import json
import re
import subprocess
import sys
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from selectolax.lexbor import LexborHTMLParser

from ombud import config, dossier, evidence
from process.case import State
from process.reminding import EVENTS
from store import events, outbox, received
from store.database import reading
from tests.company import COLLECTION, DESK_A, SERVICE_MANAGER, USER
from tests.desk import DESK, Desk

EVIL = "../../../etc/<script>alert(1)</script>.sh"
FORMULA = '=HYPERLINK("http://evil.example","催收系统")'
PROCESS = Path(dossier.__file__).parents[1] / "process"


def complained(desk: Desk) -> str:
    """A complaint with an attachment of an evil name, handled up to its closing."""
    message = EmailMessage()
    message["From"], message["To"] = USER.address, DESK
    message["Subject"] = f"投诉 {FORMULA}"
    message["Message-ID"], message["Date"] = "<evil@mail.corp.example>", "Mon, 23 Nov 2026 09:00:00 +0800"
    message.set_content("催收系统等了三天没有人处理，太慢了！<script>alert(2)</script>")
    message.add_attachment(b"echo", maintype="application", subtype="x-sh", filename=EVIL)
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="截图.PNG")
    desk.put(message.as_bytes())
    (case,) = desk.cases()
    desk.answer(DESK_A, "task_accept", "受理")
    desk.answer(DESK_A, "task_judge", "有效 =1+1")
    desk.answer(DESK_A, "task_assign", "分派 催收系统开发部")
    desk.answer(
        COLLECTION,
        "dispatch",
        "措施\n原因：缓存\n纠正措施：重启\n预防措施：监控\n责任人：钱一\n计划完成：2026-11-25",
    )
    desk.answer(SERVICE_MANAGER, "task_verify", "通过")
    desk.answer(DESK_A, "task_feedback", "批准")
    desk.answer(USER, "feedback", "确认，已解决")
    assert desk.case(case.number).state is State.CLOSED
    return case.number


def made(desk: Desk, number: str, target: Path) -> Path:
    with reading(desk.office.engine) as conn:
        assert dossier.run(conn, number, target, config.sample()) == 0
    return target


@pytest.fixture
def folder(desk: Desk, tmp_path: Path) -> Path:
    return made(desk, complained(desk), tmp_path / "dossier")


def checked(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(folder / "check.py")], check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_everything_lies_in_it(desk: Desk, folder: Path) -> None:
    with reading(desk.office.engine) as conn:
        mails = [received.get(conn, row.id) for row in received.listed(conn)]
        sent = {row.id: outbox.content(conn, row.id) for row in outbox.listed(conn)}
        log = events.entries(conn, "C-2026-00001")
    assert [(folder / f"mails/in/M-{m.id}.eml").read_bytes() for m in mails if m] == [
        m.content for m in mails if m
    ]
    for outbox_id, content in sent.items():
        (path,) = (folder / "mails/out").glob(f"O-{outbox_id}-*.eml")
        assert path.read_bytes() == content
    assert (folder / "attachments/M-1/001.sh").read_bytes() == b"echo"
    assert (folder / "attachments/M-1/002.png").read_bytes() == b"\x89PNG"
    trail = json.loads((folder / "trail/trail.json").read_text())
    assert [(e["seq"], e["what"], e["hash"]) for e in trail] == [(e.seq, e.event.what, e.hash) for e in log]
    assert trail[0]["evidences"]["step"] == "01"
    for page in ("index.html", "index.en.html", "form.zh.txt", "README.txt"):
        assert "C-2026-00001" in (folder / page).read_text("utf-8"), page


def test_names_from_mail_never_reach_a_path(folder: Path) -> None:
    paths = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    for path in paths:
        assert re.fullmatch(r"[A-Za-z0-9_./-]{1,80}", path), path
        assert ".." not in path, path


def test_pages_hold_no_markup_of_mails_and_every_link_leads_somewhere(folder: Path) -> None:
    for name in ("index.html", "index.en.html"):
        page = LexborHTMLParser((folder / name).read_text("utf-8"))
        assert not page.css("script"), name
        hrefs = [a.attributes["href"] or "" for a in page.css("a")]
        assert len(hrefs) > 10, name
        for href in hrefs:
            assert (folder / href).is_file(), href


def test_formulas_in_the_csv_are_words(folder: Path) -> None:
    rows = list(csv.reader(io.StringIO((folder / "trail/trail.csv").read_text("utf-8-sig"))))
    assert rows[0] == list(dossier.COLUMNS)
    cells = [cell for row in rows[1:] for cell in row]
    assert any(cell.startswith("'=1+1") for cell in cells), cells
    assert not [cell for cell in cells if cell.startswith(dossier.FORMULA_STARTS)]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1", "'=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("1=1", "1=1"),
        ("\t=1", "'\t=1"),
    ],
)
def test_cells(cell: str, safe: str) -> None:
    assert dossier._cell(cell) == safe, cell


def test_anybody_can_check_it(folder: Path) -> None:
    assert checked(folder) == (0, "OK: 完整 / intact\n")
    sums = (folder / "SHA256SUMS").read_text().splitlines()
    for line in sums:
        digest, path = line.split("  ", 1)
        assert sha256((folder / path).read_bytes()).hexdigest() == digest, path
    assert sums == sorted(sums, key=lambda line: line[66:])


def change_mail(folder: Path) -> None:
    path = folder / "mails/in/M-1.eml"
    path.write_bytes(path.read_bytes().replace(b"Mon,", b"Tue,"))


def change_trail_with_its_sum(folder: Path) -> None:
    path, sums = folder / "trail/trail.json", folder / "SHA256SUMS"
    old = sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text().replace('"accepted"', '"refused"'))
    sums.write_text(sums.read_text().replace(old, sha256(path.read_bytes()).hexdigest()))


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (change_mail, "mails/in/M-1.eml: changed"),
        (change_trail_with_its_sum, "entry 2: changed"),
        (lambda folder: (folder / "README.txt").unlink(), "README.txt: missing"),
        (lambda folder: (folder / "mails/in/M-9.eml").touch(), "M-9.eml: not listed"),
    ],
    ids=["mail", "trail", "missing", "added"],
)
def test_its_check_finds_a_change(folder: Path, tamper: object, words: str) -> None:
    tamper(folder)  # type: ignore[operator]
    exit_code, output = checked(folder)
    assert (exit_code, words in output) == (1, True), output


def test_the_same_complaint_gives_the_same_zip(desk: Desk, tmp_path: Path) -> None:
    number = complained(desk)
    first, second = (made(desk, number, tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert first == second
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0
    with ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert all(name.startswith(f"{number}/") for name in names)
    assert f"{number}/index.html" in names


def test_nothing_is_overwritten(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = complained(desk)
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").touch()
    (tmp_path / "x.zip").touch()
    with reading(desk.office.engine) as conn:
        for name in ("there", "x.zip"):
            assert dossier.run(conn, number, tmp_path / name, config.sample()) == 1, name
        assert dossier.run(conn, "C-2026-09999", tmp_path / "y", config.sample()) == 1
    assert "no complaint" in capsys.readouterr().err


def test_every_act_of_the_process_has_its_step_and_clauses() -> None:
    source = "\n".join(path.read_text("utf-8") for path in sorted(PROCESS.glob("*.py")))
    acts = set(re.findall(r'\.event\("(\w+)"', source)) | set(EVENTS.values()) | {"reopened", "not_solved"}
    assert len(acts) > 20
    assert acts <= set(evidence.EVIDENCE), acts - set(evidence.EVIDENCE)
