"""One clause of an answer to "is it solved?": does it say yes, no, or neither?

The words that matter are replaced by marks, in a fixed order, and the marks are judged. A clause that
names a condition or asks says neither; a no outweighs a yes; what was wrong is no trouble when it is
denied ("不再报错"), past, or what was put right ("打不开的问题已解决"). Linear: each list is one
alternation of fixed phrases, each repetition is bounded. Source: HANDBOOK 2, step 09.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from classify.words import AnswerWords

DENIAL_CHARS = 6
"""How far before a Chinese word of confirmation a denial reaches; a Latin one reaches `DENIAL_CHARS_LATIN`."""
DENIAL_CHARS_LATIN = 40

YES, NO, GONE, ILL, LEAVE = "\ue001", "\ue002", "\ue003", "\ue004", "\ue005"
"""Marks (private characters): confirmed, not solved, trouble denied, trouble, leave to close."""
MARKS = re.compile(f"[{YES}{NO}{GONE}{ILL}{LEAVE}]")
"""To take them out of what somebody wrote."""


class Stance(Enum):
    """What a clause says."""

    YES = auto()
    LEAVE = auto()
    """Yes, and it may be closed."""
    WEAK = auto()
    """Yes, but for the time being only, or among words that are not known."""
    NO = auto()
    ILL = auto()
    """Names trouble, but not that it lasts: no, unless it is told for information."""
    WAS_NO = auto()
    """No, at a time that has passed."""
    OPEN = auto()
    """Tells something that leaves a yes beside it in doubt."""
    DOUBT = auto()
    """A condition, a question, a yes taken back."""
    OTHER = auto()
    """Nothing about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A piece of an answer between two stops."""

    text: str
    is_question: bool = False
    is_after_but: bool = False
    is_consequence: bool = False
    """Behind a condition in the same sentence."""


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The lists of words as patterns."""

    harmless: re.Pattern[str]
    gone: tuple[re.Pattern[str], ...]
    no: re.Pattern[str]
    cured: re.Pattern[str]
    ill: re.Pattern[str]
    leave: re.Pattern[str]
    yes: re.Pattern[str]
    denial: re.Pattern[str]
    denial_latin: re.Pattern[str]
    persisting: re.Pattern[str]
    condition: re.Pattern[str]
    doubt: re.Pattern[str]
    past: re.Pattern[str]
    today: re.Pattern[str]
    sarcasm: re.Pattern[str]
    plain: re.Pattern[str]


