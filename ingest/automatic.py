"""Whether a program wrote a mail: then it is never answered.

Headers first (RFC 3834, RFC 2919, RFC 8098), then what Chinese mail programs say only in words. A person who
answers an automatic mail is a person: words count in the subject, not after a reply prefix.
"""

import re

from ingest.mail import Mail

TEXT_CHARS = 400
"""Of the text that is looked at: automatic replies say it at once."""

_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply", "x-mail-autoreply")
_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:自动回复|自動回覆|自动答复|自動答覆|自动应答|假期自动回复|休假自动回复|"
    r"automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|autoreply|out of (?:the )?office|vacation reply|"
    r"abwesenheitsnotiz|réponse automatique|respuesta automática)",
    re.IGNORECASE,
)
_RECEIPT = re.compile(
    r"\s*(?:已读[:：]|已读回执|阅读回执|未读[:：]|已送达[:：]|Read:|Not read:|Delivered:|Read receipt|Return receipt)",
    re.IGNORECASE,
)
_RECALL = re.compile(r"\s*(?:撤回[:：]|邮件撤回|召回[:：]|Recall:|Message Recall)", re.IGNORECASE)
_TICKET = re.compile(
    r"(?:\[(?:ticket|case|request)\s?#?[\w-]{1,30}\]|工单已(?:创建|受理|收到)|your (?:request|ticket) has been received|"
    r"request received|您的(?:工单|请求|来信)已(?:收到|受理|创建))",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"(?:这是一封自动回复|此邮件为自动回复|本邮件为系统自动|此为系统自动回复|系统自动回复|自动回复邮件|"
    r"this is an automat(?:ed|ic) (?:reply|response|message)|i am (?:currently )?out of (?:the )?office)",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"(?:no-?_?reply|do-?not-?reply|mailer-daemon|postmaster|notifications?|autoreply)[^@]{0,40}@",
    re.IGNORECASE,
)
_BULK = ("bulk", "list", "junk")


def reason(mail: Mail) -> str:
    """Why a mail is automatic, in words; '' when a person may have written it."""
    submitted = mail.header("auto-submitted").partition(";")[0].strip().casefold()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted[:40]} (RFC 3834)"
    if mail.header("precedence").strip().casefold() == "auto_reply":
        return "Precedence: auto_reply"
    named = next((name for name in _AUTO_HEADERS if mail.header(name)), "")
    if named:
        return f"header {named}"
    return _receipt(mail) or _by_words(mail)


def _receipt(mail: Mail) -> str:
    if mail.content_type == "multipart/report" or mail.header("x-ms-exchange-message-is-ndr"):
        return "a report (RFC 3462)"
    if _RECEIPT.match(mail.subject):
        return "a read receipt"
    return "a recall" if _RECALL.match(mail.subject) else ""


def _by_words(mail: Mail) -> str:
    if match := _SUBJECT.match(mail.subject):
        return f"subject begins with '{match[0].strip()}'"
    if mail.envelope_sender == "" and not mail.in_reply_to and _TEXT.search(mail.text[:TEXT_CHARS]):
        return "null sender and words of an automatic reply"
    if match := _TEXT.match(mail.text[:TEXT_CHARS].lstrip()):
        return f"text begins with '{match[0]}'"
    if _NO_REPLY.match(mail.sender.address):
        return "a sender that takes no replies"
    if _TICKET.search(mail.subject) and mail.header("x-auto-response-suppress"):
        return "a ticket system's acknowledgement"
    return ""


def bulk(mail: Mail) -> str:
    """Why a mail is a list's or bulk, in words; '' otherwise."""
    precedence = mail.header("precedence").strip().casefold()
    if precedence in _BULK:
        return f"Precedence: {precedence}"
    return next(
        (f"header {name}" for name in ("list-id", "list-unsubscribe", "feedback-id") if mail.header(name)), ""
    )
