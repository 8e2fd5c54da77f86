"""The base subject: what a mail is about, without Re:, 回复:, 转发: … in any nesting (RFC 5256 2.1).

Linear: prefixes are taken off one at a time, each shorter than `PREFIX_CHARS_MAX`.
"""

import unicodedata

PREFIX_CHARS_MAX = 24
SUBJECT_CHARS_MAX = 2_000

# QUIRK: prefixes are translated, doubled, counted ("Re[2]", "回复(3)") and written in full-width letters.
PREFIXES = frozenset(
    "re fw fwd aw wg sv vs antw tr rv res ref odp enc doorst vb ynt ilt "
    "回复 回覆 回復 答复 答覆 回信 转发 轉發 轉寄 转寄 回 转 回复转发 答复全部 回复全部".split()
)
_BRACKETS = {"[": "]", "(": ")"}


def base(subject: str) -> str:
    """The subject without its prefixes, white space collapsed; what is all prefix gives ''."""
    text = " ".join(subject[:SUBJECT_CHARS_MAX].split())
    while (shorter := _without_prefix(text)) is not None:
        text = shorter
    return text


def _without_prefix(text: str) -> str | None:
    """The text without its first prefix, None when it has none."""
    head = text[:PREFIX_CHARS_MAX]
    at = next((i for i, char in enumerate(head) if char in ":："), -1)
    if at < 0:
        return None
    name = unicodedata.normalize("NFKC", head[:at]).strip().casefold()
    return text[at + 1 :].strip() if _without_count(name) in PREFIXES else None


def _without_count(name: str) -> str:
    """'re[2]' and '回复(3)' without the count."""
    for opening, closing in _BRACKETS.items():
        if name.endswith(closing) and opening in name:
            count = name[name.rindex(opening) + 1 : -1]
            if count.isdecimal():
                return name[: name.rindex(opening)].strip()
    return name.rstrip("0123456789 ") if name[:1].isascii() else name