_FAILS = re.compile(
    r"(?:没有?|未|毫无|无|尚未|并未)(?:一点|得到|被|妥善|真正|彻底|完全|任何|很好地?|实际|根本|能|有|什么|给|全部|及时){0,3}"
    r"(?:解决|好转|修|改善|改进|改观|恢复|执行|落实|兑现|进展|作用)"
    r"|(?:还是?|仍然?|仍旧|依然|依旧|又|再次|照样)(?:会|在|总|老|经常|偶尔|时常|有时|很|有点|一样|有|提示|显示|出现|开始|是){0,3}"
    r"(?:卡|慢|断|报|掉|死|崩|错|缺|那样|这样|老问题|提示|失败|坏|故障)"
    r"|更(?:卡|慢|差|糟|严重|频繁|不)|还不(?:行|能|好)|又[不没]|哪(?:里|儿|有).{0,4}(?:解决|好|修|恢复|正常)|(?:根本|压根|完全|都)[没不].{0,3}(?:解决|好|修|行)"
    r"|(?:不要|别|勿|不能|不可以?|不应该?|不许|不同意|拒绝|反对|不赞成|不想).{0,3}(?:关闭|关单|结案|结单|归档|关)"
)
"""Failure in so many words that a list would not hold them."""
_ASKS_LATIN = re.compile(
    r"^\W*(?:is|are|has|have|does|do|did|was|were|can|could|will)"
    r" (?:it|this|that|the|everything|you|we|my|all|they|there)(?![a-z])"
)
_OPEN = re.compile(
    r"[还没未不待再却只才先仍别]|(?<![a-z])(?:not|yet|only|to be|never|no|nothing|remain|another)(?![a-z])|n't(?![a-z])"
)
_UNKNOWN = re.compile(r"[一-鿿]|[a-z]{2,}")
_TAKEN_BACK = re.compile(rf"(?:[后再才就]|then)\W?{LEAVE}|{YES}\W?(?:即可|就行|就好|为止|才行|与否|不{YES})")
_DEMAND = re.compile(
    r"^\W*(?:请|给我|给个|写个|写份|补偿|赔偿|赔|道歉|说明|开通|提供|补|恢复|麻烦|send|give|fix|restore|apologi[sz]e|explain|provide"
    r"|pay|call|show|write|tell|reset|repair|replace|return|check|make|get|let|please(?= \w))(?![a-z])"
)
_WISH = re.compile(
    r"^\W*(?:也|还)?(?:希望|请)?(?:你们|大家)?(?:以后|下次|今后|next time|in future|in the future)"
)
_QUOTES = frozenset('"“”「」『』')
_ASKS = re.compile(r"[吗嘛么](?:$|\W)|呢$")
_ASKS_WHY = re.compile(r"怎么|为什么|为何|凭什么|还|又|仍|(?<![a-z])(?:why|how come|still)(?![a-z])")
_CONSEQUENCE = re.compile(r"^\W*(?:否则|就|那么|那就|则|我就|我才|then |otherwise)|就")
_EARLIER = re.compile(
    r"之前|以前|原来|原先|昨天|前天|昨晚|上周|上次|上个?月|(?<![a-z])(?:yesterday|last (?:week|month)|previously|earlier)(?![a-z])"
)
_RECURS = re.compile(r"又|再|一样|依旧|仍|说|(?<![a-z])(?:again|still|same|than)(?![a-z])")
_DOUBLE = re.compile(rf"(?:不是|并非|不算|不能说|谈不上|not that it is|it's not that it's)\s?{NO}")
_CONCESSION = re.compile(r"虽然|尽管|虽说|although|though|even if|despite")
# What a trouble may be called when it was put right: '打不开的问题', 'the slow login problem'.
_NAMED = (
    r"(?:的)?(?:\s?\w{0,10}\s?)?(?:问题|现象|情况|状况|毛病|代码|截图|日志|信息|提示|problems?|issues?|code)"
)
# '没有发现问题' says that all is well, '没有发现问题的原因' does not.
_NOT_GONE = r"(?!的?(?:原因|所在|根源|根因|解决|处理|得到|被|在哪|出在|答复|回复|反馈|说明|改善|好转|消失|减少|定位|修))"
_NOT_GONE_LATIN = r"(?! (?:\w{1,12}ed|has|have|was|were|is|are|being|looked|taken|found|seen by)\b)"


@lru_cache(maxsize=4)
def patterns(words: AnswerWords) -> _Patterns:
    """The patterns of a set of words; made once."""
    return _Patterns(
        harmless=any_of(words.harmless),
        gone=_gone(words.ailments),
        no=any_of(words.not_solved),
        cured=re.compile(any_of(words.trouble).pattern + _NAMED),
        ill=any_of(words.trouble),
        leave=any_of(words.close),
        yes=any_of(words.confirm),
        denial=any_of(tuple(word for word in words.denials if not word.isascii())),
        denial_latin=re.compile(
            any_of(tuple(word for word in words.denials if word.isascii())).pattern + r"|n't(?![a-z])"
        ),
        persisting=any_of(words.persisting),
        condition=any_of(words.conditions),
        doubt=any_of(words.doubts),
        past=any_of(words.past),
        today=any_of(words.today),
        sarcasm=any_of(words.sarcasm),
        plain=any_of(words.plain),
    )


