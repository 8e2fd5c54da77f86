"""Text made to be slow to read, for the whole program and for one regular expression.

Promises: the same text at each run; every text is SIZE characters, give or take one repeat.
Sources: the ways in which regular expressions and parsers are known to go quadratic: long repeats of what
may match, nesting that never closes, matches that fail at their last character.
"""

import re
from collections.abc import Iterator

SIZE = 60_000
MAX_WORDS = 12
MAX_CHARACTERS = 14
MAX_PAIRED = 6

# Repeated until SIZE is reached; each is what some part of mail is made of.
REPEATED = {
    "blanks": " ", "tabs": "\t", "line ends": "\n", "CRLF": "\r\n", "blank lines": " \n", "NUL": "\0",
    "letters": "a", "digits": "1", "dashes": "-", "underscores": "_", "hanzi": "好", "commas": "，", "dots": ".",
    "quotes": ">", "quotes and blanks": "> ", "angles": "<", "angle pairs": "<>", "brackets": "(", "bracket pairs": "()",
    "square": "[", "square pairs": "[]", "full-width brackets": "（", "lenticular": "【】", "braces": "{", "backslashes": "\\",
    "quotation marks": '"', "escaped quotes": '\\"', "colons": ":", "semicolons": ";", "equals": "=", "at": "a@", "at only": "@",
    "address": "a@b.c ", "address list": "a@b.c,", "domain": "a.", "domain dashes": "a-", "angle address": "<a@b.c>",
    "encoded word": "=?utf-8?B?5L2g?= ", "encoded word begun": "=?", "encoded word open": "=?utf-8?Q?a", "percent": "%E4",
    "reply prefix": "回复:", "re": "Re: ", "re bracketed": "Re[2]: ", "fwd": "Fwd: ", "tag": "[a] ", "forward": "转发：",
    "header": "From: a\n", "chinese header": "发件人：张三\n", "sent": "发件人: a\n发送时间: ", "wrote": "On a wrote:\n", "chinese wrote": "在 2026年1月1日，写道：\n",
    "on": "On ", "date": "2026-01-01 ", "chinese date": "2026年1月1日", "time": "10:00 ", "number": "C-2026-00017 ", "token": "fuo-aaaa",
    "tag open": "<div", "tags": "<div>", "tags closed": "</div>", "comment": "<!--", "style": "<style>", "attribute": ' a="', "style rule": "display : ",
    "entity": "&#x", "rule line": "----- ", "rule": "________\n", "original": "-----Original Message-----\n", "signature": "-- \n", "form": "联系电话：",
    "status": "5.1.1 ", "smtp": "550 ", "recipient": "Final-Recipient: rfc822;", "diagnostic": "550 5.1.1 <a@b.c> ", "not": "不", "not solved": "没有解决",
    "solved": "已解决，", "question": "了吗？", "complain": "投诉 ", "please": "请 ", "command": "受理 ", "base64": "TWFu", "soft line": "a \n", "phone": "010-",
    "mojibake": "锟斤拷", "surrogate": "😀", "zero-width": "\u200b", "bidi": "\u202e", "boundary": "--b\n", "parameter": ";a=", "segment": ";a*0*=", "result": "spf=pass ",
}  # fmt: skip


def text(unit: str, size: int = SIZE) -> str:
    """The unit, repeated to about that size."""
    return unit * (size // len(unit) + 1)


def general() -> Iterator[tuple[str, str]]:
    """Name and text of what every reader of mail is given, each also with an end that does not fit."""
    for name, unit in REPEATED.items():
        yield name, text(unit)
        yield f"{name}, then another end", text(unit) + "\x01"


def for_pattern(source: str) -> Iterator[tuple[str, str]]:
    """Name and text for one regular expression: what its own characters and words make up."""
    characters = _characters(source)
    words = list(dict.fromkeys(re.findall(r"[^\W\d_]{2,}|[A-Z][a-z]+", _literal(source))))[:MAX_WORDS]
    for unit in (*characters, *words, *(f"{word} " for word in words)):
        yield f"{unit!r} × n", text(unit)
        yield f"{unit!r} × n + end", text(unit) + "\x01"
    for one in characters[:MAX_PAIRED]:
        for other in characters[:MAX_PAIRED]:
            if one != other:
                yield f"{one + other!r} × n", text(one + other)
    for word in words:
        for one in characters[:3]:
            yield f"{word + one!r} × n", text(word + one)
        yield f"{word!r} and blanks", word + text(" ") + "\x01"
        yield f"{word!r} and letters", word + text("a") + "\x01"
        yield f"almost {word!r}", text(word[:-1] + "\x01")
    if words:
        yield "all its words", text("".join(words))
        yield "all its words apart", text(" ".join(words))


def _literal(source: str) -> str:
    """The pattern without escapes and group syntax: what it has in words."""
    return re.sub(r"\\.|\(\?[a-zA-Z:=!<]+|\(\?P<\w+>|\{\d*,?\d*\}", " ", source)


def _characters(source: str) -> list[str]:
    """A character of each class that the pattern mentions, and each character that it names."""
    classes = {r"\s": " \n\t", r"\d": "1", r"\w": "a好_", r"\S": "!", r"\D": "x", r"\W": "!", ".": "a"}
    found = [character for mark, members in classes.items() if mark in source for character in members]
    ranges = re.findall(r"(?:\\u[0-9a-f]{4}|[^\\\[\]])-(?=[^\]])", source)
    found += [one[0] for one in ranges if one[0] != "\\"]
    found += [one for one in re.sub(r"\\[a-zA-Z]", "", source) if one not in "\\^$|?*+{}"]
    return list(dict.fromkeys(found))[:MAX_CHARACTERS]
