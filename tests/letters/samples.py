"""A sample of every mail in both languages: named, composed and ready to be looked at or examined."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from importlib.resources import files

from classify.bilingual import listed
from classify.facts import Grade, Trust, Verb
from classify.people import Person, Role
from classify.token import Sealer
from ingest.mail import Mail
from ingest.parse import parse
from notify.compose import Letterhead, compose
from notify.render import words
from ombud.digest import MAIL_CHOICES
from process import complaint
from process.case import Case
from process.outgoing import Choice, Item, Notice, Quoted
from process.reminding import bundle
from process.roles import owners
from tests.company import SHANGHAI
from tests.letters import others
from tests.letters.casts import CASTS
from tests.letters.life import MONDAY, Life, by_telephone, handled, late, not_valid
from tests.letters.wording import ORDINARY, Wording, hostile, long

ORGANISATIONS = {"zh": "示例金融科技公司 运维及IT服务部", "en": "Example Finance IT Services"}
DESKS = {"zh": "IT服务台", "en": "IT Service Desk"}
STYLES = {"plain": lambda wording: wording, "long": long, "hostile": hostile}
NO_MAIL = frozenset({"dossier"})
"""Folders of templates that make pages, not mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One mail."""

    name: str
    """'zh/plain/task_accept-1'."""
    template: str
    matter: str
    address: str
    """Of whom it is for."""
    content: bytes
    mail: Mail
    """The same, read back."""
    message: EmailMessage
    """The same, as Python's library reads it."""
    choices: int | None = None
    """How many ready-made answers it offers; None where it was taken from an outbox."""


def read(content: bytes) -> EmailMessage:
    """A message as Python's library reads it."""
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def letterhead(language: str) -> Letterhead:
    return Letterhead(
        organisation=ORGANISATIONS[language],
        desk_name=DESKS[language],
        desk_address="it-desk@corp.example",
        domain="corp.example",
        timezone=SHANGHAI,
        sealer=Sealer(keys=("k" * 32,), max_age_days=400),
        default_language=language,
    )


def templates(language: str) -> frozenset[str]:
    """Every mail that there are templates for."""
    folders = (files("templates") / language).iterdir()
    return frozenset(folder.name for folder in folders if folder.is_dir()) - NO_MAIL


@cache
def samples(language: str, style: str) -> tuple[Sample, ...]:
    """All mails of a language in one style: 'plain', 'long' or 'hostile'."""
    said, counts, found = STYLES[style](ORDINARY[language]), dict[str, int](), []
    for notice in _unlike(_notices(said)):
        template = notice.template
        counts[template] = counts.get(template, 0) + 1
        # What is told to somebody is told after it happened.
        now = notice.trail[-1].at if notice.trail else MONDAY
        letter = compose(replace(notice, language=language), letterhead(language), now)
        found.append(
            Sample(
                name=f"{language}/{style}/{template}-{counts[template]}",
                template=template,
                matter=notice.matter,
                address=notice.to.address,
                content=letter.content,
                mail=parse(letter.content),
                message=read(letter.content),
                choices=len(notice.choices) + sum(len(item.choices) for item in notice.items),
            )
        )
    return (*found, *_sent_by_others(language, style))


def _sent_by_others(language: str, style: str) -> Iterator[Sample]:
    """Mails of call-backs, surveys and reports."""
    counts: dict[str, int] = {}
    for sent in others.played(replace(letterhead(language), default_language=language), style):
        counts[sent.template] = counts.get(sent.template, 0) + 1
        yield Sample(
            name=f"{language}/{style}/{sent.template}-{counts[sent.template]}",
            template=sent.template,
            matter=sent.matter,
            address=sent.recipients[0],
            content=sent.content,
            mail=parse(sent.content),
            message=read(sent.content),
        )


def _unlike(notices: Iterable[Notice]) -> Iterator[Notice]:
    """Without those that say the same to the same person in the same state."""
    seen: set[object] = set()
    for notice in notices:
        named = (notice.facts.get(name) for name in ("what", "rung", "problem", "reason"))
        state = notice.case.state if notice.case else None
        kind = (notice.template, *named, *notice.facts, notice.to.key, notice.template == "reminder" or state)
        if kind not in seen:
            seen.add(kind)
            yield notice


def _notices(said: Wording) -> Iterator[Notice]:
    first = handled(said)
    lives = (first, not_valid(said, first.case), late(said), by_telephone(said))
    for life in lives:
        yield from life.notices
    yield from _bundles(lives[2])
    yield from _news(first, said)
    yield from _status(first)
    yield from _refusals(first)
    yield from _about_mails(said)
    yield _digest(said, tuple(_open_ones(lives)))


def _bundles(life: Life) -> Iterator[Notice]:
    """Every reminder that the desk got, as if all had come at one moment."""
    desk = life.cast.of(Role.SERVICE_DESK)
    reminders = [n for n in life.notices if n.template == "reminder" and n.to.key == desk.key]
    yield from bundle(reminders[:5])


