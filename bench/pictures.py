"""Pictures of mails and workbooks, for docs/ and to be looked at: Chromium draws the mails, LibreOffice the workbooks.

Needs Debian's chromium and fonts-noto-cjk, for workbooks libreoffice-calc and poppler-utils too.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from classify.people import Person
from classify.token import Sealer
from ingest.parse import parse
from notify.compose import Letterhead, compose
from process.outgoing import Choice, Notice

ZONE = ZoneInfo("Asia/Shanghai")
MANAGER = Person(key="a2", name="顾衡", addresses=("gu.heng@corp.example",))
WIDTHS = (360, 800)
"""CSS pixels: a telephone, and a window."""
HEIGHT = 5_200
TIMEOUT_S = 180
PAGE_DPI = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A mail to be looked at."""

    name: str
    language: str
    template: str
    matter: str
    shown: object
    choices: tuple[Choice, ...] = ()
    docs_name: str = ""
    """Of its picture in docs/; '' when there is none."""
    docs_size: tuple[int, int] = (700, 1900)
    """CSS pixels."""


def write(pictures: Iterable[Picture], now: datetime) -> None:
    """What the command line asks for: the pictures for docs/, or with --all each at two widths, light and dark."""
    if shutil.which("chromium") is None:
        sys.exit("needs chromium: apt-get install chromium fonts-noto-cjk")
    words = [word for word in sys.argv[1:] if word != "--all"]
    folder = Path(words[0] if words else "docs")
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        html = page(picture, now)
        if "--all" in sys.argv:
            _shoot_all(html, folder / f"{picture.name}-{picture.language}")
        elif picture.docs_name:
            shoot(html, folder / picture.docs_name, picture.docs_size)


def _shoot_all(html: str, stem: Path) -> None:
    for width in WIDTHS:
        for is_dark in (False, True):
            target = stem.with_name(f"{stem.name}-{width}{'-dark' if is_dark else ''}.png")
            shoot(html, target, (width, HEIGHT), is_dark=is_dark)


def letterhead(language: str) -> Letterhead:
    return Letterhead(
        organisation="示例金融科技公司" if language == "zh" else "Example Fintech", desk_name="IT 服务台" if language == "zh" else "IT service desk",
        desk_address="it-desk@corp.example", domain="corp.example", timezone=ZONE,
        sealer=Sealer(keys=("k" * 32,), max_age_days=400), default_language=language,
    )  # fmt: skip


def page(picture: Picture, now: datetime) -> str:
    """The HTML of the mail, as it would go out."""
    notice = Notice(
        template=picture.template, to=MANAGER if picture.language == "zh" else replace(MANAGER, name="Gu Heng"),
        matter=picture.matter, shown=picture.shown, choices=picture.choices, language=picture.language,
    )  # fmt: skip
    return parse(compose(notice, letterhead(picture.language), now).content).html


def shoot(html: str, target: Path, size: tuple[int, int], *, is_dark: bool = False) -> None:
    """A picture of the top of a page, width and height in CSS pixels."""
    width, height = size
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        # Chromium has no narrower window than 500 pixels: the page goes into a frame of the width that is wanted.
        inner = Path(folder) / "mail.html"
        inner.write_text(html, "utf-8")
        source.write_text(
            f'<body style="margin:0"><iframe src="mail.html" style="border:0;width:{width}px;height:{height}px"></iframe>',
            "utf-8",
        )
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
                f"--window-size={max(width, 500)},{height}", f"--screenshot={target}",
                *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if is_dark else []),
                source.as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def sheets(workbook: bytes, folder: Path, name: str, pages: tuple[int, int]) -> list[Path]:
    """Pictures of some pages (from 1) of a workbook as a spreadsheet program prints it: 'NAME-1.png' …"""
    with tempfile.TemporaryDirectory() as own:
        source = Path(own) / f"{name}.xlsx"
        source.write_bytes(workbook)
        office = ["soffice", f"-env:UserInstallation=file://{own}/profile", "--headless"]
        _run([*office, "--convert-to", "pdf", "--outdir", own, str(source)])
        first, last = map(str, pages)
        drawn = ["pdftoppm", "-png", "-r", str(PAGE_DPI), "-f", first, "-l", last]
        _run([*drawn, str(source.with_suffix(".pdf")), str(Path(own) / "page")])
        found = sorted(Path(own).glob("page-*.png"))
        return [Path(shutil.copy(one, folder / f"{name}-{n}.png")) for n, one in enumerate(found, pages[0])]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)
