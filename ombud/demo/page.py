"""One HTML page that shows every mail, rendered, without scripts or anything from outside.

Each mail's HTML stands in its own shadow tree, so that its styles stay inside of it.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.mail import Mail

_STYLE = """
body { margin: 0; font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
       background: #eef1f4; color: #1c2733; }
header { padding: 24px; background: #16324f; color: #fff; } h1 { margin: 0; font-size: 22px; }
main { max-width: 860px; margin: 0 auto; padding: 16px; }
nav a { display: block; padding: 2px 0; color: #16324f; }
article { background: #fff; margin: 24px 0; border: 1px solid #d5dce3; border-radius: 6px; overflow: hidden; }
.head { padding: 12px 16px; background: #f7f9fb; border-bottom: 1px solid #d5dce3; overflow-wrap: anywhere; }
.head b { display: block; font-size: 16px; } .mail { padding: 0; } pre { padding: 16px; white-space: pre-wrap; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A mail on the page, and the file that it stands in."""

    mail: Mail
    receiver: str
    file: str


def page(title: str, mails: Sequence[Shown]) -> str:
    """The page, mails in the order given."""
    contents = "".join(
        f'<a href="#m{i}">{i}. {_text(shown.receiver)} ← {_text(shown.mail.subject)}</a>'
        for i, shown in enumerate(mails, 1)
    )
    articles = "".join(_article(i, shown) for i, shown in enumerate(mails, 1))
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_STYLE}</style></head>'
        f"<body><header><h1>{_text(title)}</h1>{len(mails)} 封邮件 / mails</header>"
        f"<main><nav>{contents}</nav>{articles}</main></body></html>"
    )


def _article(number: int, shown: Shown) -> str:
    mail = shown.mail
    people = f"{mail.sender} → {', '.join(str(a) for a in mail.to)}"
    copied = f" · CC {', '.join(str(a) for a in mail.cc)}" if mail.cc else ""
    when = mail.date.isoformat(sep=" ") if mail.date else ""
    body = (
        f'<template shadowrootmode="open">{mail.html}</template>'
        if mail.html
        else f"<pre>{_text(mail.text)}</pre>"
    )
    return (
        f'<article id="m{number}"><div class="head"><b>{_text(mail.subject)}</b>{_text(people + copied)}'
        f'<br>{_text(when)} · <a href="{_text(shown.file)}">{_text(shown.file)}</a></div>'
        f'<div class="mail">{body}</div></article>'
    )


def _text(value: str) -> str:
    return html.escape(value, quote=True)
