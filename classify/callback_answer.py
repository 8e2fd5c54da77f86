"""What somebody answered to "how satisfied are you?": a step of the five-step scale, or that there was no answer.

A word, a number, a ticked box or a sentence, in Chinese (either script) or English. `SCALE` holds what names a step
outright; `PRAISE` holds other words, which count only where no step is named and nothing is reserved. Denied,
doubted, asked, conditional or contradicting words give no result: it is asked back, never guessed. Linear.
`survey_scale.py` reads the same scale where a form asks for one word or number in a place of its own: there "好" is an answer,
while here it stands for "all right, I have read it". What both know they read alike (a test holds that).
Source: HANDBOOK 3 (非常满意 满意 一般 不满意 非常不满意), 8.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from classify.simplified import simplified
from classify.words import normal

CHARS_MAX = 2_000
"""Of an answer that is read."""
REMARKS_CHARS_MAX = 1_000


class Result(StrEnum):
    """What a call-back gave."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"
    NO_ANSWER = "no_answer"
    """The person could not be reached."""
    DECLINED = "declined"
    """The person did not want to say."""

    @property
    def mark(self) -> int:
        """5 (best) to 1; 0 when there was no answer."""
        return MARKS.get(self, 0)


STEPS = (
    Result.VERY_SATISFIED,
    Result.SATISFIED,
    Result.NEUTRAL,
    Result.DISSATISFIED,
    Result.VERY_DISSATISFIED,
)
"""The scale, best first."""
MARKS = {step: 5 - place for place, step in enumerate(STEPS)}
_BY_MARK = {str(mark): step for step, mark in MARKS.items()} | dict(zip("五四三二一", STEPS, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as it was read."""

    result: Result | None
    """None when it says nothing, or not clearly."""
    remarks: str = ""
    """The whole of what was said, where it is more than the step."""


_VERY = r"(?:非常|很|十分|特别|强烈|极其|极度|极为|极|相当|完全|超级?|太|最|真的?很|实在是?太)的?"
_RATHER = r"(?:比较|较为|较|挺|蛮|还算|总体上?|整体上?|大体上?|尚|算|颇|都|均)?(?:还?是)?"
_NOT_QUITE = r"(?:不|没|没有|未)(?:太|怎么|是很|是太|是特别|是非常|是十分|够|大|很|非常|算|甚|完全|能|令人|能令人|能让人)?"
_EN_VERY = r"(?:very|extremely|highly|strongly|completely|totally|really|most|deeply|absolutely|fully|entirely|super|100%)\s{1,3}"
_EN_RATHER = r"(?:quite|mostly|fairly|rather|generally|pretty|overall)\s{1,3}"
_EN_NOT = r"(?:\bnot|n[o']t|isnt|wasnt|never)\s{1,3}(?:very|really|quite|so|fully|entirely|too|particularly|all that|completely)?\s{0,3}"
_GLAD = r"(?:satisfied|happy|pleased|content)\b"
_SAD = r"(?:dissatisfied|unsatisfied|unhappy|disappointed)\b"

_DOUBT = "doubt"
# The leftmost match counts, of several there the first row: what turns a word round stands before the word.
SCALE: tuple[tuple[str, str], ...] = (
    (
        _DOUBT,
        r"(?:没有?什么|没有?|不是|并非|无)不满意?|(?:谈不上|说不上|称不上|不能说|很?难说?是?|才能?|会|能够?|希望|争取|如果|要是|是否|怎么)\S{0,8}满意"
        r"|满意(?:吗|么|嘛|与否|不满意|度(?!\s?(?:评价|打分|评分)?\s?[:=是为]))|满不满意"
        rf"|\b(?:not|never)\s{{1,3}}(?:at all\s)?{_SAD}|\b(?:would|will|could|can|if|how|are you|were you)\b[^.!\n]{{0,30}}?{_GLAD}"
        rf"|{_GLAD}\s{{0,3}}(?:to\b|if\b|\?)|(?<!\d)(?:[06-9]|\d{{2,4}})\s?分(?![钟之析])",
    ),
    (
        "1",
        rf"{_VERY}不满意?|一点儿?[都也]?不满意|根本不满意|{_EN_VERY}{_SAD}|\bnot (?:at all|in the least) {_GLAD}|\bnot {_GLAD} at all",
    ),
    ("3", r"基本上?(?:还|是)?满意|\bneither\s{1,3}satisfied\s{1,3}nor\s{1,3}dissatisfied"),
    ("2", rf"{_NOT_QUITE}满意|不满|{_EN_NOT}{_GLAD}|{_SAD}"),
    ("5", rf"{_VERY}满意|满意极了|{_EN_VERY}{_GLAD}|满分"),
    ("4", rf"{_RATHER}满意(?!度)|(?:{_EN_RATHER})?{_GLAD}"),
    (
        "3",
        r"一般般?(?!来[说讲]|而言|情况|的?时候|[都会不是在要]|人|用户|问题)|还行|还可以|还好|尚可|普通(?=[的吧\W]|$)|凑合|马马虎虎|中等|中立|说得过去|不好不坏"
        r"|\b(?:neutral|average|so[- ]so|mediocre)\b",
    ),
)
PRAISE: tuple[tuple[str, str], ...] = (
    (
        _DOUBT,
        r"好的|好吧|不(?:算|是)(?:很|太|特别)?(?:差|糟)|没那么(?:好|差)|\bnot\s(?:that\s|too\s)?(?:bad|great)\b",
    ),
    (
        "1",
        rf"{_VERY}(?:差|糟糕?|失望|烂)|差劲|差评|糟透|糟糕透|失望透|\b(?:terrible|awful|horrible|worst|unacceptable|very (?:bad|poor))\b",
    ),
    ("2", r"不太?好|不太?行|(?:比较|较|有点|有些)差|失望|\b(?:bad|poor|not (?:very |so )?good)\b"),
    (
        "5",
        rf"{_VERY}(?:好|棒|赞)|完美|点赞|优秀|给力|👍|\b(?:excellent|perfect|outstanding|fantastic|awesome|great|very good)\b",
    ),
    ("4", r"[挺蛮]好|不错|好评|\b(?:good|nice|well done)\b"),
)
NO_ANSWER = re.compile(
    r"无人接听|没人接|未接通?|没接通?|打不通|无法接通|接不通|联系不上|未联系上|没联系上|关机|停机|空号|占线|不在(?:座位|公司|岗)?|出差|休假|请假|已?离职"
    r"|\b(?:no answer|unreachable|not reached|not reachable|voicemail|busy|on leave|away|left the company)\b"
)
DECLINED = re.compile(r"拒绝|拒访|不愿|不便|不想(?:说|评|回答)|\b(?:declined?|refused?|no comment)\b")
_RESERVED = re.compile(
    r"但|不过|可是|然而|只是|没解决|未解决|没有解决|投诉|\b(?:but|however|although|except)\b|\?"
)

_POINTS = re.compile(
    r"(?<![\d./])([1-5])\s?(?:分(?![钟之析])|颗?星|/\s?5|\s?stars?\b|\s?points?\b|\s?out of\s5)|([一二三四五])(?:分(?![钟之析])|颗?星)"
)
_BARE = re.compile(
    r"\W{0,5}(?:(?:我)?[选打给]|评[分价]|满意度|结果|答|回复|answer|rating|score)?\W{0,5}([1-5])(?!\d)(\W{0,5})(.*)"
)
_COUNTS = re.compile(r"[天个次人点周月日年号分小台张条件单位级层楼项]|[a-z]")
_COURTESY = re.compile(r"(?:thanks|thank you|thx|cheers|very|good|great|nice)\b")
_LISTED = re.compile(r"(?:^|[\s;,。])[2-9]\s?[.、,)]")
_TICKED = re.compile(
    r"(?:[☑☒✔✓√■●◉]|[\[(【]\s?[x√✓v*]\s?[\])】])\s{0,3}([^\s□☐○\[(【☑☒✔✓√■●◉]{1,12})|([^\s□☐○\])】☑☒✔✓√]{2,12})\s?[✓√✔]"
)
_BOX = re.compile(r"[□☐○☑☒■●◉]|[\[(【]\s?[x√✓v* ]?\s?[\])】]")


def _compiled(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, ...], re.Pattern[str]]:
    return tuple(mark for mark, _ in rows), re.compile("|".join(f"({pattern})" for _, pattern in rows))


_SCALE, _PRAISE = _compiled(SCALE), _compiled(PRAISE)


def read(text: str) -> Said:
    """What an answer says; `text` without signature and quotation."""
    said = simplified(normal(text[:CHARS_MAX])).strip()
    marks = _marks(_ticked(said))
    if not marks and not _RESERVED.search(said):
        marks = _found(said, _PRAISE)
    if len(marks) == 1 and _DOUBT not in marks:
        return Said(result=_BY_MARK[marks.pop()], remarks=_remarks(text))
    if not marks and (refusal := _unanswered(said)):
        return Said(result=refusal, remarks=_remarks(text))
    return Said(result=None, remarks=text.strip()[:REMARKS_CHARS_MAX])


def _marks(said: str) -> set[str]:
    """The steps that are named: by words, by points, or by a number that stands for the whole answer."""
    marks = _found(said, _SCALE)
    marks |= {_digit(found[1] or found[2]) for found in _POINTS.finditer(said)}
    first, _, below = said.partition("\n")
    bare = _BARE.fullmatch(first)
    if bare and _stands_alone(bare[2], bare[3], f"{bare[3]}\n{below}"):
        marks.add(bare[1])
    return marks


def _stands_alone(between: str, behind: str, rest: str) -> bool:
    """Whether a number is the answer, as in '5', '4. 满意', '5 谢谢'; '3 天' counts, '1、打印机 2、网络' lists."""
    if not behind or _SCALE[1].match(behind):
        return True
    is_apart = bool(between) and not between.strip(" ,。!;")
    counts = _COUNTS.match(behind) and not _COURTESY.match(behind)
    return is_apart and not counts and not _LISTED.search(rest)


def _found(said: str, table: tuple[tuple[str, ...], re.Pattern[str]]) -> set[str]:
    names, pattern = table
    return {names[(match.lastindex or 1) - 1] for match in pattern.finditer(said)}


def _digit(written: str) -> str:
    return str(_BY_MARK[written].mark)


def _ticked(said: str) -> str:
    """Of a row of boxes, what is ticked; else all that was said."""
    if len(_BOX.findall(said)) < len(STEPS) - 1:
        return said
    ticked = [found[1] or found[2] for found in _TICKED.finditer(said)]
    return " ".join(ticked) or ""


def _unanswered(said: str) -> Result | None:
    if DECLINED.search(said):
        return Result.DECLINED
    return Result.NO_ANSWER if NO_ANSWER.search(said) else None


_STEP_ALONE = re.compile(
    r"[\W\d]{0,10}(?:非常满意|满意|一般|不满意|非常不满意|(?:very )?(?:dis)?satisfied|neutral|[1-5]分?)?\W{0,10}",
    re.IGNORECASE,
)


def _remarks(text: str) -> str:
    """What was said, unless it is the step alone."""
    return "" if _STEP_ALONE.fullmatch(text.strip()) else text.strip()[:REMARKS_CHARS_MAX]
