"""The base subject: what a mail is about, without Re:, 回复:, 转发: … in any nesting and width.

Promises: linear: each prefix, bracket and trailer is taken off once, and each is bounded in length.
Source: RFC 5256 2.1; its `subj-refwd` knows "re", "fw" and "fwd" only: see PREFIXES.
"""

import re
import unicodedata

PREFIX_CHARS_MAX = 24
SUBJECT_CHARS_MAX = 2_000

# QUIRK: prefixes are translated, doubled, counted ("Re[2]", "回复(3)", "Re^2") and written in full-width letters.
PREFIXES = frozenset(
    "re fw fwd aw wg sv vs antw tr rv res ref odp enc doorst vb ynt ilt reply "
    "回复 回覆 回復 答复 答覆 回信 转发 轉發 轉寄 转寄 回 转 回复转发 答复全部 回复全部".split()
)
_COUNT = re.compile(r"\s{0,3}(?:[\[(]\s?\d{1,4}\s?[\])]|\^\s?\d{1,4}|(?<=[a-z])\d{1,3})$")
# "subj-blob": a list's tag. QUIRK: in Chinese, "[投诉]" and "【投诉】" are the matter, and go in front of a prefix only.
_BLOB = re.compile(r"\[[\x20-\x5a\x5c\x5e-\x7e]{0,80}\]\s{0,4}")
_TAG = re.compile(r"(?:\[[^\[\]]{0,80}\]|【[^【】]{0,40}】)\s{0,4}")
_TRAILER = "(fwd)"
_WRAPPED = "[fwd:"


def base(subject: str) -> str:
    """The subject without what mail programs have put round it, white space collapsed; all prefix gives ''."""
    text = " ".join(subject[:SUBJECT_CHARS_MAX].split())
    while (shorter := _shorter(text)) is not None:
        text = shorter
    return text


def _shorter(text: str) -> str | None:
    """The text without the first thing that is none of its own; None when there is nothing."""
    if text[-len(_TRAILER) :].casefold() == _TRAILER:
        return text[: -len(_TRAILER)].rstrip()
    if text[: len(_WRAPPED)].casefold() == _WRAPPED and text.endswith("]"):
        return text[len(_WRAPPED) : -1].strip()
    if (unprefixed := _without_prefix(text)) is not None:
        return unprefixed
    blob = _BLOB.match(text)
    # RFC 5256 2.1 (4): unless nothing would be left.
    return text[blob.end() :] if blob and text[blob.end() :] else None


def _without_prefix(text: str) -> str | None:
    """The text without its first prefix and the tag in front of it, None when it has none."""
    tag = _TAG.match(text)
    start = tag.end() if tag else 0
    head = text[start : start + PREFIX_CHARS_MAX]
    at = next((i for i, char in enumerate(head) if char in ":："), -1)
    if at < 0:
        return None
    name = unicodedata.normalize("NFKC", head[:at]).strip().casefold()
    return text[start + at + 1 :].strip() if _COUNT.sub("", name) in PREFIXES else None
