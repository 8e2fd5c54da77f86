"""From settings to an `Office`: the one place where the parts are put together."""

from classify import words
from classify.token import Sealer
from notify.compose import Letterhead
from ombud import config, secret
from ombud.config import Settings
from ombud.office import Office
from ombud.roster import Roster
from store import database


def office(settings: Settings) -> Office:
    """Everything that a step works with; the database is migrated. Raises DatabaseUnusable."""
    engine = database.open_database(settings.store.url)
    database.migrate(engine)
    sealer = Sealer(keys=secret.token_keys(settings), max_age_days=settings.secrets.token_max_age_days)
    return Office(
        engine=engine,
        directory=Roster(settings),
        rules=config.rules(settings),
        words=words.load(settings.grievance.words_file),
        letterhead=_letterhead(settings, sealer),
        sealer=sealer,
        own_addresses=frozenset(
            address.casefold() for address in (settings.from_address, *(b.address for b in settings.mailbox))
        ),
        authserv_id=settings.trust.authserv_id,
        work_order_senders=frozenset(address.casefold() for address in settings.work_orders.senders),
        limits=config.limits(settings),
        digest_at=None if settings.digest.at == "never" else settings.digest.at,
    )


def _letterhead(settings: Settings, sealer: Sealer) -> Letterhead:
    return Letterhead(
        organisation=settings.organisation.name,
        desk_name=settings.sender.name or settings.organisation.name,
        desk_address=settings.from_address,
        domain=settings.sender.domain or settings.from_address.rpartition("@")[2],
        timezone=settings.organisation.timezone,
        sealer=sealer,
        default_language=settings.organisation.language,
    )
