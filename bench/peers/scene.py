"""What every program of the comparison is given, and what is asked of it afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A full mailbox, a mail server that takes everything, and an empty folder, all for one run of one program."""

    folder: Path
    imap_port: int
    smtp_port: int
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What works off the mailbox and then ends."""

    python: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a program's database holds after its run."""

    mails: int
    """Those recorded, as whatever."""
    opened: int
    """Complaints, issues or tickets."""
