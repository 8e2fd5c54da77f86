"""The mailboxes that the service watches, as the configuration names them."""

from ingest.imap import ImapAccount
from ombud import secret
from ombud.sections import MailboxSection
from ombud.settings import Settings

PORTS = {"tls": 993, "starttls": 143, "plain": 143}


def accounts(settings: Settings) -> tuple[ImapAccount, ...]:
    """The mailboxes to watch, with their passwords."""
    return tuple(map(_account, settings.mailbox))


def _account(box: MailboxSection) -> ImapAccount:
    return ImapAccount(
        name=box.name,
        host=box.host,
        port=box.port or PORTS[box.security],
        user=box.user or box.address,
        password=secret.password(box),
        security=box.security,
        folder=box.folder,
        file_to=box.file_to,
        ca_file=box.ca_file,
        timeout_s=box.timeout_s,
        look_s=box.look_s,
    )
