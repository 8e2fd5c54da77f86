"""The SMTP server fails: at each verb, for some recipients, for some mails, around the 250."""

import time
from collections.abc import Callable

from bench.faults.proxy import CONNECT, GREETING, Does, Fault, Proxy
from bench.faults.scenario import Act, Scenario, while_it_fails
from bench.faults.scene import NotSeen, Scene
from store import outbox
from store.database import reading
from store.outbox import OutboxRow
from tests.site import SERVICE_MANAGER, USER

SMTP = "smtp"
GREYLIST_S = 1.0
LIMIT_BYTES = 12_000
"""An acknowledgement and an alert are smaller, a task for the desk is larger."""


def _smtp(made: Scene) -> Proxy:
    return made.smtp


def _fails(name: str, fault: Fault, *, told: str = SMTP, doubles_max: int = 0, bites: int = 1) -> Scenario:
    act = while_it_fails(_smtp, fault, told, bites)
    return Scenario(name=f"smtp {name}", act=act, told=told, doubles_max=doubles_max)


AWAY = (
    _fails("refused", Fault(stage=CONNECT, does=Does.CUT)),
    *(
        _fails(f"hang at {stage}", Fault(stage=stage, does=Does.HANG))
        for stage in (GREETING, "EHLO", "MAIL", "RCPT", "DATA")
    ),
    _fails("wrong greeting", Fault(stage=GREETING, does=Does.SAY, says=b"* OK IMAP4rev1\r\n")),
    _fails("421 as greeting", Fault(stage=GREETING, does=Does.SAY_AND_CUT, says=b"421 too busy\r\n")),
    _fails("451 at EHLO", Fault(stage="EHLO", does=Does.SAY_AND_CUT, says=b"451 later\r\n")),
    _fails("nonsense at MAIL", Fault(stage="MAIL", does=Does.SAY, says=b"what?\r\n")),
)
AT_THE_DOT = (
    _fails("hang after DATA", Fault(stage="END", does=Does.HANG)),
    _fails("cut before the 250", Fault(stage="END", does=Does.CUT, times=1), told=""),
    _fails("cut after the 250", Fault(stage="END", does=Does.CUT_AFTER, times=1), told="", doubles_max=1),
    _fails(
        "hang instead of the 250", Fault(stage="END", does=Does.HANG_AFTER, times=1), told="", doubles_max=1
    ),
)


def _put_off(verb: str) -> Act:
    """4xx at a verb: nothing is told, for it is the mails' own matter; they are tried again."""

    def act(made: Scene) -> None:
        times = 0

        def reply(said: str, argument: str) -> str | None:
            nonlocal times
            times += said == verb
            return "451 4.7.1 try again later" if said == verb else None

        made.sink.reply = reply
        made.start()
        made.post()
        made.wait(lambda: times >= 4, f"{verb} is answered with 451 several times")
        made.sink.reply = lambda said, argument: None
        made.wait_settled()

    return act


def _greylisting(made: Scene) -> None:
    """Each recipient is put off until some time after the first try."""
    first: dict[str, float] = {}

    def reply(said: str, argument: str) -> str | None:
        if said != "RCPT":
            return None
        is_early = time.monotonic() - first.setdefault(argument, time.monotonic()) < GREYLIST_S
        return "450 4.2.0 greylisted, come back" if is_early else None

    made.sink.reply = reply
    made.start()
    made.post()
    made.wait_settled()


def _refusing(reply: Callable[[str, str], str | None], of: Callable[[OutboxRow, int], bool]) -> Act:
    """5xx: exactly the mails it is `of` (given their size) are refused for good, and the desk is told of each."""

    def act(made: Scene) -> None:
        made.sink.reply = reply
        made.start()
        made.post()
        made.wait_settled()
        with reading(made.engine) as conn:
            rows = outbox.listed(conn)
            sizes = {row.id: len(outbox.content(conn, row.id) or b"") for row in rows}
        refused = {row.id for row in rows if row.state == "refused"}
        meant = {row.id for row in rows if of(row, sizes[row.id]) and row.template != "alert"}
        if refused != meant or not meant:
            raise NotSeen(f"refused are the mails {refused}, meant were {meant}")
        alerts = sum(row.template == "alert" and row.state == "sent" for row in rows)
        engineers = 2
        if alerts != engineers * len(refused):
            raise NotSeen(f"{len(refused)} mails were refused, and the desk was told in {alerts} alerts")

    return act


def _unknown(address: str) -> Callable[[str, str], str | None]:
    return lambda said, argument: "550 5.1.1 no such user" if (said, argument) == ("RCPT", address) else None


def _too_large(made: Scene) -> None:
    """The server takes mails up to a size, and says so at the end of one (it may also say it in EHLO)."""
    made.sink.data_bytes_max = LIMIT_BYTES
    _refusing(lambda said, argument: None, lambda row, size: size > LIMIT_BYTES)(made)


MAILS = (
    *(Scenario(name=f"smtp 451 at {verb}", act=_put_off(verb)) for verb in ("MAIL", "RCPT", "DATA")),
    Scenario(
        name="smtp 451 at DATA itself",
        act=while_it_fails(_smtp, Fault(stage="DATA", does=Does.SAY, says=b"451 later\r\n"), bites=4),
    ),
    Scenario(name="smtp greylisting", act=_greylisting),
    Scenario(
        name="smtp 5xx for one of several recipients",
        act=_refusing(_unknown(SERVICE_MANAGER), lambda row, size: SERVICE_MANAGER in row.recipients),
    ),
    Scenario(name="smtp message size limit", act=_too_large),
    Scenario(
        name="smtp recipient unknown", act=_refusing(_unknown(USER), lambda row, size: USER in row.recipients)
    ),
)
SCENARIOS = (*AWAY, *AT_THE_DOT, *MAILS)
