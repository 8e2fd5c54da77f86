"""What a mail says by itself, whoever sent it: read and judged, before anything is known of its sender or matter.

Pure, and by far the most work on a mail, so it is done outside of every transaction, and in other processes
while many mails wait (`ombud/readers.py`).
"""

from dataclasses import dataclass

from classify import grievance, learned
from classify.grievance import Grievance
from classify.words import Words
from ingest.mail import Mail
from ingest.parse import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A mail, and whether its text complains."""

    mail: Mail
    grievance: Grievance


def understand(raw: bytes, words: Words) -> Understood:
    """A raw message understood. Raises nothing that a mail can cause."""
    mail = parse(raw)
    return Understood(mail=mail, grievance=judged(mail, words))


def judged(mail: Mail, words: Words) -> Grievance:
    """Whether a mail complains, by the words and by what was learnt from the desk's answers."""
    subject = mail.subject_base or mail.subject
    found = grievance.judge(subject, mail.own_text, words)
    return learned.moved(found, words.learned, subject, mail.own_text) if words.learned else found
