"""From settings to an `Office`: the one place where the parts are put together."""

from dataclasses import replace

import structlog

from classify import learned, words
from classify.people import address_key
from classify.token import Sealer
from classify.words import Words
from ingest import dkim_check
from notify.compose import Letterhead
from ombud import mailroom, secret, terms
from ombud.mailroom import Mailroom
from ombud.office import Office
from ombud.roster import Roster
from ombud.settings import Settings

log = structlog.get_logger()


def office(settings: Settings) -> Office:
    """Everything that a step works with; the database is migrated. Raises DatabaseUnusable."""
    return furnished(settings, mailroom.opened(settings))


def furnished(settings: Settings, room: Mailroom) -> Office:
    """The office around a mailroom; of years whose holidays are not known it is told."""
    made = assembled(settings, room, secret.token_keys(settings))
    for year in made.rules.calendar.unknown_years(made.clock()):
        log.warning(terms.NO_HOLIDAYS, year=year)
    return made


def assembled(settings: Settings, room: Mailroom, keys: tuple[str, ...]) -> Office:
    """An office of these settings around a mailroom, with keys that are known."""
    sealer = Sealer(keys=keys, max_age_days=settings.secrets.token_max_age_days)
    return Office(
        engine=room.engine,
        limits=room.limits,
        meters=room.meters,
        vitals=room.vitals,
        clock=room.clock,
        name=room.name,
        directory=Roster(settings),
        rules=terms.rules(settings),
        words=word_lists(settings),
        letterhead=_letterhead(settings, sealer),
        sealer=sealer,
        own_addresses=settings.own_addresses,
        authserv_id=settings.trust.authserv_id,
        txt_records=dkim_check.txt_records if settings.trust.check_dkim else None,
        work_order_senders=frozenset(map(address_key, settings.work_orders.senders)),
        work_order_names=terms.work_order_names(settings),
        callbacks=terms.callback_rules(settings),
        report_rules=terms.report_rules(settings),
        survey=terms.survey_rules(settings),
        retention=terms.retention_rules(settings.retention),
        review_rules=terms.review_rules(settings),
        digest_at=None if settings.digest.at == "never" else settings.digest.at,
    )


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
