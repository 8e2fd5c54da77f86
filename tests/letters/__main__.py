"""Pictures of every mail: `python -m tests.letters OUT [--only TEMPLATE …]`.

Writes each sample mail as .eml, .html and .txt, a page with all subject lines, and, where Chromium is installed, sheets of
pictures: 360 and 800 pixels wide, light, and dark. Ends with 1 when a mail is wider than its screen.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from notify.render import LANGUAGES
from tests.letters.samples import Sample, samples
from tests.letters.sheet import Frame, Screen, browser, picture

SCREENS = {
    "plain": (Screen(width=360), Screen(width=360, is_dark=True), Screen(width=800, columns=3)),
    "long": (Screen(width=360), Screen(width=800, columns=3)),
}
"""By style."""
PICTURED = {"plain": 3, "long": 1}
"""How many mails of one template are pictured."""
FRAMES_MAX = 10
"""On one sheet, for it to be readable."""


def main() -> int:
    """Writes all; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    chromium, wide = browser(), set[str]()
    for language in LANGUAGES:
        for style, count in PICTURED.items():
            chosen = tuple(_chosen(samples(language, style), count, options.only))
            _write(chosen, options.out)
            if chromium:
                wide |= _pictured(chromium, chosen, options.out / f"{language}-{style}", SCREENS[style])
    if not chromium:
        print("no pictures: Chromium is not installed (apt-get install chromium fonts-noto-cjk)")
    for name in sorted(wide):
        print(f"wider than its screen: {name}")
    return 1 if wide else 0


def _chosen(found: Sequence[Sample], count: int, only: Sequence[str]) -> Iterator[Sample]:
    """So many of each template."""
    for sample in found:
        template, _, number = sample.name.rpartition("/")[2].rpartition("-")
        if int(number) <= count and (not only or template in only):
            yield sample


def _write(chosen: Sequence[Sample], out: Path) -> None:
    for sample in chosen:
        path = out / sample.name
        path.parent.mkdir(parents=True, exist_ok=True)
        mail = sample.mail
        path.with_suffix(".eml").write_bytes(sample.content)
        path.with_suffix(".html").write_text(mail.html, "utf-8")
        path.with_suffix(".txt").write_text(f"Subject: {mail.subject}\n\n{mail.text}", "utf-8")


def _pictured(chromium: str, chosen: Sequence[Sample], stem: Path, screens: Sequence[Screen]) -> set[str]:
    wide: set[str] = set()
    frames = [
        Frame(name=sample.name, caption=f"{sample.name}: {sample.mail.subject}", html=sample.mail.html)
        for sample in chosen
    ]
    for screen in screens:
        for start in range(0, len(frames), FRAMES_MAX):
            shade = "dark" if screen.is_dark else "light"
            target = stem.with_name(f"{stem.name}-{screen.width}-{shade}-{start // FRAMES_MAX + 1}.png")
            wide.update(picture(chromium, frames[start : start + FRAMES_MAX], screen, target))
    return wide


if __name__ == "__main__":
    sys.exit(main())
