"""A seeded mailbox as a service desk has it: the same seed gives the same bytes.

Median 17 kB, one in ten with an attachment of 200 kB; plain text, alternatives and HTML only; GB2312, GBK,
GB18030 and UTF-8; Chinese and English; one in five a reply; complaints and other mail; 500 senders.
"""

import random
from base64 import b64encode, encodebytes
from collections.abc import Iterator
from dataclasses import dataclass, replace

SENDERS = 500
DESK = "it-desk@corp.example"
ATTACHED_SHARE, ATTACHMENT_BYTES = 0.1, 200_000
REPLY_SHARE, COMPLAINT_SHARE, CHINESE_SHARE = 0.2, 0.3, 0.8
SIZE_MEDIAN_BYTES, SIZE_SPREAD, SIZE_MAX_BYTES = 15_000, 0.6, 120_000
CHARSETS = ("gb2312", "gbk", "gb18030", "utf-8", "utf-8", "utf-8")
SHAPES = ("plain", "alternative", "alternative", "html")

COMPLAINTS = {
    "zh": (
        "我要投诉：报修已经{n}天，一直没有人处理，打电话也没有人接。",
        "对你们的服务非常不满意，工单催了{n}次，每次都说在处理，请领导重视。",
        "个贷系统第{n}次出现同样的问题，上次说修好了，根本没有解决，我正式投诉。",
    ),
    "en": (
        "I want to complain: I reported this {n} days ago and nobody has called me back.",
        "This is the {n}th time that the same fault comes back. I am very dissatisfied with the service.",
    ),
}
OTHERS = {
    "zh": (
        "麻烦帮我开通测试环境的权限，人数{n}人，谢谢。",
        "请问本周{n}号会议室的投影仪可以用吗？",
        "附件是第{n}版需求说明，请查收。",
        "感谢支持，问题处理得很快。",
    ),
    "en": (
        "Please reset the password of account {n}, thank you.",
        "Could you tell me when release {n} goes live?",
        "Thanks for the quick help with ticket {n}.",
    ),
}
CHATTER = {
    "zh": "以下是补充说明：系统在上午批量结束之后响应变慢，页面提示超时，清理缓存以后恢复。",
    "en": "Some more detail: after the morning batch the pages were slow and showed a time-out until the cache was cleared.",
}
QUOTE_HEADS = {
    "zh": "\n\n-----原始邮件-----\n发件人: 服务台 <it-desk@corp.example>\n发送时间: 2026年11月20日 10:12\n主题: 通知\n\n",
    "en": "\n\n-----Original Message-----\nFrom: Service Desk <it-desk@corp.example>\nSent: 20 November 2026 10:12\nSubject: Notice\n\n",
}
STYLE = "p.MsoNormal{margin:0cm;font-size:10.5pt;font-family:等线}div.WordSection1{page:WordSection1}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail before it is bytes."""

    number: int
    language: str
    is_complaint: bool
    is_reply: bool
    charset: str
    shape: str
    size_bytes: int
    has_attachment: bool


def messages(count: int, seed: int = 2026) -> Iterator[bytes]:
    """That many raw messages, CRLF line ends."""
    chance = random.Random(seed)
    for number in range(count):
        yield _message(_draft(number, chance), chance)


def complaints(count: int, seed: int = 2026) -> Iterator[bytes]:
    """That many complaints and nothing else, as `messages` has them."""
    chance = random.Random(seed)
    for number in range(count):
        yield _message(replace(_draft(number, chance), is_complaint=True), chance)


def _draft(number: int, chance: random.Random) -> Draft:
    size = int(chance.lognormvariate(0, SIZE_SPREAD) * SIZE_MEDIAN_BYTES)
    return Draft(
        number=number,
        language="zh" if chance.random() < CHINESE_SHARE else "en",
        is_complaint=chance.random() < COMPLAINT_SHARE,
        is_reply=chance.random() < REPLY_SHARE,
        charset=chance.choice(CHARSETS),
        shape=chance.choice(SHAPES),
        size_bytes=min(size, SIZE_MAX_BYTES),
        has_attachment=chance.random() < ATTACHED_SHARE,
    )


def _message(draft: Draft, chance: random.Random) -> bytes:
    words = COMPLAINTS if draft.is_complaint else OTHERS
    text = chance.choice(words[draft.language]).format(n=draft.number)
    subject = text[:24]
    if draft.is_reply:
        text += QUOTE_HEADS[draft.language]
    text += "\n".join(("", *[CHATTER[draft.language]] * chance.randrange(1, 6)))
    body = _body(draft, text)
    if draft.has_attachment:
        body = _mixed(body, chance.randbytes(ATTACHMENT_BYTES), draft.number)
    sender = chance.randrange(SENDERS)
    head = [
        f"From: {_word('用户' if draft.language == 'zh' else 'User', draft.charset)}{sender} <user{sender}@corp.example>",
        f"To: {DESK}",
        f"Subject: {'Re: ' if draft.is_reply else ''}{_word(subject, draft.charset)}",
        f"Message-ID: <bench-{draft.number}-{sender}@client.corp.example>",
        f"Date: Tue, 24 Nov 2026 {9 + draft.number // 3600 % 9:02}:{draft.number // 60 % 60:02}:{draft.number % 60:02} +0800",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(head).encode() + b"\r\n" + body


def _word(text: str, charset: str) -> str:
    return (
        text if text.isascii() else f"=?{charset}?B?{b64encode(text.encode(charset, 'replace')).decode()}?="
    )


def _body(draft: Draft, text: str) -> bytes:
    """The part with its headers, grown by a client's mark-up (or a longer history) to the size."""
    missing = draft.size_bytes * 3 // 4 - len(text.encode(draft.charset, "replace"))
    if draft.shape == "plain":
        line = CHATTER[draft.language] + "\n"
        text += "\n" + line * max(0, missing // len(line.encode(draft.charset, "replace")))
        return _part("plain", text, draft.charset)
    style = STYLE * max(1, missing // len(STYLE.encode(draft.charset, "replace")))
    lines = "".join(f'<p class="MsoNormal">{line}</p>\n' for line in text.split("\n"))
    html = _part(
        "html", f"<html><head><style>{style}</style></head><body>{lines}</body></html>", draft.charset
    )
    if draft.shape == "html":
        return html
    return _joined("alternative", f"a{draft.number}", (_part("plain", text, draft.charset), html))


def _part(subtype: str, text: str, charset: str) -> bytes:
    encoded = encodebytes(text.replace("\n", "\r\n").encode(charset, "replace")).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="{charset}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return head.encode() + encoded


def _mixed(body: bytes, content: bytes, number: int) -> bytes:
    head = (
        b'Content-Type: application/vnd.ms-excel; name="table.xls"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="table.xls"\r\n\r\n'
    )
    file = head + encodebytes(content).replace(b"\n", b"\r\n")
    return _joined("mixed", f"m{number}", (body, file))


def _joined(subtype: str, boundary: str, parts: tuple[bytes, ...]) -> bytes:
    mark = f"--=_{boundary}".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="=_{boundary}"\r\n\r\n'.encode()
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
