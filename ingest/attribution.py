"""The line that names whose words follow: '张三 <a@b> 于2026年3月3日 10:00写道：', 'On …, … wrote:'.

Promises: linear; a line counts only in the shape that mail programs write: a date or an address, a verb
and a colon, without a sentence of its own. Works on the lines of `quote.readable`.
"""

import re
from collections.abc import Sequence

from ingest import quote_words

WRAPPED_LINES = 5
"""Over which one attribution may be broken."""
CHARS_MAX = 400
NAME_CHARS_MAX = 90
EVIDENCE_LINES = 3
"""Within which the quotation begins below a line that is told by its marks."""

_FURNITURE = " >*_|\t"
_DASHED = re.compile(r"-{2,20}\s{0,3}")
_COLON_END = re.compile(r":[\s*|>-]{0,12}$")
_DASH_END = re.compile(r"-{2,40}\s{0,3}$")
_ADDRESS_END = re.compile(r"@[^\s@]{2,120}$")
_VERB_END = re.compile(rf"(?:{quote_words.VERBS})\s{{0,4}}$", re.IGNORECASE)
_VERB_INSIDE = re.compile(rf"(?:\b|(?<=\s))(?:{quote_words.VERBS_INSIDE})(?:\b|(?=\s|\d))", re.IGNORECASE)
_VERB_THEN_TEXT = re.compile(r"(?:写道|寫道|wrote)\s{0,2}:\s{0,4}\S", re.IGNORECASE)

# "Fri, Nov 20", "20 Nov", "ven. 20 nov.", "Tue 16"; then digits.
_WORDY_DATE = r"(?:[^\W\d_]{1,12}[.,]{0,2}\s{1,3}){0,3}\d{1,4}"
_CHINESE_DATE = (
    r"(?:(?:(?:星期|周|週|礼拜)[一二三四五六日天][,，、\s]{0,3}|[一二三四五六日天][,，、]\s{0,3}))?"
    r"(?:\d{2,4}\s?[年/.-]\s?\d{1,2}|\d{1,2}\s\d{1,2}月)"
)
_PREPOSED = re.compile(
    rf"(?:(?:{quote_words.PREPOSITIONS})\s{{1,3}}{_WORDY_DATE}|(?:在|于|於)\s{{0,3}}{_CHINESE_DATE})",
    re.IGNORECASE,
)
_DATED = re.compile(rf"{_WORDY_DATE}[\s.,/:年-]", re.IGNORECASE)
# QUIRK: web forums write "***@***.***>" for an address.
_ADDRESS = re.compile(
    r"[<\[(]\s{0,2}(?:mailto:)?[^\s<>()\[\]]{1,120}@[^\s<>()\[\]]{1,120}|\*{0,4}@\*{2,4}\.\*{2,4}"
)
_BARE_ADDRESS = re.compile(r"[^\s<>@]{1,100}@[^\s<>@]{2,100}")
_ADDRESS_CLOSED = (">", ")", "]")
_OPENED_ADDRESS = re.compile(r"[<\[(]\s{0,2}$")
# "服务台 于 2026年11月20日 周五 上午9:30 写道": nothing but a date between the preposition and the verb.
_NAME_THEN_DATE = re.compile(
    r"[^。！？!?;；,，]{1,60}?(?:于|於|在|写于|寫於)\s{0,2}\d{2,4}[-\d年月日号號时時分秒点點周週星期一二三四五六天上下午中晚凌晨早傍"
    r":/.,，、\s()+GMTUCSZAP]{4,60}(?:写道|寫道|$)",
    re.IGNORECASE,
)
_QUOTING = re.compile(r"(?:quoting|excerpts from|zitat von|引自|引用自|引用)\s{0,3}.{1,90}$", re.IGNORECASE)
_WROTE_ON = re.compile(
    r"[^.!?:]{1,60} (?:wrote|schrieb|写于|寫於) (?:on|at|am)?\s?[\d./-]{6,10},? .{0,30}\d{1,2}:\d{2}",
    re.IGNORECASE,
)
# "提到" (Thunderbird, zh-TW) is a word of people's own: it needs a time of day.
_MENTIONED_END = re.compile(r"提到\s{0,4}$")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_TIME = re.compile(r"\d{1,2}\s{0,2}[:.点時时]\s{0,2}\d{2}")
_TIME_FIRST = re.compile(r"(?:上午|下午|晚上)?\d{1,2}[:点點时時]\d{2}")
_YEAR = re.compile(r"\b(?:19|20)\d{2}(?!\d)")
_DIGIT = re.compile(r"\d")
# What people write in the middle of a sentence of their own: "在2026年11月20日的邮件里，你们写道：".
_SENTENCE = re.compile(
    r"[。！？；]|\d\s{0,2}[日号號]?\s{0,2}的|[我你您他她它](?:们|們)?(?:曾|已|在\S{0,12})?\s{0,2}(?:写|寫)"
)
# "Service Desk wrote:", "张三 写道:": only directly above marked lines, for people write so too.
_NAME_WROTE = re.compile(
    r"(?:[\"']?[A-Z][\w.'-]{0,30}(?:,? [\"'(]?[A-Z][\w.'-]{0,30}[)\"']?){0,4}[\"']? (?:wrote|writes)"
    r"|(?:[^\s@<>]{1,80}@[^\s@<>]{1,120}|\[[^\]\n]{1,60}\]|[^.!?\n]{1,60} via [^.!?\n]{1,60}) wrote"
    r"|(?![我你您他她它大有谁])[\u4e00-\u9fff]{2,4}\s?(?:写道|寫道|提到))\s?:\s{0,4}"
)
_IN_YOUR_LETTER = re.compile(
    r"[=-]{4,20}\s{0,4}\d{4}-\d{1,2}-\d{1,2}[^=]{0,30}写道\s?:\s{0,4}[=-]{4,20}\s{0,4}"
)
# "在 2026-11-20 09:30:12，您写道：": to the second, as no person tells it.
_YOU_WROTE = re.compile(
    r"[在于於]\s{0,3}\d{4}[-/年][-\d/年月日号號\s]{3,12}\d{1,2}:\d{2}:\d{2}[，,]?\s{0,3}[你您](?:在来信中)?(?:写道|寫道)\s{0,4}"
)
_QUOTED = re.compile(r"\s{0,8}>")


