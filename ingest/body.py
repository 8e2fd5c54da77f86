"""What the sender wrote: a text without quotation, quotation header and mobile footers.

Nothing of the sender is ever lost: answers between or below quoted lines stay, and when all seems quoted
the whole text is kept. Linear, line by line; the result is a sub-sequence of the text's lines.
"""

import re

from ingest import quote

FOOTER_CHARS_MAX = 90
CJK_SHARE = 0.1

_QUOTED = re.compile(r"\s{0,3}[>＞]")
_FOOTER = re.compile(
    r"\s{0,8}(?:(?:发自|發自|來自|来自)(?:我的)?\s?(?:iPhone|iPad|Android|安卓|华为|小米|OPPO|vivo|荣耀|三星|魅族|手机|移动|QQ邮箱|网易邮箱|"
    r"企业微信|钉钉|Foxmail|Outlook|Windows|雅虎|新浪|阿里|邮箱大师|邮件)[^。！？!?]{0,60}|(?:从|從)\s?Windows\s?(?:版|10|11)?[^。]{0,20}(?:邮件|Mail)[^。]{0,20}(?:发送|傳送)|"
    r"(?:获取|取得|下载)\s{0,2}Outlook for (?:iOS|Android|Mac)[^。]{0,60}|由\s?网易邮箱大师[^。]{0,30}|"
    r"Sent from (?:my )?[^.!?]{1,40}|Get Outlook for (?:iOS|Android)[^.]{0,60}|Sent via [^.!?]{1,40}|"
    r"使用\s?(?:Foxmail|Outlook|QQ邮箱)[^。]{0,30}发送)\s{0,4}(?:<[^<>\n]{0,80}>)?[.。]?\s{0,4}",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def own_text(text: str) -> str:
    """The lines of a text that its sender wrote; the whole text when none would be left."""
    lines = text.split("\n")
    own = _without_footers(_own_lines(lines))
    return "\n".join(own).strip() or text.strip()


def _own_lines(lines: list[str]) -> list[str]:
    own: list[str] = []
    at = 0
    while at < len(lines):
        header = quote.starts_at(lines, at)
        if header:
            at += header
            if not _is_prefixed(lines, at):
                # The quotation is not marked line by line: all below is the other's.
                break
            continue
        if not _QUOTED.match(lines[at]):
            own.append(lines[at])
        at += 1
    return own


def _is_prefixed(lines: list[str], at: int) -> bool:
    """Whether the first line below a quotation header that says something is marked as quoted."""
    first = next((line for line in lines[at:] if line.strip()), "")
    return bool(_QUOTED.match(first))


def _without_footers(lines: list[str]) -> list[str]:
    """Without 'sent from my phone' lines."""
    return [line for line in lines if len(line) > FOOTER_CHARS_MAX or not _FOOTER.fullmatch(line)]


def language(text: str) -> str:
    """'zh' when a notable share of the letters are Chinese characters, else 'en'."""
    sample = text[:4_000]
    letters = len(_LETTER.findall(sample))
    return "zh" if letters and len(_CJK.findall(sample)) >= CJK_SHARE * letters else "en"
