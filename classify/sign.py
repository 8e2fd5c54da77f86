"""Where the phrases of a theme stand in a text: with gaps, counted things, and what a negation undoes.

A phrase in Latin letters counts as whole words. "…" in a phrase stands for a few characters of the same
clause ("没有…回复"). Linear in the text: the places of a phrase, and the width of a gap, are bounded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import add

from classify.words import Theme

GAP = "…"
GAP_CHARS_MAX = 8
GAP_CHARS_MAX_LATIN = 30
PLACES_MAX = 12
"""Of one phrase; more of them say nothing new."""
NEGATION_CHARS = 6
"""How far before a phrase its negation may stand…"""
NEGATION_WORDS = 2
"""…and in Latin letters, in words."""
DATES_MIN = 3
"""So many different days make a chronicle."""

_LETTERS = re.compile("[a-zA-Z]+")
_STOPS = frozenset(",.;!?。:\n\x00")
_ONE_STOP = str.maketrans(dict.fromkeys(_STOPS, "."))
_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十几半数好多整]{1,3})"
_FIRST = re.compile("[0-9一二两三四五六七八九十几半数好多整无第上下本这周星礼]")
"""With what the Chinese patterns begin: a text is searched for a class of characters many times quicker than for them."""
_COUNT = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|several|many|countless|\d{1,3})"
_MONTHS = r"(?:jan|feb|mar|march|apr|april|may|june?|july?|aug|sept?|oct|nov|dec)"
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"


@dataclass(frozen=True, slots=True)
class Counted:
    """What is told by number, in both languages."""

    theme: str
    chinese: re.Pattern[str]
    """Each match begins with a character of `_FIRST`."""
    english: re.Pattern[str]
    needs: tuple[str, ...]
    """An English match has one of these in it: a text without any need not be searched."""

    def places(self, text: str) -> list[re.Match[str]]:
        """Where it stands, in each language at most `PLACES_MAX` times."""
        found = list(islice(self._in_chinese(text), PLACES_MAX))
        if any(word in text for word in self.needs):
            found += islice(self.english.finditer(text), PLACES_MAX)
        return found

    def _in_chinese(self, text: str) -> Iterator[re.Match[str]]:
        end = 0
        for first in _FIRST.finditer(text):
            match = self.chinese.match(text, first.start()) if first.start() >= end else None
            if match:
                end = match.end()
                yield match


_DURATION = Counted(
    "duration",
    re.compile(
        rf"(?<![第每])(?<![\d.])(?<!这){_NUMBER}(?:多个?|个多?)?(?:工作日|小时|钟头|天|周|星期|礼拜|年)(?!内|后|前到期)|{_NUMBER}个多?月(?!内|后)"
        r"|(?<!\d)(?:[2-9]\d|1\d\d|[二三四五六七八九]十|半个?多?)(?:多)?(?:小时|分钟|钟头)"
    ),
    re.compile(
        rf"(?<![a-z\d])(?:{_COUNT}|one|an?|half an?|whole|few|couple of|forty-five|thirty|forty) (?:\w{{4,8}} )?(?:minutes|hours?|days?|weeks?|months?)(?![a-z])"
        rf"|(?<![a-z])since (?:{_DAYS}|last|yesterday|january|february|october|november|december|{_MONTHS}|the|early|mid|before)(?![a-z])"
    ),
    (" minutes", " hour", " day", " week", " month", "since "),
)
_TIMES = Counted(
    "times",
    re.compile(
        r"第(?:\d{1,2}|[二三四五六七八九十n几]{1,3})[次回遍趟封个张]|(?<!\d)(?:\d{1,2}|[两二三四五六七八九十几多数好]{1,3}|无数)(?:多)?[次回遍趟]"
    ),
    re.compile(
        r"(?<![a-z])(?:third|fourth|fifth|sixth|seventh|nth|umpteenth) (?!part|quarter|floor|line|of |section)[a-z]{3,12}"
        r"|(?<![a-z])(?:second|\d{1,2}(?:nd|rd|th)) (?:\w{1,10} )?(?:time|times|ticket|attempt|e-?mail|mail|call|reminder|week|day|report|request|visit)(?![a-z])"
        rf"|(?<![a-z\d]){_COUNT} (?:\w{{3,10}} )?(?:times|calls|tickets|e-?mails|mails|visits|reminders|occasions|attempts|outages)(?![a-z])"
    ),
    (
        "third ", "fourth ", "fifth ", "sixth ", "seventh ", "nth ", "umpteenth ", " time", " ticket", " attempt", " email", " e-mail", " mail", " call",
        " reminder", " week", " day", " report", " request", " visit", " occasions", " outages",
    ),
)  # fmt: skip
_DATES = Counted(
    "dates",
    re.compile(
        r"\d{1,2}月\d{1,2}[日号]|(?<!\d)(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?(?=报|提|反|又|再|说)|[上下本这]?(?:周|星期|礼拜)[一二三四五六日天]|(?<![\d.])\d{1,2}点"
        r"|\d{4}[-/]\d{1,2}[-/]\d{1,2}"
    ),
    re.compile(
        rf"(?<![a-z]){_DAYS}|\d{{1,2}}(?:st|nd|rd|th)?,? (?:and \d{{1,2}} |of )?{_MONTHS}(?![a-z])"
        rf"|(?<![a-z]){_MONTHS}[a-z]{{0,6}} \d{{1,2}}(?!\d)|on the \d{{1,2}}(?:st|nd|rd|th)"
    ),
    ("day", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "on the "),
)
COUNTED = (_DURATION, _TIMES)
"""Things told by number, as themes beside those of the word lists."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase and where it stands."""

    theme: str
    at: int
    phrase: str