def length_at(lines: Sequence[str], at: int) -> int:
    """How many lines the attribution that begins here has; 0 when none begins here."""
    if _is_lone_name(lines, at) or _IN_YOUR_LETTER.fullmatch(lines[at][:CHARS_MAX]):
        return 1
    if not _may_begin(lines[at]):
        return 0
    for count in range(1, WRAPPED_LINES + 1):
        if at + count > len(lines) or not lines[at + count - 1].strip(_FURNITURE):
            return 0
        if _may_end(lines[at + count - 1]) and _is_whole(lines, at, count):
            return 0 if _begins_later(lines, at, count) else count
    return 0


def _is_lone_name(lines: Sequence[str], at: int) -> bool:
    """Whether a name alone "wrote", and its words follow on the next line or the one after."""
    below = next((line for line in lines[at + 1 : at + 3] if line.strip()), "")
    return bool(_QUOTED.match(below) and _NAME_WROTE.fullmatch(lines[at][:CHARS_MAX].lstrip(_FURNITURE)))


def _may_begin(line: str) -> bool:
    """A cheap look: a preposition with a date, a date, an address, or a name with a date."""
    start = _stripped(line)
    if not start or len(start) > CHARS_MAX:
        return False
    return bool(
        _PREPOSED.match(start)
        or (_DATED.match(start) and (_TIME.search(start) or _YEAR.search(start)))
        or "@" in start
        or _OPENED_ADDRESS.search(start[-4:])
        or _NAME_THEN_DATE.match(start)
        or _QUOTING.match(start[:20])
        or _WROTE_ON.match(start)
    )


def _may_end(line: str) -> bool:
    tail = line[-60:].rstrip(_FURNITURE)
    return bool(
        _COLON_END.search(tail)
        or _DASH_END.search(tail)
        or _VERB_THEN_TEXT.search(line)
        or "@" in line[-130:]
    )


