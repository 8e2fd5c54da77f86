"""kill -9 at random moments, again and again, with mails coming in: the end state is that of an undisturbed run.

A round has a mailbox and a database of its own: mails come, a service starts, dies, and so on; then a last one
finishes, and the round is proved. A mail may have come twice only for a death that was seen to hit SMTP's one window. Where it died is told by the last line of its log, so that one sees what was hit.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench.faults import letters, stores
from bench.faults.scene import NotSeen, Scene, scene
from tests.servers import Dovecot

KILLS_A_ROUND = 20
MAILS_A_KILL = 2
EARLY_SHARE, EARLY_S = 0.15, 1.0
"""So many die within this time after their start, most of them before they have said anything."""
WORK_S = 1.0
"""The others die within this time after they opened the mailbox: about what they need to work off what came."""
ROUND_PATIENCE_S = 90.0
STARTING = "starting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What became of a round."""

    number: int
    kills: int
    mails: int
    copies: int
    died: Counter[str]
    problems: tuple[str, ...]


def rounds(kills: int, at_once: int, dovecot: Dovecot, seed: int) -> Iterable[Round]:
    """Plays as many rounds as the kills need, several at once, in their order."""
    counts = [min(KILLS_A_ROUND, kills - done) for done in range(0, kills, KILLS_A_ROUND)]
    with ThreadPoolExecutor(at_once) as threads:
        yield from threads.map(
            lambda number, count: _played(number, count, dovecot, random.Random(f"{seed} {number}")),
            range(1, len(counts) + 1),
            counts,
        )


def _played(number: int, kills: int, dovecot: Dovecot, chance: random.Random) -> Round:
    problems: list[str] = []
    died: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="ombud-kills-") as name,
        stores.file(Path(name)) as store,
        scene(f"kills {number}", Path(name), dovecot, store) as made,
    ):
        try:
            _disturb(made, kills, chance, died)
            made.start()
            # Where nothing was left to do, it must be there before it can be asked to stop.
            made.wait_idle()
            made.wait_settled(ROUND_PATIENCE_S)
            made.end()
            problems += made.prove()
        except NotSeen as missing:
            problems.append(str(missing))
        if problems:
            problems.append(made.keep_log())
        return Round(
            number=number,
            kills=kills,
            mails=len(made.posted),
            copies=len(made.sink.mails) - len({one.content for one in made.sink.mails}),
            died=died,
            problems=tuple(problems),
        )


def _disturb(made: Scene, kills: int, chance: random.Random, died: Counter[str]) -> None:
    mails = letters.more(made.site.user)
    for _ in range(kills):
        coming = list(islice(mails, MAILS_A_KILL))
        made.site.dovecot.append(made.site.user, *(one.content for one in coming))
        made.posted += coming
        before = made.log.stat().st_size if made.log.exists() else 0
        made.start()
        if chance.random() < EARLY_SHARE:
            time.sleep(chance.uniform(0, EARLY_S))
        else:
            made.wait_idle()
            time.sleep(chance.uniform(0, WORK_S))
        made.kill()
        made.gone()
        died[_last_line(made.log, before)] += 1


def _last_line(log: Path, start: int) -> str:
    """What the service said last; `STARTING` when it had said nothing yet."""
    if not log.exists():
        return STARTING
    with log.open("rb") as file:
        file.seek(start)
        lines = [line for line in file.read().splitlines() if b'"event"' in line]
    events = (line.partition(b'"event": "')[2].partition(b'"')[0].decode() for line in reversed(lines))
    return next(events, STARTING)
