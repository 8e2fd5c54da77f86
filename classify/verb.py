"""Staff commands: the verb in the first line of what somebody wrote, in Chinese or English.

Linear: the first lines are compared with a table of words, longest first. A word counts only when it
stands alone at the beginning: '关闭不了' closes nothing, '有效期到了' judges nothing, and a question
('关闭了吗?') orders nothing.
Source: HANDBOOK 8.
"""

import re
import unicodedata

from classify.facts import Command, Verb
from classify.simplified import simplified

FIRST_LINES_MAX = 3
"""The verb may stand below a greeting, not further down."""
LINE_CHARS_MAX = 2_000

WORDS: dict[Verb, tuple[str, ...]] = {
    Verb.ACCEPT: ("受理", "accept", "accepted"),
    Verb.ASK: ("补充", "询问", "ask"),
    Verb.VALID: ("有效", "属实", "判定有效", "valid"),
    Verb.INVALID: ("无效", "不属实", "判定无效", "invalid", "not valid"),
    Verb.ASSIGN: ("分派", "指派", "派单", "assign", "assign to", "dispatch"),
    Verb.MEASURES: ("措施", "处理措施", "measures", "measure"),
    Verb.RETURN: ("退回", "return", "returned"),
    Verb.PASS: ("通过", "验证通过", "pass", "passed"),
    Verb.FAIL: ("不通过", "未通过", "验证不通过", "fail", "failed", "not pass"),
    Verb.CLOSE: ("关闭", "结案", "close"),
    Verb.CONFIRM: ("确认", "confirm", "confirmed"),
    Verb.NOT_SOLVED: ("未解决", "没有解决", "not solved", "unsolved"),
    Verb.NOTE: ("备注", "note", "notes"),
    Verb.STATUS: ("进度", "进度如何", "进度怎么样", "进度查询", "查询进度", "查进度", "status"),
    Verb.APPROVE: ("批准", "同意", "approve", "approved"),
    Verb.REJECT: ("驳回", "拒绝", "不同意", "不批准", "reject", "rejected"),
    Verb.COMPLAINT: ("投诉", "是投诉", "complaint"),
    Verb.NO_COMPLAINT: ("非投诉", "不是投诉", "not a complaint", "no complaint"),
    Verb.SAME: ("同一事项", "同一", "same", "same matter"),
    Verb.DIFFERENT: ("不同事项", "不同", "不是同一事项", "different", "different matter"),
    Verb.RELEASE: ("放行", "重新处理", "release"),
    Verb.DISCARD: ("丢弃", "discard"),
    Verb.FILL_IN: ("填报", "fill in"),
    Verb.ATTEND: ("参加", "出席", "attend"),
    Verb.DECLINE: ("不参加", "不出席", "无法参加", "不能参加", "decline"),
    Verb.TENTATIVE: ("待定", "暂定", "tentative"),
    Verb.DONE: ("完成", "已完成", "办结", "done", "completed"),
    Verb.RESCHEDULE: (
        "改期",
        "延期",
        "due",
        "due by",
        "due date",
        "new due date",
        "reschedule",
        "reschedule to",
    ),
}
"""The first word of each is the one shown in Chinese mails."""
ENGLISH = {
    Verb.NOT_SOLVED: "not solved",
    Verb.NO_COMPLAINT: "no complaint",
    Verb.FILL_IN: "fill in",
    Verb.RESCHEDULE: "due",
}

