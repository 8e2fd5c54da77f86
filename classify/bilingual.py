"""What the program says of its own in a record, in both languages, and the one of them that a reader is shown.

A record is written before it is known who will read it, so it holds both: '同一工单 / same work order INC-7'. Whoever shows it
shows the reader's half (`in_language`). Only what is listed here is halved: people write ' / ' too.
"""

from collections.abc import Iterable

SAME_ORDER = "同一工单 / same work order"
SIMILAR = "文字相似度 / similarity of text"
SAYS_AGAIN = "来信说不是第一次 / it says that it is not the first time"
SAME_SUBJECT = "主题相同 / same subject"
NAMES_NUMBER = "来信提到它的编号 / the mail names its number"
FOR_WHOM = "由代理人提出，未说明代表谁 / by a delegate who does not say for whom"
HELD_SAME = "服务台判断为同一事项 / held to be the same matter by the desk"
NOT_SOLVED = "用户回复未解决 / answered not solved"
DISPUTED = "对关闭提出异议 / disputes the closure"
VIP_LIST = "VIP 名单 / list of VIPs"
PERHAPS_FORGED = (
    "发件人认证失败，来信可能是伪造的，请先核实 / authentication failed, perhaps forged: verify first"
)
NO_VIP = "发件人身份未经验证，未按 VIP 升级 / sender not verified, not escalated"
NO_REPEAT = "发件人身份存疑，未按重复投诉升级 / sender doubtful, not escalated as a repeat"
PERHAPS_SAME = "可能是同一事项 / possibly the same matter"
ABOUT = "投诉涉及 / about"
ATTACHED = "附件 / attached"
FAILED = "发件人认证失败 / authentication failed"
SEALED = "带有我们发给本人的凭据 / a token of ours for this person"
AUTHENTIC = "发件域已通过认证 / the sender's domain is authentic"
KNOWN = "通讯录中的地址，未经证实 / an address of the directory, nothing proved"
UNKNOWN = "不在通讯录中的地址 / an address that nobody here has"
IN_VAIN = "凭据不能抵消认证失败 / a token of ours does not outweigh it"
AS_IT_CAME = "按来信时的判定 / as found when the mail came"
OTHER_ADDRESS = "显示名中另有地址 / the display name shows another address"
NAMESAKE = (
    "显示名与通讯录中的人相同，地址却不是其登记的地址"
    " / the display name is that of somebody in the directory, the address is not theirs"
)
CALLED_BACK = "回访：非常不满意 / call-back: very dissatisfied"
CORRECTED = "回访结果更正 / call-back corrected"
WORK_ORDER = "工单 / work order"
RESULTS = {
    "very_satisfied": "非常满意 / very satisfied",
    "satisfied": "满意 / satisfied",
    "neutral": "一般 / neutral",
    "dissatisfied": "不满意 / dissatisfied",
    "very_dissatisfied": "非常不满意 / very dissatisfied",
    "no_answer": "无人接听 / no answer",
    "declined": "拒绝回访 / declined",
}
"""Of a call-back (`classify.callback_answer.Result`)."""

PHRASES = (
    *(SAME_ORDER, SIMILAR, SAYS_AGAIN, SAME_SUBJECT, NAMES_NUMBER, FOR_WHOM, HELD_SAME, NOT_SOLVED, DISPUTED),
    *(VIP_LIST, PERHAPS_FORGED, NO_VIP, NO_REPEAT, PERHAPS_SAME, ABOUT, ATTACHED),
    *(FAILED, SEALED, AUTHENTIC, KNOWN, UNKNOWN, IN_VAIN, AS_IT_CAME, OTHER_ADDRESS, NAMESAKE),
    *(CALLED_BACK, CORRECTED, WORK_ORDER, *RESULTS.values()),
)


def in_language(text: str, language: str) -> str:
    """The text with the reader's half ('zh' or 'en') of each phrase of ours in it."""
    for phrase in PHRASES:
        chinese, english = phrase.split(" / ")
        if language == "zh":
            text = text.replace(f"{phrase}: ", f"{chinese}：").replace(phrase, chinese)
        else:
            text = text.replace(phrase, english)
    return text


def listed(names: Iterable[str]) -> str:
    """Names one after another, as their script does it: '李禾、周晚', 'Tom Hill, Mary Stone'."""
    shown = [name for name in names if name]
    return ("、" if any(map(_is_chinese, shown)) else ", ").join(shown)


def noted(text: str, note: str) -> str:
    """A text with a note in brackets, as its script does it: '孙望舒（总监）', 'Tom Hill (director)'."""
    return f"{text}（{note}）" if _is_chinese(text) else f"{text} ({note})"


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)
