"""What is measured: every compiled regular expression of the packages, and every reader of mail.

Promises: patterns are found by import, so none is forgotten; the readers stand in one list.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from types import ModuleType

from classify import (
    answer,
    clause,
    due,
    form,
    grievance,
    learned,
    particulars,
    questionnaire,
    sign,
    signature,
    similarity,
    simplified,
    token,
    verb,
    words,
)
from classify.people import Person
from ingest import (
    addresses,
    authentication,
    automatic,
    body,
    bounce,
    bounce_text,
    charset,
    contents,
    dates,
    delivery_status,
    flowed,
    forward,
    headers,
    html,
    quote,
    quoted_date,
    smime,
    structure,
    subject,
    tnef,
    transfer,
)
from ingest import words as encoded_words
from ingest.mail import Mail
from ingest.parse import parse
from ombud import config, wiring
from ombud.explain import Setting, record

PACKAGES = ("ingest", "classify", "process", "notify", "store", "ombud")
MAX_DEPTH = 4
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HEADER = "From: a@corp.example\nTo: desk@corp.example\nSubject: s\n"


@dataclass(frozen=True, slots=True)
class Named:
    """A regular expression and where it stands."""

    name: str
    pattern: re.Pattern[str] | re.Pattern[bytes]
    is_anchored: bool = False
    """Whether its module uses it by `match` and `fullmatch` only."""


def patterns() -> list[Named]:
    """Every pattern that a module holds, itself or inside a tuple, dict or dataclass, each once."""
    found: dict[tuple[str | bytes, int], Named] = {}
    for module in _modules():
        for name, value in vars(module).items():
            for path, pattern in _inside(value, f"{module.__name__}.{name}", 0):
                is_anchored = value is pattern and _is_anchored(name, module)
                found.setdefault((pattern.pattern, pattern.flags), Named(path, pattern, is_anchored))
    for path, pattern in _inside(clause.patterns(words.load().answer), "classify.clause.patterns()", 0):
        found.setdefault((pattern.pattern, pattern.flags), Named(path, pattern))
    return list(found.values())


def _is_anchored(name: str, module: ModuleType) -> bool:
    """Whether every use of the name in the module's source, but for its definition, is a match at the beginning."""
    uses = re.findall(rf"\b{name}\b(\.\w+)?", inspect.getsource(module))
    return uses.count("") == 1 and set(uses) - {""} <= {".match", ".fullmatch"}


def explain() -> Callable[[bytes], object]:
    """What is made of a whole message, as `ombud explain` does it."""
    settings = config.sample()
    setting = Setting(
        settings=settings,
        organisation=config.organisation(settings),
        words=wiring.word_lists(settings),
        form=questionnaire.load(settings.survey.form),
        now=NOW,
    )
    return lambda raw: record("hostile", raw, setting)


def _modules() -> Iterator[ModuleType]:
    for package in map(importlib.import_module, PACKAGES):
        for entry in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not entry.name.endswith("__main__") and ".migrations" not in entry.name:
                yield importlib.import_module(entry.name)


def _inside(value: object, path: str, depth: int) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        yield path, value
    elif depth < MAX_DEPTH:
        for name, inner in _members(value):
            yield from _inside(inner, f"{path}[{name}]", depth + 1)


def _members(value: object) -> list[tuple[object, object]]:
    if isinstance(value, dict):
        return [*value.items(), *((f"key {key!r}"[:30], key) for key in value)]
    if isinstance(value, tuple | list | frozenset | set):
        return list(enumerate(value))
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    return []


def _mail(text: str) -> Mail:
    """A mail with this text, subject and display name."""
    line = text.replace("\n", " ")
    raw = f"From: {line} <a@corp.example>\nSubject: {line}\n\n{text}"
    return parse(raw.encode("utf-8", "replace"))


Readers = dict[str, Callable[[str], object]]


def readers() -> Readers:
    """Every function that meets mail, by name; each takes one text."""
    return {**_of_bytes(), **_of_text(), **_of_origin(), **_of_meaning()}


