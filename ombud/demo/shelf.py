"""The folder that the demo's year ends with: every report as page and workbook, some mails, and index.html to begin with.

All of it is what the service made; the index only lists it, with the figures that say how the year went.
"""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from notify.render import words
from notify.sheet import CONTENT_TYPE
from ombud import reporting
from ombud.demo.postroom import Delivered
from ombud.office import Office
from process.figures import FIGURES
from process.period import Period
from process.report import Report
from process.report_view import Line, view
from store import reports
from store.database import reading

SHOWN = ("received", "closed_on_time", "hours_to_close", "open_at_end", "work_orders", "callback_satisfied")
"""Figures in the index; the reports have all."""
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --head: #16324f; --line: #d5dce3; --paper: #fff; --back: #eef1f4;
        --link: #1d5c99; --good: #1b6e35; --late: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ed; --head: #0f2438; --line: #3a4651; --paper: #1b232b;
        --back: #12181e; --link: #8ec1f2; --good: #7fd49a; --late: #ff9a92; } }
body { margin: 0; font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
       background: var(--back); color: var(--ink); }
header { padding: 24px max(16px, calc(50% - 484px)); background: var(--head); color: #fff; }
h1 { margin: 0; font-size: 22px; } h2 { margin: 0 0 8px; font-size: 17px; }
main { max-width: 1000px; margin: 0 auto; padding: 16px; box-sizing: border-box; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: 16px; margin: 0 0 16px;
          overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 6px 8px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; white-space: normal; min-width: 5em; }
th small { display: block; font-weight: normal; }
th:first-child, td:first-child { text-align: left; } tr:last-child td { border-bottom: 0; }
a { color: var(--link); } ul { margin: 0; padding-left: 20px; } li { padding: 2px 0; }
.met { color: var(--good); } .missed { color: var(--late); font-weight: 600; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_DEFINED = {one.name: one for one in FIGURES}
_MARKS = {"met": "✓", "missed": "✗"}


def fill(office: Office, kept: Sequence[Delivered], folder: Path, periods: Sequence[Period]) -> None:
    """Writes the reports of these periods, the kept mails with their workbooks, and the index, last period first."""
    folder.mkdir()
    for period in periods:
        for name, content in reporting.files(office, period):
            (folder / name).write_bytes(content)
    mails = [(got, _write(got, place, folder)) for place, got in enumerate(kept, 1)]
    with reading(office.engine) as conn:
        found = {one.number: one for one in reports.listed(conn)}
    written = [found[period.number] for period in reversed(periods) if period.number in found]
    title = f"{office.letterhead.organisation} · {periods[-1].year}"
    (folder / "index.html").write_text(_index(title, written, mails), "utf-8")


def _write(got: Delivered, place: int, folder: Path) -> tuple[str, ...]:
    """A mail as a page, and the workbook that it brought; their file names."""
    stem = f"mail-{place:02}-{got.notice}"
    (folder / f"{stem}.html").write_text(got.mail.html, "utf-8")
    books = [file for file in got.mail.attachments if file.content_type == CONTENT_TYPE]
    for book in books[:1]:
        (folder / f"{stem}.xlsx").write_bytes(book.content)
    return (f"{stem}.html", *(f"{stem}.xlsx" for _ in books[:1]))


def _index(title: str, written: Sequence[Report], mails: Sequence[tuple[Delivered, tuple[str, ...]]]) -> str:
    items = "".join(f"<li>{_links(got.mail.subject.partition(' [')[0], files)}</li>" for got, files in mails)
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_STYLE}</style></head>'
        f"<body><header><h1>{_text(title)}</h1>ombud demo --year</header><main>"
        f"<section><h2>服务报告 / Service reports</h2>{_table(written)}</section>"
        f"<section><h2>满意度调查、评审与更正 / Survey, review, corrections</h2><ul>{items}</ul></section>"
        "</main></body></html>"
    )


def _links(name: str, files: Iterable[str]) -> str:
    """The page under its name, and its workbook."""
    page, *books = files
    return f'<a href="{_text(page)}">{_text(name)}</a>' + "".join(
        f' · <a href="{_text(book)}">xlsx</a>' for book in books
    )


def _table(written: Sequence[Report]) -> str:
    head = "".join(f"<th>{_name(name, 'zh')}<small>{_name(name, 'en')}</small></th>" for name in SHOWN)
    return f"<table><tr><th>期间<small>Period</small></th>{head}</tr>{''.join(map(_row, written))}</table>"


def _name(figure: str, language: str) -> str:
    """A figure's name, with its unit where it is told in hours."""
    said = words(language)["figures"][figure]
    unit = f" ({said['unit']})" if _DEFINED[figure].unit == "hours" else ""
    return _text(said["name"] + unit)


def _row(report: Report) -> str:
    shown = view(report)
    lines = {line.name: line for line in shown.lines}
    cells = "".join(_cell(lines[name]) for name in SHOWN if name in lines)
    name = f"{shown.period.year}-{shown.period.month:02}" if shown.period.month else f"{shown.period.year}"
    return f"<tr><td>{_links(name, (f'{report.number}.html', f'{report.number}.xlsx'))}</td>{cells}</tr>"


def _cell(line: Line) -> str:
    """A value with its status as sign and colour, never as colour alone."""
    mark = _MARKS.get(line.figure.status, "")
    return f'<td class="{line.figure.status}">{_text(f"{line.value} {mark}".strip())}</td>'


def _text(value: str) -> str:
    return html.escape(value, quote=True)
