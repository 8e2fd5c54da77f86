"""How the parts of a running service are: what is out of reach since when, what each mailbox does, the clock's beat.

The steps' threads say it, the fault watch and [observe] ask. A fault *stands* once its latest failure lies
`standing_s` after its first with no success between: one lost connection is no news, an hour without is.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic

from ombud.logs import without_addresses

DATABASE = "database"
SMTP = "smtp"
REASON_CHARS_MAX = 300


def mailbox(name: str) -> str:
    """What the faults of a mailbox are put down under."""
    return f"mailbox {name}"


def filing(name: str) -> str:
    """What it is put down under that a mailbox is read and its mails cannot be filed away."""
    return f"filing {name}"


def keeps_mail_out(what: str) -> bool:
    """Whether mail is not taken in while it is out of reach."""
    return what == DATABASE or what.startswith(mailbox(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something out of reach; moments are seconds of the process's own clock."""

    what: str
    reason: str
    since_s: float
    last_s: float
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A fault that stands now, or one that was told and is over."""

    fault: Fault
    is_over: bool
    seconds: float
    """How long it has lasted."""


@dataclass(slots=True)
class Vitals:
    """The state of one process, shared by its threads."""

    standing_s: float = 60.0
    now: Callable[[], float] = monotonic
    _faults: dict[str, Fault] = field(default_factory=dict)
    _over: list[Fault] = field(default_factory=list)
    _mailboxes: dict[str, str] = field(default_factory=dict)
    _jobs: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _beat_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._beat_s = self.now()

    def failed(self, what: str, reason: str) -> None:
        """It was tried and is out of reach."""
        moment = self.now()
        # It is shown and sent to where no address belongs; a server may quote one.
        nameless = without_addresses(reason)[:REASON_CHARS_MAX]
        bounded = "".join(c if c.isprintable() else " " for c in nameless)
        with self._lock:
            known = self._faults.get(what) or Fault(what=what, reason="", since_s=moment, last_s=moment)
            self._faults[what] = replace(known, reason=bounded, last_s=moment)

    def well(self, what: str) -> None:
        """It was used and works."""
        with self._lock:
            fault = self._faults.pop(what, None)
            if fault is not None and fault.is_told:
                self._over.append(fault)

    def is_well(self, what: str) -> bool:
        """Whether it worked when it was used last, or was not used yet."""
        with self._lock:
            return what not in self._faults

    def calm_s(self, what: str) -> float:
        """Seconds since it failed last; infinite when it is well."""
        with self._lock:
            fault = self._faults.get(what)
            return self.now() - fault.last_s if fault else float("inf")

    def standing(self) -> tuple[Fault, ...]:
        """The faults that stand."""
        with self._lock:
            return tuple(fault for fault in self._faults.values() if self._stands(fault))

    def _stands(self, fault: Fault) -> bool:
        return fault.last_s - fault.since_s >= self.standing_s

    def news(self) -> tuple[News, ...]:
        """What came to stand, and what was told and is over, since this was asked last: each once."""
        moment = self.now()
        with self._lock:
            over, self._over = self._over, []
            new = [fault for fault in self._faults.values() if self._stands(fault) and not fault.is_told]
            self._faults.update((fault.what, replace(fault, is_told=True)) for fault in new)
        return tuple(
            News(fault=fault, is_over=is_over, seconds=moment - fault.since_s)
            for faults, is_over in ((over, True), (new, False))
            for fault in faults
        )

    def doing(self, name: str, state: str) -> None:
        """What a mailbox's connection does: reading, idle, polling, unreachable."""
        with self._lock:
            self._mailboxes[name] = state

    def mailboxes(self) -> Mapping[str, str]:
        """What each mailbox's connection does."""
        with self._lock:
            return dict(self._mailboxes)

    def ran(self, job: str) -> None:
        """A job of the clock has looked at its tables."""
        with self._lock:
            self._jobs[job] = self.now()

    def jobs_s(self) -> Mapping[str, float]:
        """Seconds since each job looked at its tables."""
        with self._lock:
            return {job: self.now() - at for job, at in self._jobs.items()}

    def beat(self) -> None:
        """The clock's thread has come round, whether its jobs succeed or not."""
        with self._lock:
            self._beat_s = self.now()

    def beat_age_s(self) -> float:
        """Seconds since the clock's thread came round, or since the start."""
        with self._lock:
            return self.now() - self._beat_s
