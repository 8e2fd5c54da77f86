"""Where quotations begin: every mail program's header in every shape of answer."""

import tomllib
from itertools import product
from pathlib import Path

import pytest

from ingest import body, quote

REPLIES = Path(__file__).parent / "replies"
HEADERS = tomllib.loads((REPLIES / "headers.toml").read_text(encoding="utf-8"))["header"]
OWN_ZH = "还是不行，今天又断了三次。\n\n请尽快处理！"
# What people write above a quotation: short, long, signed, with lines that look like a header's or speak of one.
OWN = {
    "two paragraphs": OWN_ZH,
    "English": "Still broken.\n\nPlease hurry, it cost me 3 hours.",
    "one word": "收到",
    "signed": "已经好了。\n\n张三\n研发一部\n电话：8866",
    "own address below": "已处理\n\nzhangsan@corp.example",
    "speaks of the original": "我看了原始邮件，发件人: 李四，时间: 昨天，写道没用。\n主题: 权限\n谢谢",
    "list with a rule": "1. VPN\n2. 邮箱\n---\n以上",
    "quotes in a sentence": "服务台写道：重启即可。但没用。\n你们在11月20日的邮件中写道：已处理。\n请核实：",
    "form": "时间：2026年11月20日 9:30\n地点：总部五楼\n联系人：张三 13800000000",
}
PARENTS = (
    "您好，请重启客户端再试。\n服务台\n\n电话: 5566",
    "Hi Zhang,\n\nPlease restart the client.\nFrom: now on use port 8443.\n\nThanks,\nDesk",
)
GAPS = {"blank line": "\n\n", "no blank line": "\n", "blank lines": "\n\n\n\n"}
AMBIGUOUS = {("own address below", "no blank line")}
"""An address right above a name and date may be the sender's or the header's."""
COUNT, MARKED_COUNT = 263, 73
MARKED = [header for header in HEADERS if header.get("marked")]


def quoted(header: dict[str, object], parent: str = PARENTS[0]) -> str:
    """The header and the quoted mail as this program writes them."""
    shown = "\n".join(f"> {line}" for line in parent.split("\n")) if header.get("marked") else parent
    return f"{str(header['text']).strip(chr(10))}\n\n{shown}\n"


def test_top_posted_answer() -> None:
    for header, (kind, own), (gap, blank) in product(HEADERS, OWN.items(), GAPS.items()):
        if (kind, gap) not in AMBIGUOUS:
            text = own + blank + quoted(header, PARENTS[len(own) % 2])
            assert body.own_text(text) == own, text


def test_footer_above_the_quotation() -> None:
    for header, footer in product(HEADERS, ("发自我的iPhone", "Sent from my iPhone", "来自我的华为手机")):
        text = f"{OWN_ZH}\n\n{footer}\n\n{quoted(header)}"
        assert body.own_text(text) == OWN_ZH, text


def test_answer_below_a_marked_quotation() -> None:
    for header in MARKED:
        text = f"{quoted(header)}\n{OWN_ZH}\n"
        assert body.own_text(text) == OWN_ZH, text


def test_answers_between_marked_lines() -> None:
    for header in MARKED:
        text = f"见下。\n{quoted(header)}已经重启了。\n> 错误码是多少？\n691\n\n> 谢谢\n"
        assert body.own_text(text) == "见下。\n已经重启了。\n691", text


def test_mail_that_is_all_quotation_is_kept() -> None:
    for header in HEADERS:
        assert body.own_text(quoted(header)) == quoted(header).strip()


def test_as_many_programs_as_told() -> None:
    """docs/reading.md tells these numbers."""
    assert (len(HEADERS), len(MARKED)) == (COUNT, MARKED_COUNT)


def test_crlf_reads_the_same() -> None:
    for header in HEADERS:
        text = f"{OWN_ZH}\n\n{quoted(header)}"
        assert body.own_text(text.replace("\n", "\r\n")) == body.own_text(text), text


SHORT = ("还是不行。\n请处理", "Still broken.\nPlease hurry.")
ATTRIBUTIONS = tomllib.loads((REPLIES / "attributions.toml").read_text(encoding="utf-8"))


def test_attribution_above_marked_lines() -> None:
    quotations = ("\n> 您好\n> 再见\n", "\n\n>您好\n>再见\n")
    lines = (*ATTRIBUTIONS["always"], *ATTRIBUTIONS["marked"])
    for line, own, gap, quotation in product(lines, SHORT, GAPS.values(), quotations):
        header = line.replace("|", "\n")
        assert body.own_text(own + gap + header + quotation) == own, header + quotation


def test_attribution_above_unmarked_lines() -> None:
    quotations = ("\n您好，请重启\n", "\n\nHello,\nplease restart\n")
    for line, own, gap, quotation in product(ATTRIBUTIONS["always"], SHORT, GAPS.values(), quotations):
        header = line.replace("|", "\n")
        assert body.own_text(own + gap + header + quotation) == own, header + quotation


OWN_TEXTS = tomllib.loads((REPLIES / "own.toml").read_text(encoding="utf-8"))["own"]


@pytest.mark.parametrize("text", OWN_TEXTS, ids=lambda text: text[:20])
def test_text_that_quotes_nothing_is_kept_whole(text: str) -> None:
    assert body.own_text(text) == text.strip()


OWN_WORDS = [
    "他昨天在群里写道：",
    "在2026年11月20日的邮件里，你们写道：",
    "我们于2026年11月20日在报告中写道：",
    "On the other hand, it could happen twice:",
    "On your remote host you can run:",
    "One outstanding question remains:",
    "On Thursday 5 people complained.",
    "我收到一封可疑邮件，发件人: hacker@corp.example",
    "发件人: hacker@corp.example",
    "主题: 权限申请",
    "时间: 2026年11月20日",
    "To: be done",
    "From: the whole team",
    "----",
    "- 发件人的电脑",
    "原始邮件我已经删了",
    "Original message was lost.",
    "请联系 zhangsan@corp.example：",
    "联系人：张三 <zhangsan@corp.example>",
    "2026年11月20日 9:30 开始：",
    "The vendor said:",
]


@pytest.mark.parametrize("line", OWN_WORDS)
def test_own_words_are_no_header(line: str) -> None:
    lines = quote.readable(f"你好\n{line}\n然后就断了。")
    assert quote.starts_at(lines, 1) == 0, line
