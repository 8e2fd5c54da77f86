"""What an answer on the scale of a survey says: a number or a word, with whatever stands behind it.

Never guesses: a number beside a word that says something else, two different answers, 4.5 and "3-4" are
unclear, and are asked back. Linear in the text, which is bounded. Source: HANDBOOK 4.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from classify.questionnaire import Questionnaire
from classify.simplified import simplified

CELL_CHARS_MAX = 2_000
OPTIONS_MIN = 3
"""So many different words of the scale in one cell are the options offered, not an answer."""

WORDS: dict[int, tuple[str, ...]] = {
    0: (
        "不适用", "未使用", "没使用过", "没有使用过", "没用过", "没有用过", "未用过", "未涉及", "不涉及", "没涉及",
        "没遇到过", "未遇到", "未接触", "没接触过", "没投诉过", "无法评价", "n/a", "not applicable", "not used",
        "does not apply", "never used",
    ),
    1: (
        "非常不满意", "极不满意", "很不满意", "十分不满意", "特别不满意", "极其不满意", "完全不满意", "非常不满",
        "极度不满", "强烈不满", "很不满", "very dissatisfied", "very unsatisfied", "extremely dissatisfied",
        "extremely unsatisfied", "highly dissatisfied", "totally dissatisfied", "completely dissatisfied",
        "strongly dissatisfied", "very unhappy",
    ),
    2: (
        "不满意", "不太满意", "不怎么满意", "不够满意", "不是很满意", "不大满意", "较不满意", "比较不满意",
        "有点不满意", "有些不满意", "不满", "dissatisfied", "unsatisfied", "not satisfied", "not very satisfied",
        "somewhat dissatisfied", "rather dissatisfied", "unhappy",
    ),
    3: (
        "一般", "一般般", "还行", "中立", "普通", "中等", "基本满意", "尚可", "neutral", "average", "so-so",
        "neither satisfied nor dissatisfied",
    ),
    4: (
        "满意", "比较满意", "较满意", "较为满意", "挺满意", "satisfied", "fairly satisfied", "somewhat satisfied",
        "mostly satisfied", "rather satisfied", "quite satisfied",
    ),
    5: (
        "非常满意", "很满意", "十分满意", "特别满意", "极满意", "极其满意", "相当满意", "完全满意", "超级满意",
        "very satisfied", "extremely satisfied", "highly satisfied", "completely satisfied", "fully satisfied",
        "totally satisfied",
    ),
}  # fmt: skip
"""What people write for the values of the scale, in simplified characters and lower case."""
ALONE: dict[str, int] = {
    "很好": 5, "非常好": 5, "excellent": 5, "满分": 5, "very good": 5, "好": 4, "good": 4, "ok": 3, "okay": 3, "可以": 3,
    "差": 2, "较差": 2, "poor": 2, "bad": 2, "很差": 1, "非常差": 1, "very bad": 1, "very poor": 1, "terrible": 1,
    "na": 0, "无": 0, "没有": 0, "none": 0,
}  # fmt: skip
"""Words that count when nothing else stands in the cell."""
_BLANK_MARKS = " \t_.·…-—/\\()[]【】{}<>:|*□☐○="
_PLACEHOLDERS = frozenset({"", "请填写", "填写", "请选择"})
_LEAD = re.compile(
    r"[\s:=\-—>→|*\"'“”(\[【{√✓✔☑■●,.]*(?:(?:我?(?:的)?(?:回答|答案|答|评分|打分|评价|得分|分数|选择|选|打|给|改为|改成|更正为|应为)|i would say|i am|i'm|"
    r"answer|rating|score)\s{0,2}[:=是为]?)?[\s:=\-—>→|*\"'“”(\[【{√✓✔☑■●]*"
)
_NUMBER = re.compile(
    r"(?P<digit>[0-5]|[一二三四五](?=[分星]))(?:\.0{1,2})?(?:\s?/\s?5)?\s?(?:分(?!钟)|星|points?|stars?)?"
    r"(?![\d%])(?!\.\d)(?!\s{0,2}(?:月|天|次|年|个|小时|分钟|点|号|日|人|周|台|度|days?\b|hours?\b|times?\b|weeks?\b|minutes?\b))"
)
_STARS = re.compile(r"([★⭐]{1,5})[☆\s]{0,5}(?=$|[\s,，。;；])")
_DIGIT = re.compile(r"\d")
_BETWEEN = re.compile(
    r"[\s:=\-—~|*()\[\]【】{}\"'“”,、;/.的吧了啊呀哦]*(?:或者?|or|到|至|to)?[\s:=\-—~|*()\[\]【】{}\"'“”,、;/.]*"
)
_TICK = re.compile(r"[√✓✔☑■●]|[\[(]\s?[xv√]\s?[\])]")
_REST = " \t:;,.。、，；()[]【】{}|-—\"'“”"
_PARTICLES = "的吧了啊呀哦"
_CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in the place of an answer."""

    value: int | None = None
    """0 to 5; None when nothing readable stands there."""
    remark: str = ""
    """What was written besides."""
    is_unclear: bool = False
    """Something stands there, but it is no one answer."""
    end: int = 0
    """Where the answer ends in the folded text."""

    @property
    def is_blank(self) -> bool:
        return self.value is None and not self.is_unclear


