"""The command line. Exit codes: 0 done, 1 something failed (said on stderr), 2 wrong use or configuration, 3 another
service works on this SQLite file."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ombud import (
    callback_commands,
    database_commands,
    evidence_commands,
    launch,
    report_commands,
    review_commands,
    status_command,
    survey_commands,
)

if TYPE_CHECKING:
    pass

OUTPUT = click.Path(path_type=Path, dir_okay=False)
OWNER_ONLY = 0o077
"""The umask: whatever a command writes names people, so nobody but its owner may read it."""

NEWEST = click.option(
    "--newest",
    type=click.IntRange(min=0),
    help="Only so many of the newest; 0 for all. Default: 100 in a table, all as JSON.",
)

# Imports stand inside of the commands: `ombud --help` and `show` start without a mail parser.


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=Path("config.toml"),
    envvar="OMBUD_CONFIG",
    show_default=True,
    help="The configuration file.",
)
@click.version_option(package_name="ombud")
@click.pass_context
def main(context: click.Context, path: Path) -> None:
    """Ombud handles complaints by mail: users simply write, everybody answers by reply."""
    context.obj = path
    context.call_on_close(partial(os.umask, os.umask(OWNER_ONLY)))


@main.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Read the mailbox and do the work until stopped (SIGTERM ends after the mails in hand, within 30 s)."""
    import signal

    with launch.growing():
        from ombud import service
        from ombud.crew import Signals

        settings = launch.settings(context.obj, needs_secrets=True)
    signals = Signals()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: launch.stop(signals))
    with launch.working_alone(settings) as room:
        service.run(settings, room, signals)


@main.command()
@click.pass_context
def once(context: click.Context) -> None:
    """Work off all that is there, then exit (for cron)."""
    from ombud import mailboxes, outlets, pipeline, wiring

    settings = launch.settings(context.obj, needs_secrets=True)
    with launch.working_alone(settings) as room:
        office = wiring.furnished(settings, room)
        is_well = pipeline.once(office, mailboxes.accounts(settings), outlets.smtp(settings))
    if not is_well:
        click.echo("not everything could be read or sent; see the log above", err=True)
        sys.exit(launch.EXIT_FAILED)


@main.command("check-config")
@click.pass_context
def check_config(context: click.Context) -> None:
    """Check the configuration, and try mailbox, SMTP server and database: one line each."""
    from ombud import check

    settings = launch.settings(context.obj, needs_secrets=True)
    is_well = True
    for result in check.run(settings):
        click.echo(f"{'ok  ' if result.is_ok else 'FAIL'}  {result.what}: {result.detail}")
        is_well = is_well and result.is_ok
    sys.exit(0 if is_well else launch.EXIT_FAILED)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option(
    "--awaiting",
    type=click.Choice(["confirmation", "survey", "callback"]),
    help="Read as the answer to this.",
)
@click.argument("paths", nargs=-1, required=True)
@click.pass_context
def explain(context: click.Context, as_json: bool, awaiting: str | None, paths: tuple[str, ...]) -> None:
    """Say what Ombud makes of messages (files, folders, mbox, -), without touching the store."""
    from ombud import explain as explaining

    sys.exit(explaining.run(paths, awaiting=awaiting, as_json=as_json, config_path=context.obj))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not closed.")
@NEWEST
@click.pass_context
def complaints(context: click.Context, as_json: bool, only_open: bool, newest: int | None) -> None:
    """List the complaints."""
    from ombud import show

    wanted = show.Listed(
        "投诉 / complaints", ("number", "step", "subject", "complainant", "escalations", "due")
    )
    with launch.reading(launch.settings(context.obj)) as conn:
        count = show.newest(newest, as_json=as_json)
        wanted.print(show.all_complaints(conn, only_open=only_open, newest=count), count, as_json=as_json)


@main.command("show")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@click.option("--form", "as_form", is_flag=True, help="The record form (投诉记录单) alone.")
@click.option("--xlsx", type=OUTPUT, help="The record form into a spreadsheet.")
@click.option("--pdf", type=OUTPUT, help="The record form into a PDF (extra 'pdf').")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Of the form. Default: the configured one.")
@click.argument("number")
@click.pass_context
def show_complaint(
    context: click.Context, /, as_json: bool, number: str, lang: str | None, **form: Any
) -> None:
    """Show one complaint: record form, trail, mails in and out."""
    from ombud import form_out, show
    from store import complaints as stored

    settings = launch.settings(context.obj)
    with launch.reading(settings) as conn:
        case = stored.get(conn, number)
        if case is None:
            click.echo(f"there is no complaint {number}", err=True)
            sys.exit(launch.EXIT_FAILED)
        record = show.complaint_whole(conn, case)
        wanted = form_out.Wanted(language=lang or settings.organisation.language, **form)
        if wanted.is_any:
            sys.exit(form_out.run(conn, case, wanted, settings.organisation))
    if as_json:
        show.print_json([record])
    else:
        show.print_complaint(record)


