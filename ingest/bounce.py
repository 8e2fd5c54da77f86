"""Whether a mail says that one of ours was not delivered, to whom, and for good or for now.

RFC 3464 reports are read by their fields; free-form ones by flufl.bounce and by rules for what Chinese
mail systems write (QQ, 163, Coremail, Exchange). Gated on the mail itself being a report: a person's mail
that has a report attached is no bounce.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from ingest.mail import Bounce, FailedRecipient, Mail

RAW_BYTES_MAX = 2_000_000
"""Of a report that is read; the rest is the returned mail."""
RECIPIENTS_MAX = 500
TEXT_CHARS_MAX = 20_000

_SENDERS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "bounce", "mdaemon")
_SUBJECT = re.compile(
    r"(?:undeliver|deliver(?:y|ed)? (?:status|fail|delay|problem)|fail(?:ure|ed) (?:notice|delivery)|returned mail|returned to sender|"
    r"mail delivery|delivery has failed|could not be delivered|nondeliverable|non remis|warning: .{0,40}delayed|"
    r"退信|未送达|无法送达|无法投递|投递失败|未送達|傳遞失敗|发送失败|邮件传递|传递失败|系统退信)",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?![\d.])")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_MESSAGE_ID = re.compile(r"^message-id:\s{0,20}<([^<>\s]{1,500})>", re.IGNORECASE | re.MULTILINE)
_REPORTED = ("final-recipient", "original-recipient")
_RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
)


def read(mail: Mail) -> Bounce | None:
    """The bounce that a mail is; None when it is none, or reports nothing but success."""
    if not _may_be_report(mail):
        return None
    message = message_from_bytes(mail.raw[:RAW_BYTES_MAX])
    failed = tuple(_reported(message))[:RECIPIENTS_MAX] or tuple(_free_form(message, mail))[:RECIPIENTS_MAX]
    if not failed:
        return None
    return Bounce(recipients=failed, original_message_id=_original_message_id(message, mail))


def _may_be_report(mail: Mail) -> bool:
    if mail.content_type == "multipart/report":
        return "disposition-notification" not in mail.header("content-type").casefold()
    local = mail.sender.address.partition("@")[0].casefold()
    is_daemon = (
        mail.envelope_sender == "" or local.startswith(_SENDERS) or bool(mail.header("x-failed-recipients"))
    )
    return is_daemon and (bool(_SUBJECT.search(mail.subject)) or bool(mail.header("x-failed-recipients")))


def _reported(message: Message) -> Iterator[FailedRecipient]:
    """Recipients of the delivery-status part (RFC 3464 2.3)."""
    seen: set[str] = set()
    for part in message.walk():
        if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        for block in _blocks(part):
            found = _recipient(block)
            if found is not None and found.address.casefold() not in seen:
                seen.add(found.address.casefold())
                yield found


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _recipient(block: Message) -> FailedRecipient | None:
    action = str(block.get("action", "")).strip().casefold()
    # QUIRK: some systems leave Action out, or write 'Failed (…)'.
    if action.startswith(("delivered", "relayed", "expanded")):
        return None
    named = next((str(block[name]) for name in _REPORTED if block.get(name)), "")
    address = named.partition(";")[2].strip(" <>\t") or named.strip(" <>")
    if not address:
        return None
    status = _status(str(block.get("status", "")), str(block.get("diagnostic-code", "")))
    return FailedRecipient(
        address=address[:320],
        status=status,
        is_permanent=not action.startswith("delayed") and not status.startswith("4"),
    )


def _status(field: str, diagnostic: str) -> str:
    """The enhanced status code; that of the diagnostic where the field is missing or says nothing."""
    stated = _STATUS.search(field)
    told = _STATUS.search(diagnostic)
    # QUIRK: Postfix and others write 5.0.0 or 5.5.0 where the server's own answer knows better.
    if told and (stated is None or stated[1].endswith(".0.0")):
        return told[1]
    if stated:
        return stated[1]
    reply = _REPLY.search(diagnostic)
    return f"{reply[1]}.0.0" if reply else ""


def _free_form(message: Message, mail: Mail) -> Iterator[FailedRecipient]:
    """Recipients that only the words name."""
    named = {address.strip() for address in mail.header("x-failed-recipients").split(",") if "@" in address}
    temporary, permanent = _flufl(message)
    text = mail.text[:TEXT_CHARS_MAX]
    own = {a.key for a in mail.to} | {mail.sender.key}
    if not (named or temporary or permanent):
        named = {a for a in _ADDRESS.findall(text)[:1] if a.casefold() not in own}
    status = _STATUS.search(text)
    for address in sorted(named | temporary | permanent):
        is_temporary = address in temporary or bool(status and status[1].startswith("4"))
        yield FailedRecipient(
            address=address, status=status[1] if status else "", is_permanent=not is_temporary
        )


def _flufl(message: Message) -> tuple[set[str], set[str]]:
    """Temporary and permanent failures as flufl.bounce reads them."""
    try:
        temporary, permanent = all_failures(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return set(), set()
    return {_plain(a) for a in temporary}, {_plain(a) for a in permanent}


def _plain(address: bytes | str) -> str:
    return address.decode("ascii", "replace") if isinstance(address, bytes) else address


def _original_message_id(message: Message, mail: Mail) -> str:
    """Message-ID of the mail that came back, from its returned headers or the text."""
    for part in message.walk():
        if part.get_content_type() in _RETURNED:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            text = str(inner.get("message-id", "")) if isinstance(inner, Message) else str(payload)
            found = _MESSAGE_ID.search(text if ":" in text[:12] else f"Message-ID: {text}")
            if found:
                return found[1]
    found = _MESSAGE_ID.search(mail.text)
    return found[1] if found else next(iter(mail.in_reply_to), "")