class Scale:
    """The words of a form's scale, with those that people write instead."""

    def __init__(self, form: Questionnaire) -> None:
        own = {value: (phrase.zh, phrase.en) for value, phrase in enumerate(form.scale)}
        words = [(folded(word), value) for value, found in (*WORDS.items(), *own.items()) for word in found]
        self._values = dict(words)
        longest_first = sorted(self._values, key=len, reverse=True)
        self._word = re.compile(
            rf"(?:{'|'.join(map(re.escape, longest_first))})(?=$|[^\w]|[的吧了啊呀哦但只就])(?!\s?度)"
        )

    def cell(self, written: str) -> Cell:
        """The answer that a cell holds; its remark keeps the sender's letters."""
        shown = written[:CELL_CHARS_MAX]
        text = folded(shown)
        if text.strip(_BLANK_MARKS) in _PLACEHOLDERS:
            return Cell()
        if len({self._values[m.group()] for m in self._word.finditer(text)}) >= OPTIONS_MIN:
            return self._ticked(text)
        found = self.at(text)
        if found is None:
            alone = ALONE.get(text.strip(_REST + " \t!！"))
            return Cell(value=alone) if alone is not None else Cell(is_unclear=True, remark=shown.strip())
        if found.is_unclear:
            return Cell(is_unclear=True, remark=shown.strip())
        return Cell(
            value=found.value,
            remark=shown[found.end :].lstrip(_PARTICLES + _REST).rstrip(_REST),
            end=found.end,
        )

    def at(self, text: str) -> Cell | None:
        """The answer that a folded text begins with; None when it begins with none."""
        start = _end(_LEAD, text, 0)
        first = self._one(text, start)
        if first is None:
            is_number = start < len(text) and _DIGIT.match(text, start) is not None
            return Cell(is_unclear=True) if is_number else None
        value, end = first
        if text[end : end + 1] in ("?", "？"):
            return Cell(is_unclear=True)
        second = self._one(text, _end(_BETWEEN, text, end))
        if second is None:
            return Cell(value=value, end=end)
        return Cell(value=value, end=second[1]) if second[0] == value else Cell(is_unclear=True)

    def only(self, text: str) -> int | None:
        """The value when a folded text is one answer and nothing else."""
        found = self.at(text)
        if found is None:
            return ALONE.get(text.strip(_REST))
        return found.value if not text[found.end :].strip(_REST + _PARTICLES) else None

    def _one(self, text: str, start: int) -> tuple[int, int] | None:
        number = _NUMBER.match(text, start)
        if number:
            digit = number["digit"]
            return _CHINESE_DIGITS.get(digit) or int(digit), number.end()
        stars = _STARS.match(text, start)
        if stars:
            return len(stars[1]), stars.end()
        word = self._word.match(text, start)
        return (self._values[word.group()], word.end()) if word else None

    def _ticked(self, text: str) -> Cell:
        """The one option of several that is ticked; nothing when none is, unclear when several are."""
        ticked = {
            self._values[m.group()]
            for m in self._word.finditer(text)
            if _TICK.search(text, max(0, m.start() - 4), m.start()) or _TICK.match(text, m.end())
        }
        return Cell(value=ticked.pop()) if len(ticked) == 1 else Cell(is_unclear=bool(ticked))


def folded(text: str) -> str:
    """A text as it is compared, as long as before: full-width and circled digits are digits (NFKC)."""
    return simplified("".join(map(_folded_char, text)))


@cache
def _folded_char(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower()
    return "'" if char == "’" else plain if len(plain) == 1 else char


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start
