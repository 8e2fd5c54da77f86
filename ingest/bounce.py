"""Whether a mail says that one of ours was not delivered: to whom, for good or for now, and which one.

RFC 3464 reports are read by their fields (`delivery_status`), the others by their words (`bounce_text`).
Gated on the mail itself being a report: a person's mail that has a report attached or quotes one is no
bounce, nor is an automatic reply to a mail about bounces. A report of success is none either.
`is_permanent` means that delivery has been given up, whatever the class of the status code; a bounce
that is not permanent tells of a delay. Total, and bounded in what it looks at.
Sources: RFC 3464, RFC 6522, RFC 5321 4.5.5.
"""

import re
from collections.abc import Iterator

from ingest import addresses, automatic, bounce_text, charset, delivery_status, headers, structure, transfer
from ingest.headers import Header
from ingest.mail import Bounce, FailedRecipient, Mail
from ingest.structure import Part

LEAVES_MAX = 100
STATUS_BYTES_MAX = 500_000
RETURNED_BYTES_MAX = 200_000
"""Of the mail that came back: its header is all that is needed."""
TEXT_CHARS_MAX = 200_000
OPENING_CHARS = 1_000

_SENDERS = (
    "mailer-daemon",
    "mailerdaemon",
    "mail-daemon",
    "mail.daemon",
    "postmaster",
    "mdaemon",
    "bounce",
    "microsoftexchange",
)
_NAMES = re.compile(
    r"mail delivery (?:sub)?system|system administrator|系统管理员|系統管理員|邮件系统|郵件系統|退信", re.I
)
_SUBJECT = re.compile(
    r"undeliver|not deliver|deliver(?:y|ed)? (?:\w{1,12} )?(?:status|fail|delay|problem|error|notif)|fail(?:ure|ed) (?:notice|mail|delivery)|"
    r"mail (?:\w{1,12} )?fail|returned mail|return(?:ed|ing) (?:message )?to sender|mail delivery|delivery has failed|"
    r"could not be delivered|nondeliverable|systems? bounce|delayed mail|message delayed|still being retried|"
    r"warning: (?:message|could not).{0,60}|退信|退回|未送达|未传递|未傳遞|未送達|无法送达|無法送達|无法传递|無法傳遞|无法投递|無法投遞|投递失败|投遞失敗|投递状态|传递失败|"
    r"傳遞失敗|传递状态|发送失败|發送失敗|邮件延迟|传递延迟",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"could ?n[o']t be delivered|could not deliver|was not delivered|undeliverable|undelivered|delivery [^.\n]{0,60}failed|"
    r"did not reach|unable to deliver|returned to (?:you|sender)|permanent (?:fatal )?error|"
    r"被退回|退信|无法投递|無法投遞|投递失败|无法送达|未能送达|发送失败|无法传递|無法傳遞",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(
    r"(?:^|[\s>|\"])(?:message[ -]?id|邮件\s?id|邮件标识|郵件識別碼)[ \t\"]{0,4}[:：]\s{0,20}<([^<>\s]{1,500})>",
    re.IGNORECASE,
)
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_RETURNED_TYPES = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
    "message/partial",
)
_OTHER_REPORTS = ("disposition-notification", "feedback-report")


def read(mail: Mail) -> Bounce | None:
    """The bounce that a mail is; None when it is none, or reports nothing but success."""
    if not _may_be_report(mail):
        return None
    root, _ = structure.read(mail.raw)
    leaves = list(_leaves(root))
    returned = _returned(leaves)
    failed = _reported(mail, leaves)
    if failed is None:
        failed = bounce_text.failures(mail) or _addressed(mail, returned)
    if not failed:
        return None
    return Bounce(recipients=failed, original_message_id=_original_message_id(mail, returned))


def _may_be_report(mail: Mail) -> bool:
    if mail.content_type == "multipart/report":
        return not any(kind in mail.header("content-type").casefold() for kind in _OTHER_REPORTS)
    if automatic.is_reply_subject(mail.subject):
        return False
    if mail.header("x-failed-recipients") or mail.header("x-ms-exchange-message-is-ndr"):
        return True
    is_daemon = mail.sender.key.startswith(_SENDERS) or bool(_NAMES.search(mail.sender.name))
    if _SUBJECT.search(mail.subject):
        return is_daemon or mail.envelope_sender == ""
    return is_daemon and bool(_OPENING.search(mail.text[:OPENING_CHARS]))


def _leaves(part: Part) -> Iterator[Part]:
    """The leaves of the tree, the first LEAVES_MAX; what an attached message holds is not among them."""
    waiting, found = [part], 0
    while waiting and found < LEAVES_MAX:
        current = waiting.pop()
        waiting += reversed(current.parts)
        if not current.parts:
            found += 1
            yield current


def _decoded(part: Part, bytes_max: int) -> bytes:
    content = transfer.decode(part.body[:bytes_max], part.header.value("content-transfer-encoding")).content
    return content.replace(b"\r\n", b"\n").lstrip(b"\n")


def _reported(mail: Mail, leaves: list[Part]) -> tuple[FailedRecipient, ...] | None:
    """What the fields say, in their own part or (QUIRK: gateways that flatten a report) in the text."""
    parts = [part for part in leaves if part.content_type.kind in _STATUS_TYPES]
    texts = [charset.decode(_decoded(part, STATUS_BYTES_MAX), "utf-8").text for part in parts]
    reported = delivery_status.recipients("\n\n".join(texts)) if texts else None
    if reported is not None:
        return reported
    return delivery_status.recipients("\n".join(bounce_text.report_lines(mail.text)))


def _returned(leaves: list[Part]) -> Header:
    """The header of the mail that came back; without fields when it is not attached."""
    for part in leaves:
        is_file = part.filename.casefold().endswith(".eml")
        if part.content_type.kind in _RETURNED_TYPES or is_file:
            content = _decoded(part, RETURNED_BYTES_MAX)
            return headers.read(content, 0, len(content))
    return Header((), 0)


def _addressed(mail: Mail, returned: Header) -> tuple[FailedRecipient, ...]:
    """Where the report names nobody: those to whom the returned mail was addressed."""
    is_permanent = not bounce_text.says_delay(mail)
    return tuple(
        FailedRecipient(address=to.address, status="", is_permanent=is_permanent)
        for to in addresses.read(returned.values("to"))
        if to.address
    )[: delivery_status.RECIPIENTS_MAX]


def _original_message_id(mail: Mail, returned: Header) -> str:
    """Message-ID of the mail that came back: from its header, the text, or what the report answers."""
    ids = addresses.message_ids(returned.value("message-id"))
    if ids:
        return ids[0]
    found = _MESSAGE_ID.search(mail.text[:TEXT_CHARS_MAX])
    return found[1] if found else next(iter((*mail.in_reply_to, *reversed(mail.references))), "")
