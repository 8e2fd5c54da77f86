"""The part of a service that is there first: its mailboxes are read, and the leases on them held."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from ingest.imap import ImapAccount
from ombud import holding, receive
from ombud.crew import Crew, Signals
from ombud.mailroom import Mailroom


@contextmanager
def reading(room: Mailroom, accounts: Sequence[ImapAccount], signals: Signals) -> Iterator[Crew]:
    """The mailboxes are read while the caller works, by a crew that further steps can be given to.

    Raises what ended a step that ought not to have ended.
    """
    holds = holding.of(room.engine, room.name, [account.name for account in accounts])
    crew = Crew(mailroom=room, holding=holds, signals=signals)
    for account in accounts:
        watched = receive.Watched(account=account, holding=holds)
        step = partial(receive.watch, room, watched, signals.stop.is_set, signals.handle.set)
        crew.begin(f"receive {account.name}", step)
    crew.begin("leases", partial(holds.keep, signals.stop))
    try:
        yield crew
    finally:
        signals.end()
        crew.join()
        holds.leave()
    if crew.failures:
        raise crew.failures[0]
