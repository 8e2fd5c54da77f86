"""A form that was filled in inside of the quotation of our mail: `> 原因：…`.

The quotation also holds what we wrote ourselves, the complainant's words among it; so a field counts only where
it says something else than the same field of the mail that is answered.
Source: HANDBOOK 8.
"""

from collections.abc import Iterable

from classify import form
from ingest.parse import parse
from ombud.hand import Hand
from store import outbox

Fields = tuple[tuple[str, str], ...]


def read(hand: Hand, asked: Iterable[str]) -> Fields:
    """The fields that somebody filled in below our words; none when our mail is not known."""
    mail = hand.facts.mail
    original = outbox.find(hand.conn, (*mail.in_reply_to, *reversed(mail.references)))
    content = outbox.content(hand.conn, original.id) if original else None
    if content is None:
        return ()
    sent = {field: _folded(value) for field, value in form.read(parse(content).text)}
    wanted = frozenset(asked)
    return tuple(
        (field, value)
        for field, value in form.read(mail.text)
        if field in wanted and not _same(_folded(value), sent.get(field, ""))
    )


def _folded(value: str) -> str:
    """Without what mail programs change when they quote: blanks, line ends, marks of quotation."""
    return "".join(char for char in value if not char.isspace() and char not in ">＞|")


def _same(value: str, sent: str) -> bool:
    return bool(sent) and (value in sent or sent in value)
