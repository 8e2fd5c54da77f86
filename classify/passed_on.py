"""What a forward passes on: the original, where the sender adds next to nothing ("请处理", "FYI", or no word at all).

A reply quotes in the same shapes as a forward, so the subject or the attached message must show which it is.
Source: HANDBOOK 2 'What opens one' (1).
"""

from classify.simplified import simplified
from classify.words import normal
from ingest import forward
from ingest.mail import Forwarded, Mail

OWN_CHARS_MAX = 80
"""Who says more than that about the original says what they want of it."""
RECORD_WORDS = (
    "请登记",
    "请记录",
    "请录入",
    "请立案",
    "登记一下",
    "登记下",
    "帮忙登记",
    "麻烦登记",
    "please record",
    "please register",
    "please log",
    "for recording",
)
"""Not said of complaints only: they count above an original that may be one."""


def original(mail: Mail, own_words: str) -> Forwarded | None:
    """The forwarded original when the sender's own words leave it to speak; None for all other mail."""
    leaves_it = len(own_words.strip()) <= OWN_CHARS_MAX
    return mail.forwarded if leaves_it and _is_forward(mail) else None


def words(mail: Mail) -> str:
    """The sender's own words, with those of the original below that they leave to speak."""
    found = original(mail, mail.own_text)
    return f"{mail.own_text.strip()}\n\n{found.text}".strip() if found else mail.own_text


def asks_to_record(own_words: str) -> bool:
    """Whether the words above the original ask for it to be recorded."""
    said = simplified(normal(own_words))
    return any(word in said for word in RECORD_WORDS)


def _is_forward(mail: Mail) -> bool:
    is_attached = any(attached.is_message for attached in mail.attachments)
    return forward.is_forward_subject(mail.subject) or (is_attached and not mail.in_reply_to)
