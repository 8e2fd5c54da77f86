"""Sheets of mails side by side, each in a frame as wide as a screen, pictured by Chromium.

A frame's width is what its media queries see, so a mail looks in it as on a telephone of that width. The page
measures itself; what is wider than its frame is reported.
"""

import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 120
MARGIN = 12
HEIGHT_MAX = 16_000
"""Pixels; what is below is not pictured."""
_TITLE = re.compile(r"<title>(\d+)\|([^<]*)</title>")
_MEASURE = """
addEventListener("load", () => {
  const wide = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument.documentElement;
    if (page.scrollWidth > frame.clientWidth) wide.push(frame.dataset.name);
    frame.style.height = page.scrollHeight + "px";
  }
  document.title = document.documentElement.scrollHeight + "|" + wide.join(" ");
});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A page on a sheet."""

    name: str
    caption: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """On what the mails are looked at."""

    width: int
    """CSS pixels."""
    is_dark: bool = False
    columns: int = 5


def browser() -> str | None:
    """Path of a Chromium; None when there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def page(frames: Sequence[Frame], screen: Screen) -> str:
    """The sheet as HTML."""
    cells = "".join(
        f'<figure><figcaption>{html.escape(frame.caption)}</figcaption><iframe data-name="{frame.name}" '
        f'width="{screen.width}" srcdoc="{html.escape(frame.html, quote=True)}"></iframe></figure>'
        for frame in frames
    )
    scheme = "dark" if screen.is_dark else "light"
    return (
        f'<!doctype html><html><meta charset="utf-8"><title></title><style>html{{color-scheme:{scheme}}}'
        f"body{{margin:{MARGIN}px;display:flex;flex-wrap:wrap;gap:{MARGIN}px;align-items:flex-start;"
        f"background:#889}}figure{{margin:0}}figcaption{{width:{screen.width}px;font:13px sans-serif;color:#000;"
        f"overflow-wrap:anywhere}}iframe{{border:0;display:block;background:#fff}}</style>{cells}"
        f"<script>{_MEASURE}</script></html>"
    )


def picture(chromium: str, frames: Sequence[Frame], screen: Screen, target: Path) -> tuple[str, ...]:
    """Writes the sheet as PNG; names of the frames that are too narrow for what is in them."""
    width = MARGIN + min(screen.columns, len(frames)) * (screen.width + MARGIN)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sheet.html"
        source.write_text(page(frames, screen), "utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
            f"--blink-settings=preferredColorScheme={0 if screen.is_dark else 1}",
        ]
        measured = _run([chromium, *options, f"--window-size={width},900", "--dump-dom", source.as_uri()])
        found = _TITLE.search(measured)
        assert found is not None, measured[:500]
        size = f"--window-size={width},{min(int(found[1]), HEIGHT_MAX)}"
        _run([chromium, *options, size, f"--screenshot={target}", source.as_uri()])
    return tuple(found[2].split())


def _run(command: list[str]) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT_S)
    return done.stdout