def beginnings(text: str) -> frozenset[str]:
    """What phrases in a text can begin with: of thousands of phrases, most need not be looked for."""
    return frozenset((*text, *_LETTERS.findall(text), *map(add, text, text[1:])))


def found(
    text: str, begun: frozenset[str], themes: tuple[Theme, ...], negations: tuple[str, ...] = ()
) -> list[Hit]:
    """The phrases of all themes that stand in a text and that no negation undoes.

    `begun` are the `beginnings` of the text, or of one from which things were taken out to make it.
    """
    by_beginning = _of_themes(themes)
    return [
        Hit(theme, at, phrase)
        for beginning in begun & by_beginning.keys()
        for theme, phrase in by_beginning[beginning]
        for at in _places(text, phrase)
        if not (negations and _is_negated(text, at, negations))
    ]


def without(text: str, begun: frozenset[str], phrases: tuple[str, ...]) -> str:
    """The text with some phrases taken out; longer ones come first, so that none hides another."""
    by_beginning = _of_phrases(phrases)
    for _, phrase in sorted(one for begin in begun & by_beginning.keys() for one in by_beginning[begin]):
        text = text.replace(phrase, "\x00")
    return text


@lru_cache(maxsize=8)
def _of_themes(themes: tuple[Theme, ...]) -> dict[str, list[tuple[str, str]]]:
    """Theme and phrase by how the phrase begins."""
    found: dict[str, list[tuple[str, str]]] = {}
    for theme in themes:
        for phrase in theme.words:
            found.setdefault(_beginning(phrase), []).append((theme.name, phrase))
    return found


@lru_cache(maxsize=8)
def _of_phrases(phrases: tuple[str, ...]) -> dict[str, list[tuple[int, str]]]:
    """Place in the list and phrase by how the phrase begins; its letters need not be a whole word in the text."""
    found: dict[str, list[tuple[int, str]]] = {}
    for place, phrase in enumerate(phrases):
        found.setdefault(phrase[:2], []).append((place, phrase))
    return found


def _beginning(phrase: str) -> str:
    """The first word of a phrase in Latin letters, which counts as a whole word; else its first two characters."""
    letters = _LETTERS.match(phrase)
    return letters[0] if letters else phrase.partition(GAP)[0][:2]


def counted(text: str) -> list[Hit]:
    """Durations, repetitions, and the days of a chronicle."""
    hits = [Hit(one.theme, match.start(), match[0]) for one in COUNTED for match in one.places(text)]
    dates = _DATES.places(text)
    if len({match[0] for match in dates}) >= DATES_MIN:
        hits += (Hit(_DATES.theme, match.start(), match[0]) for match in dates)
    return hits


def _places(text: str, phrase: str) -> Iterator[int]:
    """Where a phrase begins, at most `PLACES_MAX` times."""
    first, *rest = phrase.split(GAP)
    at = text.find(first)
    for _ in range(PLACES_MAX):
        if at < 0:
            return
        if _is_whole(text, at, first) and _follow(text, at + len(first), rest):
            yield at
        at = text.find(first, at + 1)


def _follow(text: str, at: int, parts: list[str]) -> bool:
    """Whether the parts of a phrase follow, each within its gap and the same clause."""
    for part in parts:
        gap = GAP_CHARS_MAX_LATIN if part.isascii() else GAP_CHARS_MAX
        next_at = text.find(part, at, at + gap + len(part))
        if next_at < 0 or not _STOPS.isdisjoint(text[at:next_at]) or not _is_whole(text, next_at, part):
            return False
        at = next_at + len(part)
    return True


def _is_whole(text: str, at: int, phrase: str) -> bool:
    """Whether no Latin letter runs into a phrase from either side."""
    end = at + len(phrase)
    return not (
        (at and _is_latin(text[at - 1]) and _is_latin(phrase[0]))
        or (end < len(text) and _is_latin(text[end]) and _is_latin(phrase[-1]))
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _is_negated(text: str, at: int, negations: tuple[str, ...]) -> bool:
    """Whether a negation stands right before a place: the last characters, or one of the last words."""
    if _is_latin(text[at]):
        before = text[max(0, at - 10 * NEGATION_WORDS) : at].translate(_ONE_STOP).rpartition(".")[2]
        return any(word in negations or word.endswith("n't") for word in before.split()[-NEGATION_WORDS:])
    return text[max(0, at - NEGATION_CHARS) : at].rstrip(" ").endswith(negations)
