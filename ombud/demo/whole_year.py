"""`ombud demo --year`: twelve months of work orders, call-backs, complaints, a survey of two hundred people, monthly
reports, the annual report and the review, on a moved clock in about two minutes.

The service is the real one, with a real database; mail goes through memory instead of servers (`postroom.py`), which the other
demos show. People's dice are seeded; the draws of call-backs take seeds of their own as they always do, so
two years are alike and not the same. Ends with a folder of reports to open. Exit code 0 when every report was published
and everything decided was done.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import structlog
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from classify.people import Person
from notify.render import LANGUAGES, words
from ombud import config, reviewing, survey_plan, wiring
from ombud.demo import crowd, setting, shelf
from ombud.demo.answers import People
from ombud.demo.moved import MovedClock
from ombud.demo.postroom import Delivered, Postroom
from ombud.office import Office
from process.outcome import OutcomeState
from process.period import Period
from process.report import Report
from process.report_view import view
from process.review import Meeting
from store import reports, reviews, surveys
from store.database import reading

SEED = 2026
STOPS = (time(9, 5), time(14))
"""When people and service are looked at, each working day."""
ORDERS = (3, 6)
"""Work orders closed on a working day, at least and at most."""
COMPLAINTS_A_DAY = 0.22
SURVEY_OPENS = (9, 14)
REVIEW_PLANNED, REVIEW_HELD = (1, 11), (1, 15)
"""Of the year after, when the annual report is there."""
ENDS = (1, 29)
GRIEVANCES = (
    "{system}登录一直很慢，报修三天没人处理，我要投诉。",
    "{system}报表数字又不对，服务台态度很差，投诉！",
    "{system}发布后一直报错，没有人回复进度，太不负责任了，我要投诉你们。",
)
CATEGORIES = ("桌面", "网络", "应用", "账号权限")
KEPT = ("survey_report", "review_invitation", "review_minutes_read", "report_correction")
"""Mails that are kept in the folder as pages, the last of each matter."""


def show(folder: Path | None) -> int:
    """Plays the last whole part of a year up to the end of January after it; the exit code."""
    console = Console()
    made = setting.new_folder(console, folder)
    if made is None:
        return setting.EXIT_WRONG
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    year = datetime.now(UTC).year
    clock = MovedClock(datetime(year, 1, 1, tzinfo=UTC))
    # The desk's daily digest would be half of the year's mail; `ombud demo --clock` shows it.
    office = replace(_office(made), clock=clock, digest_at=None)
    play = Play(office, clock, year)
    try:
        for day in track(play.days, description=f"{year} …", console=console):
            play.day(day)
        shelf.fill(office, play.kept_mails, made / "reports", play.periods)
        return _judged(console, office, play, made / "reports", year)
    finally:
        office.engine.dispose()
        structlog.reset_defaults()


def _office(folder: Path) -> Office:
    crowd.write(folder / "people.csv")
    changes: dict[str, dict[str, object]] = {
        "store": {"url": "sqlite:///ombud.db"},
        "directory": {"people": "people.csv", "departments": str(setting.SAMPLE / "departments.csv")},
    }
    text = setting.edited(setting.EXAMPLE.read_text("utf-8"), changes)
    text = text.replace("\nsenders = []", f"\nsenders = {json.dumps([crowd.ITSM])}", 1)
    (folder / "config.toml").write_text(text, "utf-8")
    return wiring.office(config.load(folder / "config.toml", needs_secrets=False))


class Play:
    """The year while it is played."""

    def __init__(self, office: Office, clock: MovedClock, year: int) -> None:
        self.office, self.clock, self.year = office, clock, year
        self.room = Postroom(office=office)
        self.dice = Random(SEED)  # noqa: S311 -- a play, no secrets
        self.people = People(office=office, dice=self.dice)
        self.kept: dict[tuple[str, str], Delivered] = {}
        self._later: list[tuple[datetime, Delivered]] = []
        self._done: set[str] = set()
        self._users = [p for p in office.organisation.people if p.department in crowd.DEPARTMENTS]

    @property
    def days(self) -> list[date]:
        """The working days from the first of January to the end of the January after."""
        first, last = date(self.year, 1, 1), date(self.year + 1, *ENDS)
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in every if self.office.rules.calendar.is_workday(day)]

    @property
    def periods(self) -> tuple[Period, ...]:
        """The months of the year, and the year."""
        return (*(Period(year=self.year, month=month) for month in range(1, 13)), Period(year=self.year))

    @property
    def kept_mails(self) -> list[Delivered]:
        """By kind of mail and subject."""
        return [got for _, got in sorted(self.kept.items(), key=lambda item: item[0])]

    def day(self, day: date) -> None:
        """One working day: the morning's export and complaints, then everybody's answers."""
        for stop in STOPS:
            zone = self.office.rules.calendar.timezone
            self.clock.move_to(datetime.combine(day, stop, zone).astimezone(UTC))
            if stop == STOPS[0]:
                self._occasions(day)
            self._until_quiet()

    def _occasions(self, day: date) -> None:
        if day.year == self.year:
            self._export(day)
            if self.dice.random() < COMPLAINTS_A_DAY:
                self._complain()
        if self._has_come(day, date(self.year, *SURVEY_OPENS), "survey"):
            survey_plan.plan(self.office, survey_plan.Wish(opens_at=self.clock()))
        if self._has_come(day, date(self.year + 1, *REVIEW_PLANNED), "review"):
            held = datetime.combine(
                date(self.year + 1, *REVIEW_HELD), time(10), self.office.rules.calendar.timezone
            )
            meeting = Meeting(starts_at=held.astimezone(UTC), hours=2, place="三号会议室")
            reviewing.plan(self.office, self.year, meeting)

    def _has_come(self, day: date, wanted: date, what: str) -> bool:
        if day < wanted or what in self._done:
            return False
        self._done.add(what)
        return True

    def _export(self, day: date) -> None:
        """The ITSM tool's export of the day before."""
        closed = day - timedelta(days=1)
        rows = ["工单号,标题,类别,部门,申请人,邮箱,处理人,创建时间,关闭时间"]
        for place in range(self.dice.randint(*ORDERS)):
            user = self.dice.choice(self._users)
            rows.append(
                f"WO-{closed:%y%m%d}{place:02},报修,{self.dice.choice(CATEGORIES)},{user.department},{user.name},"
                f"{user.address},石岩,{closed} 09:00,{closed} 16:{place:02}"
            )
        tool = self.office.organisation.who(crowd.ITSM)
        message = self.room.message(tool, f"工单导出 {closed}", "附件为昨日关闭的工单。")
        content = "\n".join(rows).encode("gb18030")
        message.add_attachment(content, maintype="text", subtype="csv", filename="orders.csv")
        self.room.post(message)

    def _complain(self) -> None:
        user: Person = self.dice.choice(self._users)
        system = "催收系统" if user.department == crowd.DEPARTMENTS[0] else "个贷系统"
        text = self.dice.choice(GRIEVANCES).format(system=system)
        self.room.write(user, f"{system}问题 {self.dice.randint(100, 999)}", text)

    def _until_quiet(self) -> None:
        """What was put off and is due now is answered; then whatever comes, until nobody says anything."""
        now = self.clock()
        due = [got for at, got in self._later if at <= now]
        self._later = [(at, got) for at, got in self._later if at > now]
        for got in due:
            self._answer(got)
        has_more = True
        while has_more:
            self.room.work()
            said = [self._take(got) for got in self.room.arrivals()]
            has_more = any(said)

    def _take(self, got: Delivered) -> bool:
        """A mail that came: answered at once, at the next stop, or days later."""
        if got.notice in KEPT:
            self.kept[got.notice, got.mail.subject.partition(" [")[0]] = got
        wait = self.people.patience(got)
        if wait:
            self._later.append((self.clock() + wait, got))
            return False
        return self._answer(got)

    def _answer(self, got: Delivered) -> bool:
        reply = self.people.answer(got)
        if reply is None:
            return False
        message = self.room.message(got.to, f"Re: {got.mail.subject}", reply.text, got.mail)
        for file in reply.files:
            kind, _, subkind = file.content_type.partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=subkind, filename=file.filename)
        self.room.post(message)
        return True


