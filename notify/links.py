"""Ready-made answers: `mailto:` links that open a reply with its first line filled in.

They work in ordinary mail programs: subject and body percent-encoded, line ends as CRLF (RFC 6068), short
enough for those that cut long links. The subject carries the token, for such a link opens a new mail
that has no In-Reply-To.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from classify import verb
from classify.facts import Verb
from process.outgoing import Choice

LINK_CHARS_MAX = 1_900
"""Outlook and Windows cut links at about 2,000 characters."""
WITHOUT_WORD = (Verb.RATE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One thing that may be answered."""

    label: str
    """On the button."""
    first_line: str
    """What to write by hand instead."""
    href: str
    lines: tuple[str, ...] = ()
    """To be filled in below the first line."""

    @property
    def hint(self) -> str:
        """What the first line means, where it does not say so itself."""
        word = self.first_line.split(" ", 1)[0]
        return "" if self.label.casefold().startswith(word.casefold()) else self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Where the answers to a mail go."""

    address: str
    subject: str
    """With its tag."""
    state: str = ""
    """Of the matter: the same verb may need other words in another state."""


def link(choice: Choice, to: Addressed, words: dict[str, Any], language: str) -> Link:
    """The link for a choice."""
    verb_name = choice.verb.value
    known = words["choices"].get(f"{to.state}_{verb_name}") or words["choices"][verb_name]
    if choice.verb is Verb.RATE:
        label = words["ratings"][choice.argument]
        first = f"{choice.about} {label}".strip()
    elif choice.verb in (Verb.SHEET, Verb.INFORM):
        first, label = "", known["label"]
    else:
        word = known.get("word") or verb.word(choice.verb, language)
        first = f"{word} {choice.argument or known.get('placeholder', '')}".strip()
        label = (
            f"{known['label']} {choice.argument}" if choice.argument else known.get("other", known["label"])
        )
    rows = [f"{row}{known['behind_row']}" for row in choice.rows]
    asked = tuple(f"{words['form'][field]}{words['labels']['colon']}" for field in choice.fields)
    lines = (*(asked or known.get("lines", ())), *rows)
    body = "\r\n".join([*([first] if first else []), *lines])
    href = _mailto(to.address, to.subject, body)
    return Link(label=label, first_line=first or label, href=href, lines=tuple(filter(None, lines)))


def _mailto(address: str, subject: str, body: str) -> str:
    """The link; a subject that is too long gives way, but never its tag at the end."""
    link = f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(body)}"
    while len(link) > LINK_CHARS_MAX and "[" in subject and len(subject.partition("[")[0]) > 1:
        words, bracket, tag = subject.rpartition("[")
        subject = words[: len(words) // 2] + bracket + tag
        link = f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(body)}"
    return link
