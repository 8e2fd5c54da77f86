"""From settings to an `Office`: the one place where the parts are put together."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import structlog
from sqlalchemy import Engine

from classify import learned, words
from classify.people import address_key
from classify.token import Sealer
from classify.words import Words
from ingest import dkim_check
from notify import fault_mail, webhook
from notify.compose import Letterhead
from ombud import config, secret
from ombud.config import Settings
from ombud.office import Office
from ombud.roster import Roster
from ombud.second_path import SecondPath
from ombud.vitals import Vitals
from store import database

log = structlog.get_logger()


def office(settings: Settings) -> Office:
    """Everything that a step works with; the database is migrated. Raises DatabaseUnusable."""
    engine = database.open_database(settings.store.url)
    database.migrate(engine)
    made = assembled(settings, engine, secret.token_keys(settings))
    for year in made.rules.calendar.unknown_years(made.clock()):
        log.warning(config.NO_HOLIDAYS, year=year)
    return made


def assembled(settings: Settings, engine: Engine, keys: tuple[str, ...]) -> Office:
    """An office of these settings on a database that is there, with keys that are known."""
    sealer = Sealer(keys=keys, max_age_days=settings.secrets.token_max_age_days)
    return Office(
        engine=engine,
        directory=Roster(settings),
        rules=config.rules(settings),
        words=word_lists(settings),
        letterhead=_letterhead(settings, sealer),
        sealer=sealer,
        own_addresses=settings.own_addresses,
        authserv_id=settings.trust.authserv_id,
        txt_records=dkim_check.txt_records if settings.trust.check_dkim else None,
        work_order_senders=frozenset(map(address_key, settings.work_orders.senders)),
        work_order_names=config.work_order_names(settings),
        callbacks=config.callback_rules(settings),
        limits=config.limits(settings),
        report_rules=config.report_rules(settings),
        survey=config.survey_rules(settings),
        retention=config.retention_rules(settings.retention),
        review_rules=config.review_rules(settings),
        vitals=Vitals(standing_s=settings.observe.standing_s),
        digest_at=None if settings.digest.at == "never" else settings.digest.at,
    )


def second_paths(settings: Settings) -> tuple[SecondPath, ...]:
    """How people are told of a standing fault besides log and metrics; each has what waits for it."""
    robot, mailer = config.webhook(settings), config.second_smtp(settings)
    posts: list[Callable[[str], str]] = []
    if robot is not None:
        posts.append(partial(webhook.post, robot))
    if mailer is not None:
        posts.append(partial(fault_mail.post, mailer))
    return tuple(SecondPath(post=post) for post in posts)


def word_lists(settings: Settings) -> Words:
    """The words by which mails are judged, with what was learnt from the desk's answers."""
    path = settings.grievance.model
    model = learned.load(path) if path else None
    return replace(words.load(settings.grievance.words_file), learned=model)


def _letterhead(settings: Settings, sealer: Sealer) -> Letterhead:
    return Letterhead(
        organisation=settings.organisation.name,
        desk_name=settings.sender.name or settings.organisation.name,
        desk_address=settings.from_address,
        domain=settings.sender.domain or settings.from_address.rpartition("@")[2],
        timezone=settings.organisation.timezone,
        sealer=sealer,
        default_language=settings.organisation.language,
        has_subaddresses=settings.mail.plus_addressing,
    )
