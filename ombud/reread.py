"""`ombud reread --since DAY`: what a restored database has forgotten is taken in again from where it was filed away.

Mails are recognised by what they are, not by where they lie, so those that the database knows stay as they are. The others wait
to be handled like any new mail, under the date at which the server got them.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import click

from ingest.imap import ImapAccount, MailboxUnreachable
from ingest.mailbox import Mailbox
from ombud import receive
from ombud.launch import EXIT_FAILED
from ombud.office import Office


def run(office: Office, accounts: Sequence[ImapAccount], since: date) -> int:
    """Reads the folder of each mailbox; the exit code."""
    were_read = [_reread(office, account, since) for account in accounts]
    return 0 if all(were_read) else EXIT_FAILED


def _reread(office: Office, account: ImapAccount, since: date) -> bool:
    """Whether a mailbox's folder could be read."""
    if not account.file_to:
        click.echo(f"{account.name}: nothing is filed away; the mails are in {account.folder} still")
        return True
    try:
        with Mailbox.open(replace(account, folder=account.file_to, file_to="")) as box:
            new = receive.take_in(office, box, since=since)
    except MailboxUnreachable as trouble:
        print(f"{account.name}: {trouble}", file=sys.stderr)
        return False
    click.echo(f"{account.name}: {new} mails taken in again from {account.file_to}, since {since}")
    return True
