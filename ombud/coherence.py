"""What the types of config.toml cannot say: what must be filled in, and what must fit together.

Every check gives all of its faults; none stops at the first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from classify import learned, questionnaire, words
from ombud import roster, secret
from ombud.faults import Fault, did_you_mean, missing, shown, unreadable
from ombud.sections import WEEKDAYS, ObserveSection, SecondSmtp, Server
from ombud.settings import Settings
from store import directory

BUILT_IN_COUNTRY = "CN"
SECRET_HINTS = {
    "password_env": "set it for the service (systemd: EnvironmentFile=), or correct the name",
    "password_file": "write the password into its first line, readable by the service only",
}


def faults(settings: Settings, needs_secrets: bool) -> Iterator[Fault]:
    """All faults of settings whose types are right."""
    yield from _store(settings.store.url)
    yield from _mailboxes(settings)
    yield from _server("smtp", settings.smtp, settings.smtp.user)
    yield from _second_smtp(settings.observe.smtp)
    if needs_secrets:
        yield from _secrets(settings)
    yield from _people(settings)
    yield from _vip(settings)
    yield from _worktime(settings)
    yield from _callbacks(settings)
    yield from _optional(settings)
    if settings.grievance.words_file:
        yield from _own("grievance.words_file", settings.grievance.words_file, WORDS)
    if settings.survey.form:
        yield from _own("survey.form", settings.survey.form, SURVEY_FORM)


def _store(url: str) -> Iterator[Fault]:
    try:
        engine = make_url(url).get_backend_name()
    except ArgumentError:
        engine = ""
    if engine not in ("sqlite", "postgresql"):
        yield Fault(
            path="store.url",
            value=shown(url) if "@" not in url else "(not shown)",
            problem="is no database URL that Ombud knows",
            hint='write "sqlite:///data/ombud.db" or "postgresql+psycopg://user@host/database"',
        )


def _mailboxes(settings: Settings) -> Iterator[Fault]:
    if not settings.mailbox:
        yield missing("mailbox", "add a [[mailbox]] with name, address, host and password_env")
    names = [box.name for box in settings.mailbox]
    for number, box in enumerate(settings.mailbox, start=1):
        path = f"mailbox[{number}]"
        if not box.name:
            yield missing(f"{path}.name", 'give the mailbox a short name, such as "desk"')
        elif names.index(box.name) != number - 1:
            yield Fault(
                path=f"{path}.name",
                value=shown(box.name),
                problem="is the name of another mailbox too",
                hint="give each [[mailbox]] a name of its own",
            )
        if not box.address:
            yield missing(f"{path}.address", "give the address that people write to")
        yield from _server(path, box, box.user or box.address)


def _server(path: str, server: Server, user: str) -> Iterator[Fault]:
    if not server.host:
        yield missing(f"{path}.host", "give the name of the server")
    if server.ca_file:
        yield from _file(f"{path}.ca_file", server.ca_file)
    if server.password_env and server.password_file:
        yield Fault(
            path=f"{path}.password_file",
            value=shown(str(server.password_file)),
            problem="stands beside password_env",
            hint="keep one of the two",
        )
    elif user and not (server.password_env or server.password_file):
        yield missing(f"{path}.password_env", "name the environment variable that holds the password")


def _second_smtp(server: SecondSmtp) -> Iterator[Fault]:
    if not (server.host or server.to):
        return
    yield from _server("observe.smtp", server, server.user)
    if not server.to:
        yield missing("observe.smtp.to", "give the addresses of those who are told of standing faults")


def _secrets(settings: Settings) -> Iterator[Fault]:
    for number, box in enumerate(settings.mailbox, start=1):
        yield from _password(f"mailbox[{number}]", box)
    yield from _password("smtp", settings.smtp)
    yield from _password("observe.smtp", settings.observe.smtp)
    yield from _webhook(settings.observe)
    yield from _token_keys(settings)


def _password(path: str, server: Server) -> Iterator[Fault]:
    name = "password_env" if server.password_env else "password_file"
    try:
        secret.password(server)
    except secret.SecretMissing as trouble:
        yield Fault(
            path=f"{path}.{name}",
            value=shown(str(getattr(server, name)), name),
            problem=str(trouble),
            hint=SECRET_HINTS[name],
        )


def _webhook(section: ObserveSection) -> Iterator[Fault]:
    try:
        secret.webhook_url(section)
    except secret.SecretMissing as trouble:
        name = "webhook_env" if section.webhook_env else "webhook_file"
        hint = "give the robot's address there, as its group chat shows it"
        yield Fault(path=f"observe.{name}", problem=str(trouble), hint=hint)


def _token_keys(settings: Settings) -> Iterator[Fault]:
    section = settings.secrets
    name = "token_keys_env" if section.token_keys_env else "token_keys_file"
    if not (section.token_keys_env or section.token_keys_file):
        if settings.store.url.startswith("postgresql"):
            yield missing("secrets.token_keys_file", "a shared database needs shared keys: name their file")
        return
    try:
        keys = secret.configured_keys(section)
    except secret.SecretMissing as trouble:
        yield Fault(path=f"secrets.{name}", problem=str(trouble), hint="set it, or correct its name")
        return
    if any(len(key) < secret.KEY_CHARS_MIN for key in keys):
        yield Fault(
            path=f"secrets.{name}",
            problem=f"holds a key of fewer than {secret.KEY_CHARS_MIN} characters, which can be guessed",
            hint='make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"',
        )


def _people(settings: Settings) -> Iterator[Fault]:
    listing = directory.read(settings.directory.people, settings.directory.departments)
    yield from map(roster.row_fault, listing.faults)
    yield from roster.role_faults(settings, listing.people)


def _vip(settings: Settings) -> Iterator[Fault]:
    vip = settings.vip
    lines = (("from_zh", vip.from_zh, vip.ranks_zh), ("from_en", vip.from_en, vip.ranks_en))
    for name, last, ranks in lines:
        if ranks and last not in ranks:
            yield Fault(
                path=f"vip.{name}",
                value=shown(last),
                problem=f"is none of the ranks in vip.ranks_{name[-2:]}",
                hint=did_you_mean(last, ranks),
            )
    for number, named in enumerate(vip.named, start=1):
        if not named.address:
            yield missing(f"vip.named[{number}].address", "give the address of the person")
        if named.since and named.until and named.until < named.since:
            yield Fault(
                path=f"vip.named[{number}].until",
                value=named.until.isoformat(),
                problem="lies before since",
                hint="correct one of the two dates",
            )


def _worktime(settings: Settings) -> Iterator[Fault]:
    worktime = settings.worktime
    if not any(getattr(worktime, day) for day in WEEKDAYS):
        yield Fault(
            path="worktime",
            problem="has no office hours on any day",
            hint='give at least one day hours, such as monday = ["09:00-18:00"]',
        )
    country = worktime.holidays
    if country in ("", BUILT_IN_COUNTRY):
        return
    import holidays  # 0.7 s to import, and not needed for the default

    known = holidays.list_supported_countries()
    if country not in known:
        yield Fault(
            path="worktime.holidays",
            value=shown(country),
            problem="is no country whose holidays are known",
            hint='give its ISO 3166 code such as "CN" or "SG"',
        )


def _callbacks(settings: Settings) -> Iterator[Fault]:
    bounds = [tier.up_to for tier in settings.callbacks.tiers]
    finite = [bound for bound in bounds if bound is not None]
    checks = (
        (
            bounds[-1:] == [None] and len(finite) == len(bounds) - 1,
            "do not end with the one tier for all above",
            "let the last tier, and no other, be without up_to, such as { percent = 10 }",
        ),
        (
            finite == sorted(set(finite)),
            "are not in rising order of up_to",
            "give each tier an up_to larger than the one before",
        ),
    )
    for is_right, problem, hint in checks:
        if not is_right:
            yield Fault(path="callbacks.tiers", value=shown(str(bounds)), problem=problem, hint=hint)


def _optional(settings: Settings) -> Iterator[Fault]:
    """What needs an extra, or a file that another command makes."""
    if settings.trust.check_dkim and not (find_spec("dkim") and find_spec("dns")):
        yield Fault(
            path="trust.check_dkim",
            value="true",
            problem="needs the extra dkim, which is not installed",
            hint="install it with pip install 'ombud[dkim]', or set check_dkim = false",
        )
    if settings.grievance.model:
        yield from _own_model(settings.grievance.model)


def _own_model(model: Path) -> Iterator[Fault]:
    hint = "make it anew with `ombud learn`, or leave the key out"
    if model.exists():
        yield from _own("grievance.model", model, Use(learned.load, learned.NoModel, hint))
    else:
        hint = "leave the key out, make the file with `ombud learn`, then name it here"
        yield Fault(path="grievance.model", value=shown(str(model)), problem="does not exist", hint=hint)


@dataclass(frozen=True, slots=True)
class Use:
    """How a file of one's own is used: what reads it, what that raises with all that is wrong, and what to do then."""

    load: Callable[[Path], object]
    unusable: type[Exception]
    hint: str


WORDS = Use(
    words.load,
    words.WordsUnusable,
    "write it like classify/words.toml; docs/deciding.md says what it may hold",
)
SURVEY_FORM = Use(
    questionnaire.load,
    questionnaire.FormUnusable,
    "correct the form; docs/survey.md shows what belongs into it",
)


def _own(path: str, file: Path, use: Use) -> Iterator[Fault]:
    """What keeps a file of one's own from being used."""
    try:
        use.load(file)
    except OSError as trouble:
        yield unreadable(path, file, trouble)
    except use.unusable as trouble:
        yield Fault(path=path, value=shown(str(file)), problem=str(trouble), hint=use.hint)


def _file(path: str, file: Path) -> Iterator[Fault]:
    try:
        with file.open("rb") as opened:
            opened.read(1)
    except OSError as trouble:
        yield unreadable(path, file, trouble)