@main.command("blank-form")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Default: the configured one.")
@click.argument("file", type=OUTPUT)
@click.pass_context
def blank_form(context: click.Context, lang: str | None, file: Path) -> None:
    """Write the form (XLSX) with which an engineer records a telephone complaint."""
    from ombud import form_out

    house = launch.settings(context.obj).organisation
    sys.exit(form_out.blank(file, lang or house.language, house))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@NEWEST
@click.pass_context
def mails(context: click.Context, as_json: bool, newest: int | None) -> None:
    """List every mail seen, with its state, rule and reason."""
    from ombud import show
    from store import received

    wanted = show.Listed("来信 / mails", ("id", "kind", "matter", "sender", "subject", "evidence"))
    with launch.reading(launch.settings(context.obj)) as conn:
        count = show.newest(newest, as_json=as_json)
        wanted.print(map(show.mail_line, received.each(conn, count)), count, as_json=as_json)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@NEWEST
@click.pass_context
def outbox(context: click.Context, as_json: bool, newest: int | None) -> None:
    """List the mails that go out, with their tries."""
    from ombud import show
    from store import outbox as stored

    columns = ("id", "state", "tries", "template", "matter", "recipients", "last_error")
    with launch.reading(launch.settings(context.obj)) as conn:
        count = show.newest(newest, as_json=as_json)
        records = map(show.outbox_line, stored.each(conn, count))
        show.Listed("去信 / outbox", columns).print(records, count, as_json=as_json)


@main.command()
@click.argument("mail", type=int)
@click.pass_context
def release(context: click.Context, mail: int) -> None:
    """Have a mail that was set aside handled again."""
    _decide(context, mail, "release")


@main.command()
@click.argument("mail", type=int)
@click.pass_context
def discard(context: click.Context, mail: int) -> None:
    """Leave a mail that was set aside as it is, for good; its bytes are kept."""
    _decide(context, mail, "discard")


def _decide(context: click.Context, mail: int, what: str) -> None:
    from datetime import UTC, datetime

    from store import inbox

    try:
        with launch.database(launch.settings(context.obj)).begin() as conn:
            if what == "release":
                inbox.release(conn, mail, datetime.now(UTC))
            else:
                inbox.discard(conn, mail, datetime.now(UTC))
    except LookupError:
        click.echo(f"mail {mail} is not set aside", err=True)
        sys.exit(launch.EXIT_FAILED)
    click.echo(f"mail {mail}: {what}d")


@main.command()
@click.option(
    "--labelled",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A JSONL file of labelled texts (subject, text, label: complaint or ordinary); may be repeated.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Where to; default: the data folder.")
@click.pass_context
def learn(context: click.Context, labelled: tuple[Path, ...], output: Path | None) -> None:
    """Learn from the desk's answers to "is this a complaint?" (needs the extra ml)."""
    from ombud import learn as learning

    sys.exit(learning.run(launch.settings(context.obj), labelled, output))


@main.command()
@click.option(
    "--stay", is_flag=True, help="Keep servers and service up, and say how to connect a mail program."
)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to put the demo's files; must not exist yet."
)
@click.option(
    "--clock", is_flag=True, help="A year of complaints left lying instead, on a clock that is moved."
)
@click.option("--days", default=365, show_default=True, help="With --clock: how many days from 1 January on.")
@click.option("--year", is_flag=True, help="A year of reports, survey and review instead, in two minutes.")
def demo(stay: bool, folder: Path | None, clock: bool, days: int, year: bool) -> None:
    """Play one day of mail on servers of its own, with nothing configured."""
    from ombud.demo import day, whole_year
    from ombud.demo import year as neglected

    if year:
        sys.exit(whole_year.show(folder))
    sys.exit(neglected.show(folder, days) if clock else day.show(folder, stay=stay))


database_commands.add_to(main)
evidence_commands.add_to(main)
report_commands.add_to(main)
callback_commands.add_to(main)
review_commands.add_to(main)
status_command.add_to(main)
survey_commands.add_to(main)

if __name__ == "__main__":
    main()
