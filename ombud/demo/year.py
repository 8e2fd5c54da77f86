"""`ombud demo --clock`: a year of complaints left lying, in a minute or two; what the clock does, as it comes.

The service runs in this process on a clock that is moved (`moved.py`), with the real database and the demo's
real IMAP and SMTP servers. Exit code 0 when every complaint ended and nothing was sent twice, else 1.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from ingest.mail import Mail
from ingest.mailbox import Mailbox
from notify.smtp import Smtp
from ombud import config, mailboxes, outlets, wiring
from ombud.config import Settings
from ombud.demo import neglect, setting
from ombud.demo.day import look_back
from ombud.demo.moved import MovedClock, Rounds, stops
from ombud.demo.neglect import Course
from ombud.demo.play import cast
from ombud.demo.servers import Ports
from ombud.demo.show import Teller
from ombud.demo.stage import NOTICE_HEADER, Postbox, Stage
from ombud.office import Office

EVERY = timedelta(hours=2)
"""Between two looks at the clock within office hours."""
DAYS = 365
CLOCK_NOTICES = ("reminder", "reminders", "reminder_user", "digest")
"""Mails that time brings about."""


def show(folder: Path | None, days: int = DAYS) -> int:
    """Plays the days from the first of January on; the exit code."""
    console = Console()
    made = setting.new_folder(console, folder)
    if made is None:
        return setting.EXIT_WRONG
    with setting.served(made) as (settings, ports), _logged_to(made / "ombud.log"):
        start = datetime(datetime.now(UTC).year, 1, 1, tzinfo=settings.organisation.timezone).astimezone(UTC)
        clock = MovedClock(start)
        office = replace(wiring.office(settings), clock=clock)
        with contextlib.closing(_stage(console, settings, ports, clock)) as stage:
            courses = _played(office, settings, stage, start + timedelta(days=days))
            _told(console, stage)
            look_back(console, made, settings, stage)
        office.engine.dispose()
    return _judged(console, stage, courses)


@contextlib.contextmanager
def _logged_to(path: Path) -> Iterator[None]:
    """The service's log in a file, as it would be; here it would hide the mails."""
    with path.open("w", encoding="utf-8") as file:
        structlog.configure(
            logger_factory=structlog.WriteLoggerFactory(file), cache_logger_on_first_use=False
        )
        try:
            yield
        finally:
            structlog.reset_defaults()


def _stage(console: Console, settings: Settings, ports: Ports, clock: MovedClock) -> Stage:
    organisation = config.organisation(settings)
    told = Teller(console, settings.sender.address, clock=clock, timezone=settings.organisation.timezone)
    boxes = {p.address: Postbox(owner=p, ports=ports, told=told) for p in organisation.everybody}
    return Stage(ports=ports, desk=settings.sender.address, told=told, boxes=boxes, clock=clock)


def _played(office: Office, settings: Settings, stage: Stage, until: datetime) -> list[Course]:
    """Every working day, stop by stop; how the complaints went that were written by then."""
    clock, calendar = office.clock, office.rules.calendar
    assert isinstance(clock, MovedClock)
    parts = cast(office.organisation, clock().date())
    courses = [Course(neglected=one) for one in neglect.year(parts, office.organisation)]
    (account,) = mailboxes.accounts(settings)
    with Mailbox.open(account) as box, Smtp(outlets.smtp(settings)) as smtp:
        rounds = Rounds(office=office, box=box, smtp=smtp)
        for at in stops(calendar, clock(), until, EVERY):
            clock.move_to(at)
            _stop(rounds, stage, courses)
    return [course for course in courses if course.message_id]


def _stop(rounds: Rounds, stage: Stage, courses: list[Course]) -> None:
    """What people and the service do at one moment, until nobody has anything to say."""
    calendar, now = rounds.office.rules.calendar, rounds.office.clock()
    has_more = True
    while has_more:
        if rounds.work():
            for box in stage.boxes.values():
                box.look()
        has_more = any(course.go_on(stage, now, calendar) for course in courses)


def _told(console: Console, stage: Stage) -> None:
    """How many mails of each kind the clock brought about."""
    counts = Counter(mail.header(NOTICE_HEADER) for mail in _all_mails(stage))
    table = Table(title="时钟发出的邮件 / mails that time brought about")
    table.add_column("mail")
    table.add_column("count", justify="right")
    for notice in CLOCK_NOTICES:
        table.add_row(notice, str(counts[notice]))
    console.print(table)


def _all_mails(stage: Stage) -> tuple[Mail, ...]:
    return tuple(mail for box in stage.boxes.values() for mail in box.seen)


def _judged(console: Console, stage: Stage, courses: list[Course]) -> int:
    """0 when every complaint ended and nobody got a mail twice; else it is said which."""
    unended = [course.number or course.neglected.subject for course in courses if not course.is_over]
    for number in unended:
        console.print(f"not ended: {number}", style="red", markup=False)
    doubled = [box.owner.name for box in stage.boxes.values() if _has_doubles(box)]
    for name in doubled:
        console.print(f"a mail came twice: {name}", style="red", markup=False)
    return 1 if unended or doubled else 0


def _has_doubles(box: Postbox) -> bool:
    return len({mail.message_id for mail in box.seen}) != len(box.seen)
