"""Staff commands: the verb in the first line of what somebody wrote, in Chinese or English.

Linear: the first lines are compared with a table of words, longest first. A word counts only when it
stands alone at the beginning: '关闭不了' closes nothing, '有效期到了' judges nothing.
Source: HANDBOOK 8.
"""

import re
import unicodedata

from classify.facts import Command, Verb

FIRST_LINES_MAX = 3
"""The verb may stand below a greeting, not further down."""
LINE_CHARS_MAX = 2_000

WORDS: dict[Verb, tuple[str, ...]] = {
    Verb.ACCEPT: ("受理", "accept", "accepted"),
    Verb.ASK: ("补充", "補充", "询问", "ask"),
    Verb.VALID: ("有效", "属实", "valid"),
    Verb.INVALID: ("无效", "無效", "不属实", "invalid", "not valid"),
    Verb.ASSIGN: ("分派", "指派", "派单", "assign", "assign to", "dispatch"),
    Verb.MEASURES: ("措施", "处理措施", "measures", "measure"),
    Verb.RETURN: ("退回", "return", "returned"),
    Verb.PASS: ("通过", "通過", "验证通过", "pass", "passed"),
    Verb.FAIL: ("不通过", "不通過", "未通过", "验证不通过", "fail", "failed", "not pass"),
    Verb.CLOSE: ("关闭", "關閉", "close"),
    Verb.CONFIRM: ("确认", "確認", "confirm", "confirmed"),
    Verb.NOT_SOLVED: ("未解决", "没有解决", "未解決", "not solved", "unsolved"),
    Verb.NOTE: ("备注", "備註", "note"),
    Verb.STATUS: ("进度", "進度", "status"),
    Verb.APPROVE: ("批准", "同意", "approve", "approved"),
    Verb.REJECT: ("驳回", "拒绝", "reject", "rejected"),
    Verb.COMPLAINT: ("投诉", "是投诉", "投訴", "complaint"),
    Verb.NO_COMPLAINT: ("非投诉", "不是投诉", "not a complaint", "no complaint"),
    Verb.SAME: ("同一事项", "同一", "same", "same matter"),
    Verb.DIFFERENT: ("不同事项", "不同", "不是同一事项", "different", "different matter"),
    Verb.RELEASE: ("放行", "重新处理", "release"),
    Verb.DISCARD: ("丢弃", "丟棄", "discard"),
}
"""The first word of each is the one shown in Chinese mails."""
ENGLISH = {
    Verb.NOT_SOLVED: "not solved",
    Verb.NO_COMPLAINT: "no complaint",
}

# What may follow a verb directly and still leave it one: '受理一下', '关闭了吧'.
_PARTICLES = ("一下吧", "一下", "了", "吧")
# What makes it another word or another meaning when it follows directly.
_NOT_AFTER = (
    "不了",
    "不",
    "吗",
    "么",
    "期",
    "性",
    "邮件",
    "率",
    "人",
    "书",
    "系统",
    "管理",
    "得",
    "后",
    "前",
    "之",
)
_FREE = (Verb.MEASURES, Verb.NOTE, Verb.ASK, Verb.ASSIGN, Verb.INVALID, Verb.FAIL, Verb.RETURN, Verb.REJECT)
"""Verbs after which words may follow without a separator: '分派催收系统开发部'."""
_PLACEHOLDER = re.compile(r"[<＜][^<>＜＞\n]{1,40}[>＞]")
_GREETING = re.compile(
    r"(?:[^\s，,。:：]{0,12}(?:您好|你好|好)|(?:hi|hello|dear)[^,，:：\n]{0,40}|各位)[，,。!！:：]{0,2}",
    re.IGNORECASE,
)
_SEPARATORS = " \t:：,，.。;；-—–、!！（("

_BY_LENGTH = tuple(
    sorted(((word, verb) for verb, words in WORDS.items() for word in words), key=lambda pair: -len(pair[0]))
)


def word(verb: Verb, language: str) -> str:
    """The word for a verb as it is shown in mails."""
    if verb not in WORDS:
        return verb.value
    return WORDS[verb][0] if language == "zh" else ENGLISH.get(verb, verb.value)


def read(own_text: str) -> Command | None:
    """The command that somebody wrote, None when the first line is none."""
    lines = own_text.strip().split("\n")
    for number, line in enumerate(part.strip() for part in lines[:FIRST_LINES_MAX]):
        found = _verb_of(line)
        if found is not None:
            verb, rest = found
            below = _clean("\n".join(lines[number + 1 :]))
            return Command(verb=verb, argument=_clean(rest), text=below)
        if line and not _GREETING.fullmatch(line[:LINE_CHARS_MAX]):
            return None
    return None


def _verb_of(line: str) -> tuple[Verb, str] | None:
    """The verb that a line begins with, and what follows it."""
    shown = line[:LINE_CHARS_MAX].lstrip("【[「*#>＞-—· 　\t")
    folded = unicodedata.normalize("NFKC", shown).casefold()
    for word_, verb in _BY_LENGTH:
        if not folded.startswith(word_):
            continue
        # NFKC may change the length of what follows, never that of these words.
        rest = shown[len(word_) :].lstrip("】]」*")
        if _stands_alone(rest, verb, is_ascii=word_.isascii()):
            return verb, _without_particles(rest)
    return None


def _stands_alone(rest: str, verb: Verb, *, is_ascii: bool) -> bool:
    if rest[:1] in ("?", "？"):
        return False
    if not rest or rest[0] in _SEPARATORS:
        return True
    if is_ascii:
        return not (rest[0].isalnum() and rest[0].isascii()) and not rest.startswith(("'", "’"))
    if rest.startswith(_NOT_AFTER):
        return False
    return verb in _FREE or rest.startswith(_PARTICLES) or rest[0] in "<＜"


def _without_particles(rest: str) -> str:
    for particle in _PARTICLES:
        if rest.startswith(particle):
            return rest[len(particle) :]
    return rest


def _clean(text: str) -> str:
    """Free words without the placeholders that a ready-made link left in, and without separators around."""
    return _PLACEHOLDER.sub("", text).strip(" \t\n:：,，.;；-—–、")
