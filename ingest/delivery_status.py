"""The fields of a delivery status notification: who was not reached, with what status, for good or not.

Reads the text of message/delivery-status parts, and the same fields where a gateway has turned a report
into plain text. Linear; total.
Sources: RFC 3464 2.3, RFC 3463, RFC 6533.
"""

import re
from collections.abc import Iterator

from ingest.mail import FailedRecipient

LINES_MAX = 20_000
FIELD_CHARS_MAX = 2_000
RECIPIENTS_MAX = 500
ADDRESS_CHARS_MAX = 320

_FIELD = re.compile(
    r"(final-recipient|original-recipient|action|status|diagnostic-code)[ \t]{0,20}:(.*)", re.I | re.DOTALL
)
_ADDRESS = re.compile(r"[^\s@<>()\",;:\[\]\\]{1,128}@[^\s@<>()\",;:\\]{1,255}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.\-])([45])[0-5]\d(?=[ \-](?:[A-Za-z<#\[('\"]|[45]\.))")
_REPLY_NAMED = re.compile(
    r"(?:代码|代号|错误码|\bcode|\berror)[ :：#]{0,4}([45])[0-5]\d(?!\d)", re.IGNORECASE
)
_REACHED = ("delivered", "relayed", "expanded", "deliverable")

Fields = dict[str, str]


def recipients(text: str) -> tuple[FailedRecipient, ...] | None:
    """Those who did not (or not yet) get the mail; () when all got it, None when no fields are there."""
    blocks = [block for block in _blocks(text) if _address(block)]
    failed = (_recipient(block) for block in blocks[:RECIPIENTS_MAX] if not _is_reached(block))
    unique = {recipient.address.casefold(): recipient for recipient in reversed(tuple(failed))}
    return tuple(reversed(unique.values())) if blocks else None


def status_in(text: str) -> str:
    """The enhanced status code in words such as a server's answer; 'd.0.0' from a reply code; or ''."""
    if stated := _STATUS.search(text):
        return stated[1]
    reply = _REPLY.search(text) or _REPLY_NAMED.search(text)
    return f"{reply[1]}.0.0" if reply else ""


def _blocks(text: str) -> Iterator[Fields]:
    """The fields of each recipient, names in lower case, values unfolded."""
    block: Fields = {}
    last = ""
    for line in text.split("\n", LINES_MAX)[:LINES_MAX]:
        if last and line[:1] in (" ", "\t") and line.strip():
            block[last] = f"{block[last]} {line.strip()}"[:FIELD_CHARS_MAX]
            continue
        field = _FIELD.match(line)
        last = field[1].lower() if field else ""
        # QUIRK: recipients that no blank line parts; the next one begins where a field comes again.
        if block and (not line.strip() or last in block):
            yield block
            block = {}
        if field:
            block[last] = field[2].strip()[:FIELD_CHARS_MAX]
    yield block


def _address(block: Fields) -> str:
    """The address that we wrote to (2.3.1), else the one that it became on the way (2.3.2)."""
    named = (block.get(name, "") for name in ("original-recipient", "final-recipient"))
    found = (_ADDRESS.search(value[:FIELD_CHARS_MAX].rpartition(";")[2]) for value in named)
    plain = next((match[0].rstrip(".]") for match in found if match), "")
    # QUIRK: a local user without a domain.
    return (plain or block.get("final-recipient", "").rpartition(";")[2].strip(" <>"))[:ADDRESS_CHARS_MAX]


def _is_reached(block: Fields) -> bool:
    """2.3.3. QUIRK: Postfix says 'deliverable' to a probe; without an action the status decides."""
    action = block.get("action", "").casefold()
    return action.startswith(_REACHED) or (not action and block.get("status", "").startswith("2"))


def _recipient(block: Fields) -> FailedRecipient:
    action = block.get("action", "").casefold()
    status = _status(block.get("status", ""), block.get("diagnostic-code", ""))
    # 2.3.3: failed is given up, whatever the class of the status; delayed is being tried again.
    is_waiting = action.startswith("delayed") or (not action.startswith("failed") and status.startswith("4"))
    return FailedRecipient(address=_address(block), status=status, is_permanent=not is_waiting)


def _status(field: str, diagnostic: str) -> str:
    """The enhanced status code of the field, or what the server itself said where that says more."""
    stated, told = _STATUS.search(field), _STATUS.search(diagnostic)
    if stated is None:
        return status_in(diagnostic)
    # QUIRK: Postfix writes 5.0.0 or a mixture such as 4.5.0 where the server's own answer knows better.
    if told and (stated[1].endswith(".0.0") or stated[1][0] != told[1][0]):
        return told[1]
    return stated[1]
