"""`ombud demo`: servers, the real service as a process of its own, one day of mail, and what came of it.

Exit code 0 when every scene ended as it should and the service stopped cleanly, else 1.
"""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

from rich.console import Console
from rich.table import Table

from classify.people import Organisation, Person, Role
from ombud import config
from ombud import show as listing
from ombud.config import Settings
from ombud.demo import setting
from ombud.demo.page import Shown, page
from ombud.demo.play import SCENES, Play, Scene, cast
from ombud.demo.servers import HOST, PASSWORD, Ports
from ombud.demo.show import Teller, complaints_table, mails_table, progress
from ombud.demo.stage import NothingCame, Postbox, Stage
from store import received
from store.database import open_database, reading

STOP_TIMEOUT_S = 20
QUIET_S = 1.0
"""When nothing came for so long after the last scene, the day is over."""
LOOK_S = 0.3


def show(folder: Path | None, *, stay: bool) -> int:
    """Plays the day; with `stay` keeps everything up until interrupted. The exit code."""
    console = Console()
    made = setting.new_folder(console, folder)
    if made is None:
        return setting.EXIT_WRONG
    with setting.served(made) as (settings, ports):
        return _on_stage(console, made, settings, ports, stay=stay)


def _on_stage(console: Console, folder: Path, settings: Settings, ports: Ports, *, stay: bool) -> int:
    organisation = config.organisation(settings)
    desk = settings.sender.address
    told = Teller(console, desk)
    boxes = {p.address: Postbox(owner=p, ports=ports, told=told) for p in organisation.everybody}
    stage = Stage(ports=ports, desk=desk, told=told, boxes=boxes)
    parts = cast(organisation, datetime.now(UTC).date())
    failures: list[str] = []
    with contextlib.closing(stage), _service(folder, failures):
        _play(console, Play(stage=stage, parts=parts, organisation=organisation), failures)
        _settle(stage)
        look_back(console, folder, settings, stage)
        if stay:
            _stay(console, ports, organisation, desk)
    for failure in failures:
        console.print(failure, style="red", markup=False)
    return 1 if failures else 0


@contextlib.contextmanager
def _service(folder: Path, failures: list[str]) -> Iterator[None]:
    """`ombud run` as an administrator would start it; stopped by SIGTERM, which must give exit code 0."""
    command = [sys.executable, "-m", "ombud", "--config", str(folder / "config.toml"), "run"]
    with (folder / "ombud.log").open("w", encoding="utf-8") as log:
        service = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603 -- our own
        try:
            yield
        finally:
            service.send_signal(signal.SIGTERM)
            code = service.wait(STOP_TIMEOUT_S)
            if code != 0:
                failures.append(f"the service ended with exit code {code}; see {folder / 'ombud.log'}")


def _play(console: Console, play: Play, failures: list[str]) -> None:
    """All scenes side by side, with a line for each mail and a bar for the scenes."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(play.stage, over), name="watch")
    watcher.start()
    try:
        with progress(console) as bar, ThreadPoolExecutor(max_workers=len(SCENES)) as pool:
            task = bar.add_task("一天的邮件 / one day of mail", total=len(SCENES))

            def played(scene: Scene) -> None:
                try:
                    scene(play)
                except NothingCame as missing:
                    failures.append(f"{scene.__name__}: {missing}")
                bar.advance(task)

            list(pool.map(played, SCENES))
    finally:
        over.set()
        watcher.join()


def _watch(stage: Stage, over: threading.Event) -> None:
    """Everybody looks into their mailbox now and then, whether they wait for something or not."""
    while not over.is_set():
        for box in stage.boxes.values():
            box.look()
        over.wait(LOOK_S)


def _settle(stage: Stage) -> None:
    """Waits until no more mail comes."""
    count = -1
    while count != (count := sum(len(box.seen) for box in stage.boxes.values())):
        sleep(QUIET_S)
        for box in stage.boxes.values():
            box.look()


def look_back(console: Console, folder: Path, settings: Settings, stage: Stage) -> None:
    """The tables, the files, and where to look."""
    shown = _files(folder / "mails", stage)
    (folder / "mails.html").write_text(page("Ombud: 一天的邮件", shown), "utf-8")
    engine = open_database(settings.store.url)
    with reading(engine) as conn:
        complaints_table(listing.all_complaints(conn, only_open=False))
        mails_table([listing.mail_line(row) for row in received.listed(conn)])
    engine.dispose()
    where = Table(title="在哪里看 / where to look", show_header=False)
    for what, path in (
        ("每封发出的邮件 / every mail sent, rendered", folder / "mails.html"),
        (".eml", folder / "mails"),
        ("数据库 / database", folder / "ombud.db"),
        ("日志 / log", folder / "ombud.log"),
        ("命令 / commands", f"ombud --config {folder / 'config.toml'} complaints"),
    ):
        where.add_row(what, str(path))
    console.print(where)


def _files(folder: Path, stage: Stage) -> list[Shown]:
    """Every mail that anybody got, as .eml, in the order of its date."""
    folder.mkdir()
    got = [(mail, box.owner) for box in stage.boxes.values() for mail in box.seen]
    # A mail with a CC lies in two mailboxes; it is one mail.
    unique = {mail.message_id: (mail, owner) for mail, owner in reversed(got)}
    shown = []
    for number, (mail, owner) in enumerate(sorted(unique.values(), key=lambda pair: str(pair[0].date)), 1):
        file = folder / f"{number:03}.eml"
        file.write_bytes(mail.raw)
        shown.append(Shown(mail=mail, receiver=owner.name, file=f"mails/{file.name}"))
    return shown


def _stay(console: Console, ports: Ports, organisation: Organisation, desk: str) -> None:
    """Says how to connect, and waits for Ctrl-C."""
    table = Table(title=f"IMAP {HOST}:{ports.imap} · SMTP {HOST}:{ports.smtp} (no TLS, SMTP without login)")
    for column in ("part", "name", "account = address", "password"):
        table.add_column(column, overflow="fold")
    for part, person in _parts(organisation):
        table.add_row(part, person.name, person.address, PASSWORD)
    table.add_row("服务台邮箱 / the desk's mailbox: write here", "", desk, PASSWORD)
    console.print(table)
    console.print("Ctrl-C ends it. 按 Ctrl-C 结束。")
    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.pause()


def _parts(organisation: Organisation) -> list[tuple[str, Person]]:
    parts = cast(organisation, datetime.now(UTC).date())
    return [
        ("用户 / user", parts.collection_user),
        ("VIP 用户 / VIP", parts.vip),
        ("user (English)", parts.english_user),
        *(("服务台 / service desk", p) for p in organisation.holders(Role.SERVICE_DESK)),
        ("研发部门经理 / department manager (催收)", parts.collection_manager),
        ("研发部门经理 / department manager (个贷)", parts.loan_manager),
        ("IT服务经理 / IT service manager", parts.service_manager),
        ("总经理 / general manager", parts.general_manager),
        ("管理者代表 / management representative", parts.representative),
    ]
