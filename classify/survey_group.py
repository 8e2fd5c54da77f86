"""Answers to several questions of a survey in one line: a row of numbers, pairs, groups, "the rest".

Each function takes a folded line (`survey_scale.folded`) and gives nothing when the line is not of its shape.
Linear; repetitions in the patterns are bounded.
"""

import re
from dataclasses import dataclass

from classify.survey_scale import Scale

NUMBERS_MAX = 40
_LEAD = re.compile(
    r"(?:(?:我的)?(?:评分|打分|得分|答案|回答|评价|分数|结果)(?:是|为|如下)?|answers?|ratings?|scores?)?[\s:|]{0,8}"
)
_SEPARATORS = re.compile(r"[\s,，、;；/|]{1,20}")
_COMPACT_MIN = 4
"""'444' may be anything; so many digits without a blank are a row."""
_PAIR = re.compile(
    r"(?:^|(?<=[\s;,，、|/。；]))(?:第|q|题|no\.?)?\s?(?P<number>\d{1,2})(?:\s?(?:题|项)\s?[.。、):=\-–—→>]{0,2}|\s?[.。、):=\-–—→>]{1,2})\s?(?=\S)"
)
_GLUE = " \t;,，、|/。；.()"
_SEGMENT = re.compile(r"[,，;；。\n]")
_NUMBERS = re.compile(
    r"(?:第|q|题|questions?)?\s?(?P<list>\d{1,2}(?:\s?(?:-|–|~|至|到|to|、|,|和|及|&|and)\s?\d{1,2}){1,12})\s?"
    r"(?P<said>(?:题目?|项|都|均|全部|全|为|是|选|打|给|all|are|[:=\s])+)"
)
_NUMBER_OR_DASH = re.compile(r"\d{1,2}|-|–|~|至|到|to")
_SINGLE = re.compile(r"(?:第|q)?\s?(?P<number>\d{1,2})(?:\s?(?:题|项)\s?|\s{1,4}|(?=[^\d\s]))")
_DIGIT = re.compile(r"\d|第")
_REST = re.compile(
    r"(?:我|对)?(?:其他|其余|其它|剩下|余下|以上|全部|所有|各方?面|各项|各题|每一?项|每题|统一|一律|全|都|均|everything|the rest|all others|others?|rest|all)"
    r"(?:的|题目?|各项|几题|几项|方面|项目|问题|questions?|items?|are|is|都|均|全部|全|为|是|选|打|给|[:=\s])*"
)
_ORDINAL = re.compile(r"第([一二三四五六七八九])(?=[题项])")
_EXCEPT = re.compile(r"^除了?(.{1,40}?)(?:之|以)?外$")
_SAYS_REST = ("其他", "其余", "其它", "剩下", "余下", "the rest", "rest", "other", "all others")
_SAYS_GROUP = ("题", "项", "都", "均", "全", "all", ":", "=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One answer for several questions; `numbers` None is all of them, or all that have none."""

    numbers: tuple[int, ...] | None
    value: int
    is_rest: bool = False
    """'其余': only those that have no answer, from this mail or from one before."""


def row(text: str, scale: Scale, count: int) -> list[int]:
    """The values of a line that holds nothing but answers, in order."""
    body = text[_LEAD.match(text).end() :].strip(_GLUE)  # type: ignore[union-attr] # it matches anything
    if len(body) == count >= _COMPACT_MIN and all(c in "012345" for c in body):
        return [int(c) for c in body]
    tokens = [token for token in _SEPARATORS.split(body, NUMBERS_MAX * 2) if token]
    if len(tokens) > NUMBERS_MAX:
        return []
    values = [scale.only(token) for token in tokens]
    found = [value for value in values if value is not None]
    if len(found) < len(tokens) or (len(found) != count and not _is_row(tokens)):
        return []
    return found


def _is_row(tokens: list[str]) -> bool:
    """Whether these are answers of one kind, and no question with its answer ('1 5', '1. 5 满意')."""
    kinds = {token.strip(_GLUE + ":)")[:1].isdecimal() for token in tokens}
    return len(kinds) == 1 and not (len(tokens) == 2 and kinds == {True})


def labelled_value(text: str, scale: Scale) -> int | None:
    """The value of '4 满意', which may as well be question 4; None for another line."""
    digit, blank, word = text.partition(" ")
    value = scale.only(word.strip())
    is_same = len(digit) == 1 and digit in "012345" and blank and not word.strip()[:1].isdecimal()
    return value if is_same and value == int(digit) else None


def pairs(text: str, scale: Scale) -> list[tuple[int, int]]:
    """(number of the question, value) of a line with several such pairs and nothing else."""
    text = _ORDINAL.sub(_in_digits, text)
    heads = list(_PAIR.finditer(text))[: NUMBERS_MAX + 1]
    if len(heads) < 2 or text[: heads[0].start()].strip(_GLUE):
        return []
    ends = [head.start() for head in heads[1:]] + [len(text)]
    values = [scale.only(text[head.end() : end].strip(_GLUE)) for head, end in zip(heads, ends, strict=True)]
    numbers = [int(head["number"]) for head in heads]
    if len(set(numbers)) < len(numbers):
        return []
    found = [(number, value) for number, value in zip(numbers, values, strict=True) if value is not None]
    return found if len(found) == len(heads) else []


def groups(text: str, scale: Scale) -> list[Group]:
    """The groups of a line: '1-8题都满意,第9题5分,其余4'."""
    text = _ORDINAL.sub(_in_digits, text)
    whole = _group(text, scale)
    if whole:
        return [whole]
    found: list[Group] = []
    for segment in _SEGMENT.split(text, NUMBERS_MAX):
        group = _group(segment.strip(), scale) or _single(segment.strip(), scale)
        if group:
            found.append(group)
        elif _DIGIT.search(segment):
            return []  # it says something of a question that would be lost
    # One question alone is read with its remark elsewhere; here a group has to be among them.
    is_group = any(group.numbers is None or len(group.numbers) > 1 for group in found)
    return found if is_group else []


def _group(text: str, scale: Scale) -> Group | None:
    named = _NUMBERS.match(text)
    if named and any(word in named["said"] for word in _SAYS_GROUP):
        value = scale.only(text[named.end() :])
        if value is not None:
            return Group(numbers=_listed(named["list"]), value=value)
    whole = _REST.match(text)
    value = scale.only(text[whole.end() :]) if whole else None
    is_rest = whole is not None and whole[0].lstrip("我对").startswith(_SAYS_REST)
    return None if value is None else Group(numbers=None, value=value, is_rest=is_rest)


def _single(text: str, scale: Scale) -> Group | None:
    text = _EXCEPT.sub(r"\1", text)
    found = _PAIR.match(text) or _SINGLE.match(text)
    value = scale.only(text[found.end() :]) if found else None
    return None if found is None or value is None else Group(numbers=(int(found["number"]),), value=value)


def _in_digits(ordinal: re.Match[str]) -> str:
    """'第三' as '第3'."""
    return f"第{'一二三四五六七八九'.index(ordinal[1]) + 1}"


def _listed(written: str) -> tuple[int, ...]:
    """'1-3、5' as 1, 2, 3, 5."""
    numbers: list[int] = []
    is_span = False
    for token in _NUMBER_OR_DASH.findall(written):
        if not token.isdecimal():
            is_span = True
            continue
        start = numbers[-1] + 1 if is_span and numbers else int(token)
        numbers += range(start, min(int(token), NUMBERS_MAX) + 1)
        is_span = False
    return tuple(dict.fromkeys(numbers))