def any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One alternation of the phrases, the longest first; Latin ones as whole words."""
    ordered = sorted(phrases, key=len, reverse=True)
    latin = "|".join(re.escape(phrase) for phrase in ordered if phrase.isascii())
    other = "|".join(re.escape(phrase) for phrase in ordered if not phrase.isascii())
    parts = (other, rf"(?<![a-z])(?:{latin})(?![a-z])" if latin else "")
    return re.compile(f"(?:{'|'.join(part for part in parts if part) or '(?!)'})")


def _gone(ailments: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """'没有再报错', '不卡了', 'no more errors', "hasn't come back"."""
    chinese = "|".join(re.escape(a) for a in sorted(ailments, key=len, reverse=True) if not a.isascii())
    latin = "|".join(re.escape(a) for a in sorted(ailments, key=len, reverse=True) if a.isascii())
    filling = (
        "再次|再|任何|什么|啥|发现|遇到|遇见|出现|碰到|发生|收到|看到|见|有|其他|其它|别的|过|新的|会|明显"
    )
    not_ = r"(?:\bnot|n't|\bnever)"
    again = r"(?:again|since|any ?more|so far|any longer)"
    return tuple(
        re.compile(pattern)
        for pattern in (
            r"再也没有?(?:出现|发生|断|卡|掉|报)(?:过|了|线|顿|错){0,3}",
            rf"(?:没有|并无|没|无|未|不再|再没|再也没|不出现?)(?:{filling}){{0,4}}(?:{chinese})(?:的地方|的问题|的情况|的现象|过|了)?"
            + _NOT_GONE,
            r"(?:没有?|未|不)再(?:次|度)?出(?:过|了)?(?:问题|错|故障|状况|毛病|异常)(?:过|了)?" + _NOT_GONE,
            r"(?:没有|没|未|不)再(?:次|度)?(?:出现|发生|复现|重现|断|卡|掉|报|犯|慢|有)(?:过|了|线|顿|错){0,3}"
            + _NOT_GONE,
            r"不(?:再)?(?:会)?(?:卡|慢|断|掉|崩|弹|黑屏|闪退|死机|报错|出错|超时)(?:线|顿|机|纸)?了|不卡",
            r"(?:报错|错误|异常|提示|问题|故障|现象)(?:都|也|已经|已)?(?:没有了|没了|消失了|不见了)",
            rf"\bno longer (?:occurs?|happens?|appears?|exists?|an? (?:issue|problem)|there|{latin})\b",
            rf"\bno (?:more |further |longer |new |other |any ){{0,2}}(?:{latin})\b" + _NOT_GONE_LATIN,
            rf"\bwithout (?:any )?(?:more |further )?(?:{latin})\b",
            rf"{not_} (?:\w{{1,12}} ){{0,2}}?(?:happened|occurred|happen|occur|been back|crashed|failed|dropped) {again}",
            rf"{not_} (?:\w{{1,12}} )?(?:come back|came back|reappeared|recurred|returned|reoccurred)(?: {again})?",
            rf"{not_} (?:seen|had|noticed|experienced|encountered|got) (?:\w{{1,12}} ){{1,3}}?{again}"
            + _NOT_GONE_LATIN,
            rf"{not_} (?:seen|had|noticed|have|see|experienced|encountered|got) any (?:more |further )?(?:{latin})\b"
            + _NOT_GONE_LATIN,
            r"\bnothing (?:more |else )?to complain about",
        )
    )


def stance(clause: Clause, words: AnswerWords) -> Stance:
    """What a clause says; see the module's promise."""
    found = patterns(words)
    text = clause.text.strip(" \t'\"“”‘’「」【】[]<>*-—!~.")
    if text in words.no or text == "no problem":
        return Stance.OPEN
    if text in words.alone:
        return Stance.DOUBT if clause.is_question or clause.is_consequence else Stance.LEAVE
    said = _said(text, found)
    if said is Stance.OTHER and _WISH.search(text):
        return said
    if said in (Stance.YES, Stance.LEAVE, Stance.WEAK) and _QUOTES & set(clause.text):
        return Stance.DOUBT
    text = found.harmless.sub(" ", text)
    if found.condition.search(text) or (clause.is_consequence and _CONSEQUENCE.search(text)):
        return Stance.DOUBT
    if clause.is_question or _ASKS.search(text) or _ASKS_LATIN.search(text):
        return Stance.NO if said in (Stance.NO, Stance.ILL) and _ASKS_WHY.search(text) else Stance.DOUBT
    if found.sarcasm.search(text) and said not in (Stance.NO, Stance.ILL):
        return Stance.DOUBT
    if said is Stance.OTHER and (clause.is_after_but or found.doubt.search(text)):
        return Stance.DOUBT
    is_open = said is Stance.OTHER and (_OPEN.search(text) or _DEMAND.search(text))
    return Stance.OPEN if is_open else said