# What may follow a verb directly and still leave it one: '受理一下', '关闭了吧'.
_PARTICLES = (
    "一下吧",
    "一下",
    "了吧",
    "了",
    "吧",
    "此投诉",
    "该投诉",
    "本投诉",
    "这个投诉",
    "此单",
    "该单",
    "本单",
)
# What makes it another word or another meaning when it follows directly.
_NOT_AFTER = re.compile(
    r"[不吗么嘛没期性率人书得后前之的栏表单中要需怎谁哪给何呢]|邮件|系统|管理|如何|什么|方案|与否|多少|时间|条件|流程"
)
_NOT_AFTER_REASONED = re.compile(r"[吗么嘛期性率书后前之的栏表单怎谁哪何呢]|如何|与否|流程")
_REASONED = (Verb.INVALID, Verb.FAIL, Verb.RETURN, Verb.REJECT, Verb.NOT_SOLVED)
"""Verbs with a reason, which may begin with a denial: '不通过没有根本原因'."""
_TO = ("给", "到", "至", "由", "給")
_NOT_AFTER_LATIN = re.compile(
    r"\s{1,3}(?:to|but|me|us|him|her|them|until|till|point|of|by|away|here|there|enough|topic|receipt|if|when|once|unless"
    r"|whether|after|before|as|or|your|attention|through|over)\b",
    re.IGNORECASE,
)
_FREE = (
    Verb.MEASURES,
    Verb.NOTE,
    Verb.ASK,
    Verb.ASSIGN,
    Verb.INVALID,
    Verb.FAIL,
    Verb.RETURN,
    Verb.REJECT,
    Verb.APPROVE,
    Verb.NOT_SOLVED,
    Verb.RESCHEDULE,
)
"""Verbs after which words may follow without a separator: '分派催收系统开发部'."""
_LATIN_FREE = (Verb.MEASURES, Verb.NOTE, Verb.ASK, Verb.ASSIGN, Verb.INVALID, Verb.FAIL, Verb.REJECT)
"""Verbs after which any English word may follow."""
_MAY_ASK = (Verb.ASK, Verb.NOTE, Verb.STATUS)
"""Verbs that a question may belong to."""
_POLITE = (Verb.ACCEPT, Verb.CLOSE, Verb.ASSIGN, Verb.RETURN, Verb.PASS, Verb.ASK, Verb.VALID, Verb.INVALID)
"""Verbs that '请', '同意', 'please' may stand before: '同意受理'."""
_POLITE_WORDS = re.compile(r"(?:请予以?|请|麻烦|予以|同意|我|已|现|please |pls |i |we )")
# QUIRK: people label or number what they order: '处理意见：受理', '1. 受理'.
_LABEL = re.compile(
    r"(?:(?:回复|答复|意见|处理意见|审批意见|结论|指令|answer|reply)\s?:|\d{1,2}[.、)])\s{0,3}"
)
_PLACEHOLDER = re.compile(r"[<＜][^<>＜＞\n]{1,40}[>＞]")
_GREETING = re.compile(
    r"(?:(?:[^\s，,。:：]{1,12}[，,、]\s?)?[^\s，,。:：]{0,12}(?:您好|你好|好)(?=[\s，,。!！:：]|$)|(?:hi|hello|dear)\b[^,，:：!！\n]{0,40}(?=[,，:：!！]|$)|各位)[，,。!！:：\s]{0,3}",
    re.IGNORECASE,
)
_SEPARATORS = " \t:,.;-—–、!(|/~。…*"
_MARKS = "【[「“\"'*#>-—· •\t"
_CLOSERS = "】]」”\"'*)"
_QUESTION = re.compile(r"[^.!。;\n]{0,200}?(?:\?|[吗么](?:$|[.!。;,]))")
_GAP = r"[ ]{0,2}"


def _pattern(word_: str) -> re.Pattern[str]:
    """A word of the table; QUIRK: Chinese ones are written with spaces between the characters ('受 理')."""
    if word_.isascii():
        return re.compile(re.escape(word_).replace(r"\ ", r"\s{1,3}"))
    return re.compile(_GAP.join(re.escape(char) for char in word_))


_BY_LENGTH = tuple(
    (_pattern(word), word.isascii(), verb)
    for word, verb in sorted(
        ((simplified(word), verb) for verb, words in WORDS.items() for word in words),
        key=lambda pair: -len(pair[0]),
    )
)


def word(verb: Verb, language: str) -> str:
    """The word for a verb as it is shown in mails."""
    if verb not in WORDS:
        return verb.value
    return WORDS[verb][0] if language == "zh" else ENGLISH.get(verb, verb.value)


