"""Whole messages made to be slow: 60 kB to 1 MB each, as an attacker might write them."""

import base64
import random
from collections.abc import Iterator

from bench.hostile import text

HEAD = "From: 张三 <a@corp.example>\nTo: desk@corp.example\nSubject: 投诉\nMessage-ID: <x@corp.example>\n"
LARGE, MEDIUM, SMALL = 1_000_000, 190_000, 60_000
HTML = "Content-Type: text/html\n\n"
REPORT = "Return-Path: <>\nContent-Type: multipart/report; boundary=b\n\n--b\n\n"
MACHINE_PART = "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n"

# Name, what comes before, what is repeated, how long that gets. Before the blank line it is a header.
IN_HEADER = (
    ("subject of reply prefixes", "Subject: ", "回复:", SMALL),
    ("subject of encoded words", "Subject: ", "=?utf-8?B?5L2g?= ", LARGE),
    ("sent to a hundred thousand", "To: ", "a@b.c, ", LARGE),
    ("name of brackets", "From: ", "((<", SMALL),
    ("references", "References: ", "<a@b.c> ", LARGE),
    ("parameters", "Content-Type: text/plain; ", ";a*0*=%E4", LARGE),
)
IN_BODY = (
    ("quotation marks", "\n", ">", LARGE),
    ("quoted lines", "\n", "> 回复\n", LARGE),
    ("quote headers", "\n", "发件人: 张三\n发送时间: 2026年1月1日\n", LARGE),
    ("wrote lines", "\n", "On Mon, a@b.c wrote:\n", LARGE),
    ("complaints", "\n", "我要投诉！一直没有解决，", LARGE),
    ("blanks", "\n", " ", LARGE),
    ("one long word", "\n", "a", LARGE),
    ("hanzi without a break", "\n", "好", LARGE // 3),
    ("commands", "\n", "受理 C-2026-00017\n", LARGE),
    ("forms", "\n", "联系电话：010\n", LARGE),
    ("dates", "\n", "3天内，2026年1月1日前", LARGE),
    ("HTML depth", HTML, "<div>", LARGE),
    ("HTML tables in tables", HTML, "<table><tr><td>a", MEDIUM),
    ("HTML one long table", f"{HTML}<table>", "<tr><td>a<td>b", MEDIUM),
    ("HTML quotations", HTML, "<blockquote type=cite>a", MEDIUM),
    ("HTML styles", HTML, '<p style="display : ">a', MEDIUM),
    ("HTML font sizes", HTML, '<i style="font-size:0">', MEDIUM),
    ("HTML comments", HTML, "<!--", LARGE),
    ("parts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", LARGE),
    ("delivery report", REPORT, "<a@b.c>: 550 5.1.1 no such user\n", LARGE),
    ("machine report", REPORT + MACHINE_PART, "Final-Recipient: rfc822; a@b.c\nStatus: 5.1.1\n\n", LARGE),
)


def hostile() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each."""
    for name, before, unit, size in IN_HEADER:
        yield name, f"{before}{text(unit, size)}\n{HEAD}\nx".encode()
    for name, before, unit, size in IN_BODY:
        yield name, f"{HEAD}{before}{text(unit, size)}".encode()
    encoded = base64.encodebytes(text("打印机坏了，投诉你们。\n", LARGE // 4).encode()).decode()
    yield "base64", f"{HEAD}Content-Transfer-Encoding: base64\n\n{encoded}".encode()
    yield "random bytes", random.Random(2026).randbytes(LARGE)
    yield "only CR", b"a\r" * (LARGE // 2)
