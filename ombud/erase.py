"""`ombud erase PERSON`: a person made unrecognisable in all that is stored, for good.

It is tried first and taken back, to say what would be changed; then asked; then done, told in the log, and
the database written anew, so that nothing is left in freed pages. Figures and the chain of the log stay.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import click
from sqlalchemy import Connection, Engine

from classify.people import ADDRESS, Person, address_key
from ingest.parse import parse
from ombud import config
from ombud.pseudonym import Pseudonym
from ombud.settings import Settings
from process.case import Case, Party
from store import complaints, erasure, received, retention
from store.database import hold_log, reading
from store.erasure import Swept

EXIT_FAILED = 1
ELSEWHERE = """\
不在此数据库中的，请另行处理 / not in this database, to be seen to separately:
  - 通讯录 CSV 中的这一行 / their line in the directory's CSV: {listed}
  - 邮箱服务器上的邮件、备份、日志文件 / mails on the mail server, backups, log files
  - 已移出数据库的他人来信 / raw mails of others that were moved out of the database"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for."""

    person: str
    """An address or an employee number."""
    also: tuple[str, ...] = ()
    is_forced: bool = False
    is_agreed: bool = False


def run(engine: Engine, wish: Wish, settings: Settings) -> int:
    """Erases after asking; the exit code."""
    known = _known(engine, wish.person, settings)
    if known is None:
        print(f"nobody is known by {wish.person}; an address can be given as well", file=sys.stderr)
        return EXIT_FAILED
    person, words = known
    pseudonym = Pseudonym(person=person, also=(*wish.also, *words))
    plan = _swept(engine, pseudonym, is_kept=False)
    if not plan.rows:
        print("没有与其有关的记录 / nothing is stored about this person")
        # An erasure before this one may have found the database in use.
        return 0 if erasure.compact(engine) else EXIT_FAILED
    _print(person, plan)
    if (plan.open_numbers or plan.waiting) and not wish.is_forced:
        print("有未关闭的投诉或待处理的邮件：先办结，或用 --force", file=sys.stderr)
        print("open complaints or waiting mails: finish them first, or use --force", file=sys.stderr)
        return EXIT_FAILED
    if not (
        wish.is_agreed or click.confirm("不可恢复，确定吗 / this cannot be undone; go on", default=False)
    ):
        return EXIT_FAILED
    # First, for afterwards nobody knows any more whose they were.
    _remove_moved(engine, person, plan, settings)
    done = _swept(engine, pseudonym, is_kept=True)
    is_compact = erasure.compact(engine)
    _print_done(pseudonym, done, is_compact)
    print(ELSEWHERE.format(listed="有 / yes" if person.is_in_directory else "无 / no"))
    return 0 if is_compact else EXIT_FAILED


def _swept(engine: Engine, pseudonym: Pseudonym, *, is_kept: bool) -> Swept:
    """One sweep; taken back unless it is to be kept."""
    with engine.connect() as conn:
        erasure.forget_pages(conn)
        with conn.begin() as transaction:
            hold_log(conn)
            swept = erasure.sweep(conn, pseudonym, datetime.now(UTC))
            if not is_kept:
                transaction.rollback()
    return swept


def _remove_moved(engine: Engine, person: Person, plan: Swept, settings: Settings) -> None:
    """Raw mails from them, or of complaints that name them, that were moved out of the database are removed where they lie now."""
    with reading(engine) as conn:
        paths = retention.moved(conn, person.addresses, plan.numbers)
    for path in paths:
        (settings.retention.folder / path).unlink(missing_ok=True)
    if paths:
        print(f"已移出的原文 / raw mails removed from {settings.retention.folder}: {len(paths)}")


def _known(engine: Engine, said: str, settings: Settings) -> tuple[Person, tuple[str, ...]] | None:
    """The person with all their addresses, and further words that records and mails name them by."""
    organisation = config.organisation(settings)
    word = said.strip()
    listed = next((p for p in organisation.everybody if word in (p.employee_number, p.key)), None)
    person = listed or (organisation.who(word) if ADDRESS.fullmatch(word) else None)
    with reading(engine) as conn:
        parties = tuple(_parties(conn, word, person))
        if person is None and not parties:
            return None
        person = _joined(person or parties[-1].person, parties)
        # The directory may have changed since a record was written: what it said then counts too.
        written = (word for p in parties for word in (p.name, p.phone, p.employee_number))
        words = dict.fromkeys(word for word in (*written, *_shown_names(conn, person)) if word)
    return person, tuple(words)


def _parties(conn: Connection, word: str, person: Person | None) -> list[Party]:
    """How records name the person; addresses, phone and name may be older than the directory's."""
    keys = {word, address_key(word), *((person.key, *map(address_key, person.addresses)) if person else ())}
    return [
        party
        for case in complaints.each(conn)
        for party in _of(case)
        if keys & {party.key, party.employee_number} - {""}
    ]


def _shown_names(conn: Connection, person: Person) -> tuple[str, ...]:
    """Display names that the person's mail programs wrote."""
    rows = (row.id for row in received.each(conn) if person.has_address(row.sender))
    mails = (received.get(conn, mail_id) for mail_id in rows)
    names = (parse(mail.content).sender.name.strip() for mail in mails if mail is not None)
    return tuple(dict.fromkeys(name for name in names if name))


def _of(case: Case) -> tuple[Party, ...]:
    return (case.complainant, case.on_behalf_of, case.recorder)


def _joined(person: Person, parties: tuple[Party, ...]) -> Person:
    addresses = dict.fromkeys((*person.addresses, *(p.address for p in parties if p.address)))
    latest = parties[-1] if parties else Party()
    is_named = person.name and person.name not in addresses
    return Person(
        key=person.key,
        name=person.name if is_named else latest.name,
        addresses=tuple(addresses),
        title=person.title or latest.title,
        department=person.department or latest.department,
        phone=person.phone or latest.phone,
        employee_number=person.employee_number or latest.employee_number,
        is_in_directory=person.is_in_directory,
    )


def _print(person: Person, plan: Swept) -> None:
    print(f"{person.name} <{person.address}> {person.employee_number}".strip())
    for table, count in plan.rows:
        print(f"  {table}: {count}")
    print(f"  投诉 / complaints: {', '.join(plan.numbers) or '-'}")
    if plan.open_numbers:
        print(f"  未关闭 / open: {', '.join(plan.open_numbers)}")
    if plan.waiting:
        print(f"  待处理的邮件 / waiting mails: {plan.waiting}")


def _print_done(pseudonym: Pseudonym, done: Swept, is_compact: bool) -> None:
    print(f"已删除 / erased: {pseudonym.pseudonym}, {sum(count for _, count in done.rows)} 行 / rows")
    if not is_compact:
        print(
            "the database is in use: stop the service and run the command again, so that freed pages are gone"
        )
