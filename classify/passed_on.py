"""What a forward passes on: the original, where the sender adds next to nothing ("请处理", "FYI", or no word at all).

A reply quotes in the same shapes as a forward, so the subject or the attached message must show which it is.
Source: HANDBOOK 2 'What opens one' (1).
"""

from ingest import forward
from ingest.mail import Forwarded, Mail

OWN_CHARS_MAX = 80
"""Who says more than that about the original says what they want of it."""


def original(mail: Mail, own_words: str) -> Forwarded | None:
    """The forwarded original when the sender's own words leave it to speak; None for all other mail."""
    leaves_it = len(own_words.strip()) <= OWN_CHARS_MAX
    return mail.forwarded if leaves_it and _is_forward(mail) else None


def words(mail: Mail) -> str:
    """The sender's own words, with those of the original below that they leave to speak."""
    found = original(mail, mail.own_text)
    return f"{mail.own_text.strip()}\n\n{found.text}".strip() if found else mail.own_text


def _is_forward(mail: Mail) -> bool:
    is_attached = any(attached.is_message for attached in mail.attachments)
    return forward.is_forward_subject(mail.subject) or (is_attached and not mail.in_reply_to)