def _news(life: Life, said: Wording) -> Iterator[Notice]:
    told = {n.facts["what"] for n in life.notices if n.template == "news"}
    for what in sorted(words(said.language)["news"].keys() - told):
        to = life.cast.of(Role.SERVICE_DESK)
        yield _on(life, "news", to, what=what, text=said.note)


def _status(life: Life) -> Iterator[Notice]:
    for to in (life.cast.user, life.cast.of(Role.SERVICE_DESK)):
        yield replace(_on(life, "status", to), is_reply=True)


def _refusals(life: Life) -> Iterator[Notice]:
    names = listed(department.name for department in life.cast.organisation.departments)
    owner = life.cast.of(Role.IT_SERVICE_MANAGER).name
    details = {"wrong_state": "verifying", "unknown_department": names, "not_your_role": owner}
    for problem in words(life.wording.language)["problems"]:
        to = life.cast.manager
        yield replace(
            _on(life, "not_understood", to, problem=problem, detail=details.get(problem, "")), is_reply=True
        )


def _on(life: Life, template: str, to: Person, **facts: str) -> Notice:
    return Notice(
        template=template,
        to=to,
        matter=life.case.number,
        case=life.case,
        trail=life.trail,
        facts=facts,
        choices=complaint.choices(life.case, to, life.cast.organisation),
        waits_for=tuple(person.name for person in owners(life.case, life.cast.organisation)),
    )


def _about_mails(said: Wording) -> Iterator[Notice]:
    cast = CASTS[said.language]
    to = cast.of(Role.SERVICE_DESK)
    asked = (Choice(verb=Verb.COMPLAINT), Choice(verb=Verb.NO_COMPLAINT))
    mail = quoted(said, 42)
    yield Notice(
        template="ask_complaint",
        to=to,
        matter="M-42",
        quoted=mail,
        choices=asked,
        facts={"evidence": said.grounds},
    )
    for what in words(said.language)["alerts"]:
        yield _alert(what, said, to, mail)


ALERTED = {
    "set_aside": (Choice(verb=Verb.RELEASE), Choice(verb=Verb.DISCARD)),
    "survey_not_theirs": (Choice(verb=Verb.COMPLAINT),),
}
"""What may be answered on an alert."""
OF_A_LETTER = ("bounced", "delivery_failed")


def _alert(what: str, said: Wording, to: Person, mail: Quoted) -> Notice:
    facts = {"what": what, "detail": said.detail if what in OF_A_LETTER else said.note}
    if what == "delivery_failed":
        facts["recipient"] = CASTS[said.language].user.address
    matter = {"circuit_open": "", "delivery_failed": "C-2026-00017"}.get(what, "M-42")
    quoted = mail if matter == "M-42" else None
    choices = ALERTED.get(what, ())
    return Notice(template="alert", to=to, matter=matter, quoted=quoted, facts=facts, choices=choices)


def quoted(said: Wording, number: int) -> Quoted:
    """A mail as it is shown to the desk."""
    cast = CASTS[said.language]
    return Quoted(
        number=f"M-{number}",
        sender=f"{cast.user.name} <{cast.user.address}>",
        subject=said.subject,
        text=said.complaint,
        received_at=MONDAY,
        trust=Trust(grade=Grade.KNOWN, reasons=(said.note,)),
    )


def _open_ones(lives: Iterable[Life]) -> Iterator[Case]:
    """A complaint in each open state, as it stood."""
    stood = {n.case.state: n.case for life in lives for n in life.notices if n.case and not n.case.is_closed}
    for count, case in enumerate(stood.values(), 21):
        yield replace(case, number=f"C-2026-{count:05}")


def _digest(said: Wording, cases: tuple[Case, ...]) -> Notice:
    cast = CASTS[said.language]
    desk = cast.of(Role.SERVICE_DESK)
    listed = [
        Item(
            matter=case.number,
            case=case,
            group="overdue" if count < 3 else case.state.value,
            waits_for=tuple(person.name for person in owners(case, cast.organisation)),
            choices=complaint.choices(case, desk, cast.organisation),
        )
        for count, case in enumerate(cases)
    ]
    for group, offered in MAIL_CHOICES.items():
        listed += [
            Item(
                matter=f"M-{number}",
                group=group,
                quoted=quoted(said, number),
                choices=offered,
            )
            for number in range(50, 53)
        ]
    counts = {
        "new": 4,
        "follow_up": 11,
        "automatic": 3,
        "bounce": 1,
        "other": 5,
        "set_aside": 5,
        "waiting": 1,
    }
    facts = {name: str(count) for name, count in counts.items()}
    facts |= {"since": MONDAY.isoformat(), "received": str(sum(counts.values())), "open": "8", "overdue": "3"}
    facts |= {"unlisted": "12", "anchor": f"{'3f9a' * 16}@2026-11-24", "unknown_years": "2027"}
    return Notice(template="digest", to=desk, matter="", items=tuple(listed), facts=facts)
