"""The lines that mail programs and mailing lists put below what somebody wrote: '发自我的iPhone', 'Sent from my …'.

Promises: linear; only whole short lines in the shape of a footer go, so that a sentence about a telephone
stays. Works on the lines of `quote.readable`.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

LINE_CHARS_MAX = 120
LINES_MAX = 1_000
LIST_LINES_MAX = 8
"""Below the rule of a mailing list's footer."""
URL_LINES = 1

_MAKER = (
    r"iphone|ipad|ipod|apple|苹果|蘋果|android|安卓|harmony ?os|鸿蒙|huawei|华为|華為|荣耀|honor|小米|xiaomi|红米|redmi|oppo|vivo|iqoo|"
    r"一加|oneplus|realme|真我|三星|samsung|galaxy|魅族|meizu|中兴|zte|努比亚|nubia|联想|lenovo|摩托罗拉|moto|motorola|诺基亚|"
    r"nokia|索尼|sony|htc|lg|pixel|锤子|坚果|blackberry|黑莓|黑莓机|windows|mac|macbook|surface|pc|电脑|"
    r"手机|手機|移动设备|移动终端|移动端|行動裝置|智能手机|智慧型手機|平板|平板电脑|平板電腦|掌上设备"
)
_PROGRAM = (
    r"qq ?邮箱|qq ?mail|foxmail|网易邮箱大师|网易灵犀办公|网易邮箱|網易郵箱大師|163 ?邮箱|126 ?邮箱|139 ?邮箱|189 ?邮箱|手机189邮箱|"
    r"wps ?邮箱|新浪邮箱|新浪郵箱|搜狐邮箱|阿里云邮箱|阿里邮箱|阿里邮|企业微信|微信|腾讯企业邮箱?|腾讯企业邮|企业邮箱|钉钉专属商务邮箱|"
    r"钉钉邮箱|钉钉|dingtalk|wecom|飞书邮箱|飞书|lark|outlook|gmail|邮箱大师|邮件|郵件|mail|coremail论客|coremail|论客|"
    r"yahoo ?mail|yahoo ?奇摩(?:信箱)?|雅虎邮箱|雅虎|spark|airmail|thunderbird|263云通信|263企业邮箱|anyoffice|welink|沃邮箱|mailbox"
)
_WHO = rf"(?:我的)?\s?(?:{_MAKER}|{_PROGRAM})"
# What may follow the name: a model, an edition, "手机", "客户端", never a verb.
_TAIL = (
    r"(?:\s{0,3}(?:[a-z0-9+._()/-]{1,20}|手机智能版|智能版|版電子信箱|電子信箱|手机|手機|智能手机|智慧型手機|平板(?:电脑)?|设备|客户端|客戶端|手机版|移动版|专属商务邮箱|邮箱|邮件|郵件|"
    r"版|应用|應用程式|应用程序|iOS版|Android版|iPhone版|安卓版|for|の|华为|小米)){0,6}"
)
_LEAD = r"[\s*\[【(_-]{0,16}"
_END = r"[\s*\]】)_-]{0,6}(?:<[^<>\s]{0,300}>|\(https?://[^()\s]{0,300}\)|https?://\S{1,200})?[\s.。*]{0,6}"
_CHINESE = re.compile(
    _LEAD
    + r"(?:(?:本邮件|此邮件|该邮件)?\s?(?:发自|發自|来自|來自|发送自|發送自|传送自|傳送自|寄自)\s?(?:于|於)?\s?(?:"
    + _WHO
    + _TAIL
    + r"|我的\s?(?=[^。！？!?，,；;：:的]{0,18}(?:[a-z0-9]{2}|机|機|板))[^。！？!?，,；;：:的]{1,20})"
    + r"|(?:从|從|由|用|通过|透過|使用)\s?(?:我的\s?)?(?:"
    + _WHO
    + _TAIL
    + r")\s?(?:的\s?(?:邮件|郵件|客户端)?|版\s?(?:邮件|郵件|mail)?)?\s?(?:发送|發送|傳送|传送|寄出|发出|寄送)"
    + r"|(?:获取|取得|下载|下載|獲取)\s?(?:适用于\s?|適用於\s?)?(?:(?:ios|android|mac|windows|安卓)\s?(?:版\s?)?(?:的\s?)?)?outlook(?:\s?(?:for)?\s?(?:ios|android|mac))?(?:\s?(?:ios|android)?\s?版)?"
    + r"|(?:签名|簽名)由\s{0,2}(?:网易邮箱大师|網易郵箱大師|[^\s。]{2,12})\s{0,2}(?:定制|定製|生成|提供)"
    + r"|(?:此|该|本)?邮件由\s?(?:"
    + _WHO
    + _TAIL
    + r")\s?(?:发送|发出))"
    + _END,
    re.IGNORECASE,
)
_WESTERN = re.compile(
    _LEAD
    + r"(?:(?:sent|posted|written) (?:from|via|using|with|by)(?: (?:my|the))?((?: [^\s.,;:!?<>]{1,24}(?:\.[a-z]{2,4})?){1,7})"
    + r"(?:[.,;]\s{0,3}(?:please|pls|kindly|so)? ?(?:excuse|pardon|forgive|apologies for|sorry for)[^.!?]{2,60})?"
    + r"|<{1,2}sent (?:by|from) [a-z0-9 ]{2,24}>{1,2}|from my (?:iphone|ipad|android|galaxy|phone)(?: [\w+]{1,10}){0,3}"
    + r"|sent with \[[a-z ]{2,24}\]\(https?://[^()\s]{1,200}\)(?: secure email)?|yahoo mail: search, organize, conquer"
    + r"|(?:sent (?:on the go|while mobile)|(?:please )?(?:excuse|pardon) (?:my )?(?:brevity|typos)(?: and (?:brevity|typos))?)"
    + r"|diese nachricht wurde von meinem [\w -]{3,40} gesendet|get (?:outlook|bluemail|spark|yahoo mail|protonmail) for [a-z ]{2,16}"
    + r"|get the outlook app|télécharger outlook pour [a-z ]{2,16}|outlook für [a-z]{2,10} (?:beziehen|herunterladen)"
    + r"|(?:hent|obtener|obtenga|scarica|download|ottieni) outlook (?:til|para|per|voor) [a-z]{2,10}"
    + r"|von (?:meinem|mein) [\w -]{2,30} gesendet|gesendet (?:von|mit)(?: [^\s.,;:!?<>]{1,24}){1,7}"
    + r"|envoyé (?:de|depuis|à partir de)(?: mon)?(?: [^\s.,;:!?<>]{1,24}){1,5}|enviado (?:desde|do|a partir do)(?: (?:mi|meu))?(?: [^\s.,;:!?<>]{1,24}){1,5}"
    + r"|inviato da(?:l mio)?(?: [^\s.,;:!?<>]{1,24}){1,5}|(?:verzonden|verstuurd) vanaf(?: mijn)?(?: [^\s.,;:!?<>]{1,24}){1,5}"
    + r"|(?:skickat|sendt) (?:från|fra)(?: (?:min|mitt|mit))?(?: [^\s.,;:!?<>]{1,24}){1,5}|lähetetty [a-z]{2,20}sta|iphoneから送信|отправлено с (?:iphone|ipad|айфона))"
    + _END,
    re.IGNORECASE,
)
# After "Sent from": words that show a sentence, not a device.
_SENTENCE = re.compile(
    r"\s(?:is|are|was|to|and|but|desk|office|home|meeting|train|you|me|we|it|at|on the|wrong|account|address|team)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"[\s(]{0,8}<?https?://[^\s<>]{1,300}>?[\s)]{0,8}")
_RULE = re.compile(r"\s{0,8}[-_*=]{2,80}\s{0,8}")
_LIST_RULE = re.compile(r"_{20,200}\s{0,8}")
_LIST = re.compile(r"\bmailing list\s{0,4}$", re.IGNORECASE)


def is_footer(line: str) -> bool:
    """Whether a line is the footer of a mail program."""
    if len(line) > LINE_CHARS_MAX and not _URL.search(line[:LINE_CHARS_MAX]):
        return False
    line = line[:400]
    if _CHINESE.fullmatch(line):
        return True
    western = _WESTERN.fullmatch(line)
    return bool(western) and not (western and western[1] and _SENTENCE.search(western[1]))


def marked(lines: Sequence[str]) -> set[int]:
    """The numbers of the lines that are footers, with the rule above and the address below that belong to them."""
    found: set[int] = set()
    for number in _looked_at(len(lines)):
        if is_footer(lines[number]):
            found.add(number)
            found |= _above(lines, number) | _below(lines, number)
    return found | _list_footer(lines)


def _looked_at(count: int) -> Iterable[int]:
    """The lines where a footer may stand: all, but for the middle of an endless text."""
    return chain(range(min(count, LINES_MAX)), range(max(LINES_MAX, count - LINES_MAX), count))


def _above(lines: Sequence[str], number: int) -> set[int]:
    """The '--' directly above a footer."""
    return {number - 1} if number and _RULE.fullmatch(lines[number - 1]) else set()


def _below(lines: Sequence[str], number: int) -> set[int]:
    """The address of 'Get Outlook for iOS' on a line of its own."""
    below = number + URL_LINES
    return {below} if below < len(lines) and _URL.fullmatch(lines[below][:400]) else set()


def _list_footer(lines: Sequence[str]) -> set[int]:
    """A mailing list's footer at the end: a rule, the list's name and addresses."""
    for number in range(max(0, len(lines) - LIST_LINES_MAX - 1), len(lines) - 1):
        if _LIST_RULE.fullmatch(lines[number]) and _LIST.search(lines[number + 1][:LINE_CHARS_MAX]):
            return set(range(number, len(lines)))
    return set()
