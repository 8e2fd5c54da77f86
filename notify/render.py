"""Templates rendered: a folder for each language and mail, words for states and verbs beside them.

Two environments, one for text and one for HTML, so that nothing is escaped where it must not be and
everything where it must. An undefined variable is an error; templates come from the package only.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from notify.wrap import wrapped
from process.case import Case, Event
from process.record_form import MEASURES, Entry, Section, Wording, sections
from process.telling import belief, judged, spoken, told

LANGUAGES = ("zh", "en")
QUOTE_CHARS_MAX = 3_000
"""Of a text of somebody's that a mail shows; the record has it whole."""
EXCERPT_CHARS = 400
"""Of the complainant's words in a mail of the staff that asks for something else."""
SHORT_CHARS = 120
"""Of a text of somebody's that stands in one line: a subject, what was said so far."""
NAMES_MAX, NAME_CHARS = 20, 60
"""Of people and departments named in a row, and of each name."""
_NUMBER = re.compile(r"-20(?<![0-9A-Za-z=].-20)\d\d-\d{5,8}(?!\d)")
_DATE = re.compile(r"20(?<![0-9A-Za-z=.@/-]20)\d\d-\d\d-\d\d(?:（周.）\d\d:\d\d)?(?![\w-])")
"""What is to stay in one line. Both begin with fixed characters, for which a page is searched quickest; what stands
before them tells them from those in links, which are percent-encoded."""
_EMPTY_LINES = re.compile(r"\n{3,}")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls of terminals and of writing direction, and halves of characters: nobody writes them on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One mail in words."""

    text: str
    html: str


def subject_of(language: str, template: str, context: Mapping[str, Any], timezone: ZoneInfo) -> str:
    """The subject line alone."""
    text, _ = _environments()
    whole = _whole(language, context, timezone)
    return " ".join(text.get_template(f"{language}/{template}/subject.txt").render(whole).split())


def render(language: str, template: str, context: Mapping[str, Any], timezone: ZoneInfo) -> Rendered:
    """Text and HTML of a mail. Raises jinja2.UndefinedError when a template wants what is not there."""
    text, page = _environments()
    whole = _whole(language, context, timezone)
    folder = f"{language}/{template}"
    return Rendered(
        text=_tidied(text.get_template(f"{folder}/body.txt").render(whole)),
        html=_kept_whole(_UNSEEN.sub("", page.get_template(f"{folder}/body.html").render(whole))),
    )


def _kept_whole(page: str) -> str:
    """The page with numbers and dates that no line end parts: browsers break lines behind a hyphen."""
    head, body, rest = page.partition("<body")
    for one in (_NUMBER, _DATE):
        rest = one.sub(r'<span style="white-space:nowrap">\g<0></span>', rest)
    return head + body + rest


def _tidied(text: str) -> str:
    """Lines broken at a width; templates leave empty lines where they had nothing to say, one is enough."""
    return _EMPTY_LINES.sub("\n\n", wrapped(_UNSEEN.sub("", text).strip())) + "\n"


def _whole(language: str, context: Mapping[str, Any], timezone: ZoneInfo) -> dict[str, Any]:
    names = _words(language)
    times = {"when": _clock(timezone, names), "day": _clock(timezone, names, "date")}
    return {**context, **times, "w": names, "language": language}


def record_of(
    case: Case, trail: tuple[Event, ...], language: str, timezone: ZoneInfo, *, is_for_staff: bool = True
) -> tuple[Section, ...]:
    """The record form in the words of a language."""
    names = _words(language)
    when = _clock(timezone, names)
    return sections(case, trail, Wording(words=names, when=when, is_for_staff=is_for_staff))


@cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((files("templates") / language / "words.toml").read_text("utf-8"))


def words(language: str) -> dict[str, Any]:
    """Names of states, roles and the like, and what the ready-made answers say."""
    return _words(language)


@cache
def _environments() -> tuple[Environment, Environment]:
    text, page = (
        Environment(
            loader=PackageLoader("templates", ""),
            undefined=StrictUndefined,
            auto_reload=False,
            autoescape=is_html,  # noqa: S701 -- the other one makes plain text
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        for is_html in (False, True)
    )
    text.filters["quote"] = _quote_text
    page.filters["quote"] = _quote_html
    page.filters["lines"] = _lines
    text.filters["lines"] = str
    text.filters["bounded"] = _bounded
    text.filters["indented"] = _indented
    for environment in (text, page):
        environment.filters["groups"] = _groups
        environment.filters["excerpt"] = _excerpt
        environment.filters["answered"] = _answered
        environment.filters["short"] = _short
        environment.filters["several"] = _several
        environment.filters["told"] = told
        environment.filters["spoken"] = spoken
        environment.filters["judged"] = judged
        environment.filters["belief"] = belief
        environment.globals["moment"] = datetime.fromisoformat
    return text, page


def _groups(items: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """A digest's items by their heading, in the order in which they come."""
    found: dict[str, list[Any]] = {}
    for one in items:
        found.setdefault(one.item.group, []).append(one)
    return list(found.items())