def _of_bytes() -> Readers:
    return {
        "parse.parse": lambda text: parse(text.encode("utf-8", "replace")),
        "parse.parse (body)": lambda text: parse(f"{HEADER}\n{text}".encode("utf-8", "replace")),
        "parse.parse (header)": lambda text: parse(f"{HEADER}X: {text}".encode("utf-8", "replace")),
        "headers.parameterised": headers.parameterised,
        "contents.read": lambda text: contents.read(_part(text)),
        "charset.decode": lambda text: charset.decode(text.encode("gb18030", "replace")),
        "charset.decode (Big5)": lambda text: charset.decode(text.encode("utf-8", "replace")[1:], "big5"),
        "words.decode": encoded_words.decode,
        "words.protect": encoded_words.protect,
        "addresses.read": lambda text: addresses.read((text,)),
        "addresses.recipients": lambda text: addresses.recipients((text,)),
        "addresses.message_ids": addresses.message_ids,
        "dates.read": dates.read,
        "transfer.decode": lambda text: transfer.decode(text.encode("utf-8", "replace"), "base64"),
        "transfer.decode (uu)": lambda text: transfer.decode(text.encode("utf-8", "replace"), "x-uue"),
        "flowed.unfolded": lambda text: flowed.unfolded(text, delete_space=True),
        "html.text": html.text,
        "html.text (in a table)": lambda text: html.text(f"<table><tr><td style='{text}'>{text}"),
        "tnef.read": lambda text: tnef.read(TNEF_HEAD + text.encode("utf-8", "replace")),
        "smime.signed_content": lambda text: smime.signed_content(
            SIGNED_HEAD + text.encode("utf-8", "replace")
        ),
    }


def _of_text() -> Readers:
    return {
        "body.own_text": body.own_text,
        "body.language": body.language,
        "quote.starts_at": _quote_starts,
        "forward.forwarded": lambda text: forward.forwarded(quote.scan(text)),
        "quoted_date.read": lambda text: quoted_date.read(text, UTC),
        "subject.base": subject.base,
    }


def _of_origin() -> Readers:
    return {
        "bounce.read": lambda text: bounce.read(_report(text)),
        "bounce_text.failures": lambda text: bounce_text.failures(_mail(text)),
        "delivery_status.recipients": delivery_status.recipients,
        "automatic.reason": lambda text: automatic.reason(_mail(text)),
        "automatic.bulk": lambda text: automatic.bulk(_mail(text)),
        "authentication.verdict": lambda text: authentication.verdict(_judged(text), "mx.corp.example"),
    }


def _of_meaning() -> Readers:
    lists, organisation = words.load(), config.organisation(config.sample())
    person = next(iter(organisation.people), None) or Person(
        key="zhang", name="张三", addresses=("zhang@corp.example",)
    )
    return {
        "grievance.judge": lambda text: grievance.judge(text[: len(text) // 2], text, lists),
        "answer.meaning": lambda text: answer.meaning(text, lists),
        "answer.rating": answer.rating,
        "verb.read": verb.read,
        "form.read": form.read,
        "due.due": lambda text: due.due(text, NOW, UTC),
        "due.days": due.days,
        "particulars.read": lambda text: particulars.read(text, text, organisation, lists),
        "particulars.category": lambda text: particulars.category(text, lists),
        "sign.counted": sign.counted,
        "learned.features": lambda text: learned.features(text, text),
        "simplified.simplified": simplified.simplified,
        "signature.without_signature": lambda text: signature.without_signature(text, person),
        "similarity.similarity": lambda text: similarity.similarity(text, text[1:] + "好"),
        "token.seals_in_subject": token.seals_in_subject,
        "token.seals_in_message_ids": lambda text: token.seals_in_message_ids((text,), "corp.example"),
        "token.seals_in_addresses": lambda text: token.seals_in_addresses((text,), "desk@corp.example"),
        "token.numbers_in": token.numbers_in,
    }


TNEF_HEAD = bytes.fromhex("789f3e220100")
SIGNED_HEAD = bytes.fromhex("308006092a864886f70d010702a08006092a864886f70d010701a080")


def _part(text: str) -> structure.Part:
    head = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"
    return structure.read(f"{head}{text}\n--b\n\n{text}".encode("utf-8", "replace"))[0]


def _quote_starts(text: str) -> int | None:
    lines = text.split("\n")
    # Line by line until one holds; `body.own_text` asks only of the lines that may begin a quotation.
    return next((at for at in range(min(len(lines), 5_000)) if quote.starts_at(lines, at)), None)


def _report(text: str) -> Mail:
    """A delivery report that says this, as text and as its machine part."""
    head = "From: MAILER-DAEMON@corp.example\nReturn-Path: <>\nContent-Type: multipart/report; boundary=b\n\n--b\n\n"
    rest = f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\n{text}\n--b--\n"
    return parse(f"{head}{text}\n{rest}".encode("utf-8", "replace"))


def _judged(text: str) -> Mail:
    line = text.replace("\n", " ")
    return parse(f"Authentication-Results: mx.corp.example; {line}\n{HEADER}\nx".encode("utf-8", "replace"))
