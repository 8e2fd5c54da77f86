"""How the mailboxes are shared out among the processes on one database: each by itself comes to the same result."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from store.leases import Lease, Service


class Change(NamedTuple):
    """What a round does to the leases."""

    take: tuple[str, ...]
    give_up: tuple[str, ...]


def shared_out(held: Sequence[Lease], living: Sequence[Service], me: Service) -> Change:
    """What I take and what I give up. `held` are the leases that have not run out.

    A free mailbox goes to whoever of those that can read it has the fewest; one of mine is given up when somebody
    who can read it has two fewer than I, one at a time.
    """
    others = [one for one in living if one.holder != me.holder]
    load = Counter(lease.holder for lease in held)
    taken = {lease.mailbox: lease.holder for lease in held}
    take = []
    for mailbox in sorted({name for one in (me, *others) for name in one.watches} - taken.keys()):
        able = [one.holder for one in (me, *others) if mailbox in one.watches]
        winner = min(able, key=lambda holder: (load[holder], holder))
        load[winner] += 1
        if winner == me.holder:
            take.append(mailbox)
    for mailbox in sorted(name for name, holder in taken.items() if holder == me.holder):
        if any(mailbox in one.watches and load[one.holder] <= load[me.holder] - 2 for one in others):
            return Change(take=tuple(take), give_up=(mailbox,))
    return Change(take=tuple(take), give_up=())