def _clock(
    timezone: ZoneInfo, names: Mapping[str, Any], form: str = "moment"
) -> Callable[[datetime | None], str]:
    """Local time as people write it: '2026-11-24（周二）17:30', 'Tue 24 Nov 2026, 17:30'; '' for none."""

    def when(at: datetime | None) -> str:
        if at is None:
            return ""
        local = at.astimezone(timezone)
        return str(
            names[form].format(
                at=local, weekday=names["weekdays"][local.weekday()], month=names["months"][local.month - 1]
            )
        )

    return when


def _bounded(value: str) -> str:
    text = str(value).strip()
    return text if len(text) <= QUOTE_CHARS_MAX else text[:QUOTE_CHARS_MAX] + " …"


def _answered(record: Iterable[Section]) -> list[Entry]:
    """What the department has said, of the whole record form."""
    handling = (entry for section in record if section.key == "handling" for entry in section.entries)
    return [entry for entry in handling if entry.value and entry.key in (*MEASURES, "account", "reported")]


def _excerpt(value: str) -> str:
    """The beginning of somebody's words."""
    text = value.strip()
    return text if len(text) <= EXCERPT_CHARS else text[:EXCERPT_CHARS].rstrip() + " …"


def _indented(value: str) -> str:
    """Further lines of a value stand under its first."""
    return value.replace("\n", "\n    ")


def _short(value: str) -> str:
    """The beginning of somebody's words as one line."""
    text = " ".join(_bounded(value).split())
    return text if len(text) <= SHORT_CHARS else text[:SHORT_CHARS].rstrip() + " …"


def _several(names: Iterable[str], words: Mapping[str, Any]) -> str:
    """Names in a row, each at a bearable length; of very many the first, and how many there are."""
    found = [name if len(name) <= NAME_CHARS else name[:NAME_CHARS].rstrip() + "…" for name in names]
    said = words["labels"]
    shown = str(said["comma"]).join(found[:NAMES_MAX])
    return shown if len(found) <= NAMES_MAX else str(said["and_more"]).format(names=shown, count=len(found))


def _quote_text(value: str) -> str:
    """Somebody's words, each line behind a bar."""
    return "\n".join(f"  | {line}" for line in _bounded(value).split("\n"))


def _lines(value: str) -> Markup:
    """Somebody's words with their line ends."""
    return Markup("<br>").join(escape(line) for line in _bounded(value).split("\n"))


def _quote_html(value: str) -> Markup:
    """Somebody's words in a box of their own."""
    style = (
        "margin:8px 0 16px;padding:10px 14px;border-left:3px solid #9db2c9;background:#f4f7fa;"
        "color:#27323d;word-break:break-word"
    )
    return Markup('<div class="soft" style="{}">{}</div>').format(style, _lines(value))