def _is_whole(lines: Sequence[str], at: int, count: int) -> bool:
    """Whether these lines together are one attribution."""
    whole = " ".join(_stripped(line) for line in lines[at : at + count])
    if len(whole) > CHARS_MAX:
        return False
    if count == 1 and _VERB_THEN_TEXT.search(whole):
        return _is_followed_by_its_text(whole)
    colon, dashes = _COLON_END.search(whole), _DASH_END.search(whole)
    said = whole[: colon.start()] if colon else whole[: dashes.start()] if dashes else whole
    if _SENTENCE.search(said) and not _YOU_WROTE.fullmatch(said):
        return False
    if not colon and not (dashes and _DASHED.match(lines[at].strip(_FURNITURE))):
        return (
            bool(_DATED.match(said) and _ADDRESS.search(said))
            and _ends_with_address(said)
            and _is_quoted(lines, at + count)
        )
    return _is_attribution(said) and (_has_evidence(said) or _is_quoted(lines, at + count))


def _is_followed_by_its_text(whole: str) -> bool:
    """QUIRK: HTML made flat puts the quotation on the same line: '在 …，张三 <a@b> 写道： 您好'."""
    verb = _VERB_THEN_TEXT.search(whole)
    said = whole[: verb.start()] if verb else ""
    return bool(_PREPOSED.match(said) and _ADDRESS.search(said)) and not _SENTENCE.search(said)


def _is_attribution(said: str) -> bool:
    """Without its colon or dashes."""
    ends_with_verb = bool(_VERB_END.search(said))
    is_dated = bool(_PREPOSED.match(said) or _DATED.match(said))
    if is_dated and _MENTIONED_END.search(said):
        return bool(_CLOCK.search(said))
    if is_dated:
        return ends_with_verb or bool(_VERB_INSIDE.search(said)) or _ends_with_address(said)
    if _NAME_THEN_DATE.fullmatch(said) and (ends_with_verb or "写于" in said or "寫於" in said):
        return True
    if _QUOTING.match(said):
        return _has_evidence(said)
    if _WROTE_ON.match(said):
        return True
    address = _ADDRESS.search(said)
    if address is None or address.start() > NAME_CHARS_MAX:
        return False
    return ends_with_verb or bool(_VERB_INSIDE.search(said[address.end() :]))


def _ends_with_address(said: str) -> bool:
    return bool(_ADDRESS_END.search(said.rstrip(">]) ")))


def _has_evidence(said: str) -> bool:
    """An address, a year, or a day and a time: more than 'On May 5, you wrote:'."""
    is_full = bool(_TIME.search(said)) and bool(_DIGIT.search(_TIME.sub(" ", said, count=1)))
    return bool(_BARE_ADDRESS.search(said) or _YEAR.search(said)) or is_full


def _is_quoted(lines: Sequence[str], at: int) -> bool:
    """Whether marked lines follow."""
    below = (line for line in lines[at : at + EVIDENCE_LINES] if line.strip())
    return bool(_QUOTED.match(next(below, "")))


def _begins_later(lines: Sequence[str], at: int, count: int) -> bool:
    """Whether the attribution is shorter, and the lines before it are somebody's own.

    'On Thursday …' above 'On Dec 16, 2026, X wrote:'; a name may be wrapped, a date does not stand twice.
    """
    begins_dated = bool(_PREPOSED.match(_stripped(lines[at])) or _DATED.match(_stripped(lines[at])))
    for skipped in range(1, count):
        above, start = lines[at + skipped - 1].rstrip(), _stripped(lines[at + skipped])
        if _is_rest(above, start):
            continue
        is_dated = bool(_PREPOSED.match(start))
        if (is_dated or not begins_dated) and _is_whole(lines, at + skipped, count - skipped):
            return True
    return False


def _is_rest(above: str, start: str) -> bool:
    """Whether a line goes on with what the one above began: an address, '于 2026年…写道' behind a name, a time."""
    if start.startswith(("于", "於")) and above.endswith(_ADDRESS_CLOSED):
        return True
    return bool(_OPENED_ADDRESS.search(above) or _TIME_FIRST.match(start))


def _stripped(line: str) -> str:
    start = line.strip(_FURNITURE)
    dashes = _DASHED.match(start)
    return start[dashes.end() :] if dashes else start