def _cleared(text: str, found: _Patterns) -> str:
    """The clause without harmless phrases, and with a mark for denied trouble."""
    text = found.harmless.sub(" ", text)
    for pattern in found.gone:
        text = pattern.sub(GONE, text)
    return text


def _marked(text: str, found: _Patterns) -> str:
    """The clause with marks for the words that matter."""
    text = _cleared(text, found)
    text = _FAILS.sub(NO, found.no.sub(NO, text))
    text = found.cured.sub(ILL if found.persisting.search(text) else " ", text)
    text = found.leave.sub(lambda match: _denied(match, found, LEAVE), text)
    text = found.ill.sub(ILL, text)
    return found.yes.sub(lambda match: _denied(match, found, YES), text)


def _denied(match: re.Match[str], found: _Patterns, mark: str) -> str:
    """The mark of a word, or NO when a denial reaches it."""
    before = match.string[: match.start()]
    near = found.denial.search(before[-DENIAL_CHARS:])
    return NO if near or found.denial_latin.search(before[-DENIAL_CHARS_LATIN:]) else mark


def _said(text: str, found: _Patterns) -> Stance:
    """What the marks say, before condition and question are looked at."""
    marked = _marked(text, found)
    last_yes = max(marked.rfind(mark) for mark in (YES, GONE, LEAVE))
    lasts = found.persisting.search(marked) is not None
    if _DOUBLE.search(marked):
        return Stance.DOUBT
    if NO in marked:
        return Stance.WAS_NO if _EARLIER.search(text) and not _RECURS.search(text) else Stance.NO
    if ILL in marked and (lasts or marked.rfind(ILL) > last_yes):
        return _ill(marked, found, lasts=lasts)
    if last_yes < 0:
        return Stance.NO if re.search(r"(?<![a-z])still(?![a-z])|仍|依然", marked) else Stance.OTHER
    if found.doubt.search(_cleared(text, found)):
        return Stance.DOUBT
    if _TAKEN_BACK.search(marked):
        return Stance.DOUBT
    return _agreed(marked, found)


def _agreed(marked: str, found: _Patterns) -> Stance:
    """How plainly a yes is said: whatever stands around it could make something else of it."""
    at = min(marked.find(mark) for mark in (YES, GONE, LEAVE) if mark in marked)
    before, behind = (_UNKNOWN.search(found.plain.sub(" ", part)) for part in (marked[:at], marked[at:]))
    if behind and not behind[0].isascii():
        return Stance.DOUBT
    if before or behind or (found.today.search(marked) and LEAVE not in marked):
        return Stance.WEAK
    return Stance.LEAVE if LEAVE in marked else Stance.YES


def _ill(marked: str, found: _Patterns, *, lasts: bool) -> Stance:
    """Trouble that nothing in the clause puts right: past, granted, or there."""
    if lasts and _EARLIER.search(marked) and not _RECURS.search(marked):
        return Stance.WAS_NO
    if found.past.search(marked) and not lasts:
        return Stance.OTHER
    if lasts:
        return Stance.NO
    return Stance.DOUBT if _CONCESSION.search(marked) else Stance.ILL