def read(own_text: str) -> Command | None:
    """The command that somebody wrote, None when the first line is none."""
    lines = [line.strip() for line in own_text.strip().split("\n")]
    written = [number for number, line in enumerate(lines) if line][:FIRST_LINES_MAX]
    for number in written:
        line = lines[number][:LINE_CHARS_MAX]
        found = _verb_of(line)
        if found is not None:
            verb, rest = found
            rest += lines[number][LINE_CHARS_MAX:]
            return Command(
                verb=verb,
                argument=_clean(rest),
                text=_PLACEHOLDER.sub("", "\n".join(lines[number + 1 :])).strip(),
            )
        if not _GREETING.fullmatch(line):
            return None
    return None


def _verb_of(line: str) -> tuple[Verb, str] | None:
    """The verb that a line begins with, and what follows it."""
    folded = _folded(line)
    start = _begin(folded, 0)
    for skipped in (_GREETING, _LABEL):
        if match := skipped.match(folded, start):
            start = _begin(folded, match.end())
    found = _word_at(folded, start)
    polite = _POLITE_WORDS.match(folded, start)
    if polite and (behind := _word_at(folded, polite.end())) and behind[0] in _POLITE:
        found = behind
    if found is None:
        return None
    verb, end = found
    rest = line[end:].lstrip(_CLOSERS)
    return verb, _without(_TO if verb is Verb.ASSIGN else _PARTICLES, rest)


def _word_at(folded: str, start: int) -> tuple[Verb, int] | None:
    """The verb at a place, and where it ends."""
    for pattern, is_ascii, verb in _BY_LENGTH:
        match = pattern.match(folded, start)
        if match and _stands_alone(folded[match.end() :].lstrip(_CLOSERS), verb, is_ascii=is_ascii):
            return verb, match.end()
    return None


def _folded(line: str) -> str:
    """The line as it is compared, as long as before: half-width, small, simplified."""
    chars = (unicodedata.normalize("NFKC", char).casefold() for char in line)
    return simplified("".join(new if len(new) == 1 else old for new, old in zip(chars, line, strict=True)))


def _begin(folded: str, at: int) -> int:
    while at < len(folded) and folded[at] in _MARKS:
        at += 1
    return at


def _stands_alone(rest: str, verb: Verb, *, is_ascii: bool) -> bool:
    """Whether a word followed by `rest` is a verb and no part of a sentence that only begins like one."""
    if verb not in _MAY_ASK and _QUESTION.match(rest):
        return False
    if not rest:
        return True
    if is_ascii:
        # Beside a Chinese word an English verb may stand without a space: 'assign催收系统开发部'.
        is_whole = not (rest[0].isalnum() and rest[0].isascii()) and not rest.startswith(("'", "’"))
        return is_whole and (verb in _LATIN_FREE or not _NOT_AFTER_LATIN.match(rest))
    if rest[0] in _SEPARATORS or rest[0] in "<?":
        return True
    if verb is Verb.ASSIGN:
        return not _NOT_AFTER.match(_without(_TO, rest))
    forbidden = _NOT_AFTER_REASONED if verb in _REASONED else _NOT_AFTER
    return not forbidden.match(rest) and (verb in _FREE or _has_particle(rest))


def _has_particle(rest: str) -> bool:
    """Whether a particle follows, and after it nothing or a stop."""
    behind = next((rest[len(particle) :] for particle in _PARTICLES if rest.startswith(particle)), None)
    return behind is not None and (not behind or behind[0] in _SEPARATORS or behind[0] in "<" + _CLOSERS)


def _without(words: tuple[str, ...], rest: str) -> str:
    return next((rest[len(word) :] for word in words if rest.startswith(word)), rest)


def _clean(text: str) -> str:
    """Free words without the placeholders that a ready-made link left in, and without separators around."""
    return _PLACEHOLDER.sub("", text).strip(" \t\n\u3000\u00a0:：,，.。;；-—–、!！|")
