"""A stored message without a person: built anew of what it says, as plain text.

Encodings, HTML and attachments hide names well, so nothing of the original's bytes is kept: headers and text
are read, freed of the person and written as a new message; attachments are named with their hash
and left out. The hash of the original stays in the store.
"""

from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

from classify.signature import without_signature
from ingest.mail import Attachment, Mail
from ingest.parse import parse
from notify.mime import SUBJECT_CHARS_MAX, clean
from ombud.pseudonym import Pseudonym

HEADERS = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
           "auto-submitted", "x-ombud-notice", "x-ombud-loop")  # fmt: skip
HEADER_CHARS_MAX = 2_000
TEXT_CHARS_MAX = 1_000_000
HEADER = "X-Ombud-Erased"
NOTE = "（个人信息已删除 / personal data erased）"


def message(content: bytes, pseudonym: Pseudonym, is_theirs: bool) -> bytes | None:
    """The message without the person; None when it does not hold them.

    `is_theirs` says that it belongs to a complaint of theirs: then no attachment is trusted to be free of them.
    """
    mail = parse(content)
    is_held = _is_held(mail, pseudonym) or (is_theirs and bool(mail.attachments))
    return _rebuilt(mail, pseudonym) if is_held else None


def _is_held(mail: Mail, pseudonym: Pseudonym) -> bool:
    texts = (mail.text, mail.html, *(value for _, value in mail.headers))
    if any(map(pseudonym.is_in, texts)) or pseudonym.is_in_bytes(mail.raw):
        return True
    return any(
        pseudonym.is_in(one.filename) or pseudonym.is_in_bytes(one.content) for one in mail.attachments
    )


def _rebuilt(mail: Mail, pseudonym: Pseudonym) -> bytes:
    made = EmailMessage(policy=SMTP)
    for name in HEADERS:
        value = mail.header(name)
        if value:
            made[name.title()] = _header(name, value, pseudonym)
    made[HEADER] = f"sha256={sha256(mail.raw).hexdigest()}"
    made.set_content(
        "\n".join((NOTE, "", _text(mail, pseudonym), *_attachments(mail, pseudonym))) + "\n", cte="base64"
    )
    return made.as_bytes()


def _header(name: str, value: str, pseudonym: Pseudonym) -> str:
    limit = SUBJECT_CHARS_MAX if name == "subject" else HEADER_CHARS_MAX
    return clean(_sound(pseudonym.text(value)), limit)


def _text(mail: Mail, pseudonym: Pseudonym) -> str:
    """The person's own mail without quotation and signature, in which they say more of themselves."""
    is_own = pseudonym.person.has_address(mail.sender.address)
    text = without_signature(mail.own_text, pseudonym.person) if is_own else mail.text
    return _sound(pseudonym.text(text[:TEXT_CHARS_MAX]))


def _attachments(mail: Mail, pseudonym: Pseudonym) -> list[str]:
    return [_left_out(one, pseudonym) for one in mail.attachments]


def _left_out(one: Attachment, pseudonym: Pseudonym) -> str:
    name = _sound(pseudonym.text(one.filename))
    return f"[附件已删除 / attachment left out: {name}, {one.size_bytes} bytes, sha256={one.sha256}]"


def _sound(text: str) -> str:
    """Without lone surrogates, which no message can carry."""
    return text.encode("utf-8", "replace").decode()
