"""What a scenario is, and how it is played: fault, mails meanwhile, end of the fault, a clean stop, the proof."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.faults import stores
from bench.faults.proxy import Fault, Proxy
from bench.faults.scene import NotSeen, Scene, scene
from tests.servers import Dovecot

Act = Callable[[Scene], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A fault with what has to be seen of it."""

    name: str
    act: Act
    """From the start of the service until nothing is left to do. Raises NotSeen."""
    told: str = ""
    """What the service tells to stand, once, and to be over, once; '' is nothing."""
    doubles_max: int = 0
    """Copies that may arrive: SMTP's one window, once for each time that the server's 250 was lost."""
    place: stores.Place = stores.file
    """Where its database lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a scenario."""

    name: str
    problems: tuple[str, ...]
    seconds: float
    stop_s: float
    copies: int


def played(scenario: Scenario, folder: Path, dovecot: Dovecot) -> Result:
    """Plays a scenario in a folder of its own, and proves it."""
    began = time.monotonic()
    problems: list[str] = []
    stop_s, copies = 0.0, 0
    folder.mkdir(parents=True)
    with scenario.place(folder) as store, scene(scenario.name, folder, dovecot, store) as made:
        made.doubles_max = scenario.doubles_max
        try:
            scenario.act(made)
            _tell(made, scenario.told)
            stop_s = made.end()
            problems += made.prove()
            copies = len(made.sink.mails) - len({one.content for one in made.sink.mails})
        except NotSeen as missing:
            problems.append(str(missing))
        except Exception as trouble:  # a scenario that breaks is one that fails, and the others are played
            problems.append(f"the scenario broke: {type(trouble).__name__}: {trouble}")
        if problems:
            problems.append(made.keep_log())
    return Result(
        name=scenario.name,
        problems=tuple(problems),
        seconds=time.monotonic() - began,
        stop_s=stop_s,
        copies=copies,
    )


def _tell(made: Scene, told: str) -> None:
    """Each fault told once, its end once, by log and second server alike. Raises NotSeen."""
    if told:
        made.wait(lambda: made.told(told, "fault over"), f"the end of {told} is told")
        made.wait(lambda: len(made.duty.mails) >= 2, "the second server has both mails")
    stood, over = ([line["what"] for line in made.lines(f"fault {word}")] for word in ("stands", "over"))
    expected = [told] if told else []
    if stood != expected or over != expected:
        raise NotSeen(f"told to stand: {stood}, to be over: {over}; expected: {expected}")
    if len(made.duty.mails) != 2 * len(expected):
        raise NotSeen(f"{len(made.duty.mails)} mails came by the second server")


def while_it_fails(proxy: Callable[[Scene], Proxy], fault: Fault, told: str = "", bites: int = 1) -> Act:
    """Mails come while a server fails; once it bit so often and was told, it works again, and all is done."""

    def act(made: Scene) -> None:
        made.start()
        made.wait_idle()
        proxy(made).arm(fault)
        made.post()
        if fault.stage != "connect":
            made.wait(lambda: proxy(made).bites >= bites, f"the fault happens {bites} times")
        if told:
            made.wait(lambda: made.told(told), f"{told} is told")
        proxy(made).lift()
        made.wait_settled()

    return act


def in_spite(proxy: Callable[[Scene], Proxy], fault: Fault) -> Act:
    """Mails come while a server fails at something that keeps no mail from being handled."""

    def act(made: Scene) -> None:
        made.start()
        made.wait_idle()
        proxy(made).arm(fault)
        made.post()
        made.wait_settled()
        made.wait(lambda: proxy(made).bites, "the fault happens")
        proxy(made).lift()

    return act