def _judged(console: Console, office: Office, play: Play, folder: Path, year: int) -> int:
    """What came of the year, in a table; 0 when all of it ended as it ought to."""
    with reading(office.engine) as conn:
        published = {one.number: one for one in reports.listed(conn) if one.is_published}
        outcomes = reviews.outcomes(conn)
        survey = surveys.get(conn, f"Q-{year}")
    rows = {
        "来信 / mails to the desk": str(play.room.written),
        "发信 / mails of the desk": str(play.room.sent),
        "已发布报告 / reports published": str(len(published)),
        "满意度调查 / survey": survey.state.value if survey else "—",
        "未完成行动 / actions open": str(sum(one.is_open for one in outcomes)),
        **_figures(published.get(f"R-{year}")),
    }
    table = Table(title=f"{year}", show_header=False)
    for name, value in rows.items():
        table.add_row(name, Text(value, justify="right"))
    console.print(table)
    console.print(f"open {folder / 'index.html'}", markup=False)
    is_done = bool(outcomes) and all(
        one.state in (OutcomeState.DONE, OutcomeState.CONFIRMED, OutcomeState.RECORDED) for one in outcomes
    )
    wanted = {period.number for period in play.periods}
    is_whole = wanted <= set(published) and survey is not None and survey.is_over
    return 0 if is_done and is_whole else 1


def _figures(annual: Report | None) -> dict[str, str]:
    """The figures of the annual report, by their names in both languages."""
    zh, en = (words(language)["figures"] for language in LANGUAGES)
    lines = view(annual).lines if annual else ()
    return {f"{zh[line.name]['name']} / {en[line.name]['name']}": line.value for line in lines}
