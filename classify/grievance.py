"""Is this text a complaint: yes, no, or ask the desk. Weighed by what it says, and explained.

What is said about complaining is taken out first: names of things ("投诉系统权限申请"), what customers complain
about, quoted words. Each theme of complaint that is left counts once however often it occurs, so that long
mails do not add up to complaints; some count only near one another (three days + no answer). What speaks for
another kind of mail is taken off, within a limit; and the tone of the whole is put on top (`tone`). Better to
ask than to miss: a text that shows nothing at all, neither grievance nor any usual business, is one of doubt.
Linear in the text, bounded by `CHARS_MAX`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from classify.sign import Hit, beginnings, counted, found, without
from classify.simplified import simplified
from classify.words import GrievanceWords, Theme, Words, normal

CHARS_MAX = 6_000
REACH_CHARS = 60
"""Two themes within so many characters are about the same thing."""
MORE = 0.3
"""Share of its weight that a second phrase of the same theme adds."""
CALM_MAX = 6.0
"""At most so much is taken off: thanks at both ends do not undo a grievance."""
REASONS_MAX = 8
MOCKED_CHARS_MORE = 4
"""A word of praise in quotes of its own, with at most so much beside it, is mockery: '真是“高效”'."""

_QUOTED = re.compile(r'"([^"\n]{1,80})"')
_QUOTES = str.maketrans("“”„「」『』", '"""""""')
_WRAPPED = re.compile(r"(?<=[a-z0-9,'])[ \t]*\n[ \t]*(?=[a-z0-9])")
_OF_CUSTOMERS = re.compile(
    r"(?:客户|客人|借款人|持卡人|消费者|债务人|监管|12345|customers?|clients?|borrowers?|card ?holders?|callers?|regulator)[^。!?\n,;]{0,12}?"
    r"(?:投诉|抱怨|不满|反映|举报|来电|质疑|complain|unhappy|angry|dissatisf)[^。!?\n,;]{0,60}"
)
"""What customers of the house complain about, to the end of the clause: business, no grievance of the writer's."""
_AS_FIGURES = re.compile(
    r"(?:投诉|不满意)(?:数|量|率)?(?:[:为]? ?\d{1,5}(?![次回遍\d])|[一二两三四五六七八九十零]{1,3}[件起宗])"
    r"|(?<!\d)\d{1,5}[件起宗个]?(?:有效|无效|用户)?投诉"
    r"|(?<![a-z])(?:complaints?|dissatisfied):? \d{1,5}(?!\d)"
    r"|(?<!made )(?<!sent )(?<!filed )(?<!raised )(?<![a-z\d])(?:\d{1,5}|no|one|two|three|four|five|six|seven) (?:[a-z]{4,8} )?complaints?(?![a-z])"
)
"""How many complaints there were, as reports and minutes tell it; how often somebody complained ('投诉3次') is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grievance:
    """The verdict, its score, and the words that gave it."""

    verdict: Literal["yes", "no", "ask"]
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reason:
    weight: float
    words: str


def judge(subject: str, text: str, words: Words) -> Grievance:
    """Whether subject and own text are a complaint."""
    known = words.grievance
    whole = _prepared(subject, text)
    begun = beginnings(whole)
    said = without(_AS_FIGURES.sub("\x00", _OF_CUSTOMERS.sub(" \x00", whole)), begun, known.neutral)
    mocked = [Hit("mockery", m.start(), m[0]) for m in _QUOTED.finditer(said) if _mocks(m[1], known)]
    said = _QUOTED.sub(" \x00 ", said)
    hits = [*mocked, *found(said, begun, known.signs, known.negations), *counted(said)]
    against = [*_single(hits, known.signs), *_near(hits, known)]
    speaking_for = _single(found(whole, begun, known.calm), known.calm)
    return _verdict(against, list(speaking_for), _tone(whole, words), known)


def _tone(whole: str, words: Words) -> _Reason:
    heard, pieces = words.tone.heard(whole)
    return _Reason(heard * words.grievance.tone, f"tone: {', '.join(pieces)}")


def _prepared(subject: str, text: str) -> str:
    """Subject and text in one form: folded, simplified, one kind of quotes, wrapped lines joined."""
    whole = simplified(normal(f"{subject}\n{text[:CHARS_MAX]}")).translate(_QUOTES)
    return _WRAPPED.sub(" ", whole)


def _mocks(quoted: str, known: GrievanceWords) -> bool:
    return any(word in quoted and len(quoted) <= len(word) + MOCKED_CHARS_MORE for word in known.mocked)


def _single(hits: Iterable[Hit], themes: tuple[Theme, ...]) -> Iterator[_Reason]:
    """What each theme weighs by itself: once, and a little more when it is said in two ways."""
    by_theme = _by_theme(hits)
    for theme in themes:
        phrases = _apart(by_theme.get(theme.name, []))
        if phrases and theme.weight:
            weight = theme.weight * (1 + MORE * (len(phrases) > 1))
            yield _Reason(weight, f"{theme.name}: {', '.join(phrases[:2])}")


def _apart(hits: list[Hit]) -> list[str]:
    """The different phrases of some hits, without those that lie within another."""
    phrases: dict[str, None] = {}
    end = -1
    for hit in hits:
        if hit.at >= end:
            phrases[hit.phrase.strip()] = None
            end = hit.at + len(hit.phrase)
    return list(phrases)


def _near(hits: Iterable[Hit], known: GrievanceWords) -> Iterator[_Reason]:
    """What pairs of themes weigh that stand within reach of each other."""
    by_theme = _by_theme(hits)
    for pair in known.together:
        near = _nearest(by_theme.get(pair.first, []), by_theme.get(pair.second, []))
        if near:
            yield _Reason(pair.weight, f"{pair.first} + {pair.second}: {near[0].phrase} … {near[1].phrase}")


def _by_theme(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    """The hits of each theme, in the order of the text."""
    by_theme: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.at, -len(hit.phrase))):
        by_theme.setdefault(hit.theme, []).append(hit)
    return by_theme


def _nearest(firsts: list[Hit], seconds: list[Hit]) -> tuple[Hit, Hit] | None:
    """A hit of each list within reach of the other, and apart from it; each list is walked once."""
    i = j = 0
    while i < len(firsts) and j < len(seconds):
        one, other = firsts[i], seconds[j]
        if _are_apart(one, other) and abs(one.at - other.at) <= REACH_CHARS:
            return one, other
        if one.at <= other.at:
            i += 1
        else:
            j += 1
    return None


def _are_apart(one: Hit, other: Hit) -> bool:
    """Whether no character belongs to both; what says two things at once still says them once."""
    return one.at + len(one.phrase) <= other.at or other.at + len(other.phrase) <= one.at


def _verdict(
    against: list[_Reason], speaking_for: list[_Reason], tone: _Reason, known: GrievanceWords
) -> Grievance:
    lacking = known.nothing - sum(reason.weight for reason in against)
    if lacking > 0 and not speaking_for:
        against = [*against, _Reason(lacking, "nothing that shows usual business")]
    said = sum(reason.weight for reason in against) - min(
        CALM_MAX, sum(reason.weight for reason in speaking_for)
    )
    score = said + tone.weight
    is_complaint = said >= known.sure or (score >= known.yes and said >= known.some)
    is_doubtful = score >= known.ask or said >= known.plain
    signed = [(reason.weight, reason) for reason in (*against, tone)]
    signed += ((-reason.weight, reason) for reason in speaking_for)
    return Grievance(
        verdict="yes" if is_complaint else "ask" if is_doubtful else "no",
        score=round(score, 2),
        reasons=tuple(f"{weight:+.1f} {reason.words}" for weight, reason in signed)[:REASONS_MAX],
    )
