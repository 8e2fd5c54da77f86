"""How a text sounds: many small words, each with a small weight, where the lists of `grievance` find no phrase.

People complain in words that no list foresees ("three approvals, two forms and a wet signature for a USB
cable"); what they share are small pieces: 还, 又, 才, 三次, "was told", "nobody", as against 附件, 请问, "could you".
Pieces are words and pairs of words in Latin letters, one to three characters in Chinese, any number as '#'.
The weights stand in `tone.toml`; `python -m tests.labelled fit` makes them from the tuning half of the labelled mails.
Linear in the text, bounded by `CHARS_MAX`; any text gives a number.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

CHARS_MAX = 2_000
END = "\n"
BOUND = 2.5
"""The tone says at most so much, for or against; what is plainly said outweighs it."""
STEADY = 10
"""So many pieces more are counted, which say nothing: few words make less sure than many."""
NAMED = 3
"""Pieces that are told as reasons."""

_UNKNOWN = re.compile("[\u0370-\u1fff\u3041-\u30fa\uac00-\ud7a3]{2}")
"""Letters of languages that are not judged (kana, Hangul, Cyrillic, Greek, Arabic, Thai …); one alone is
decoration. What they share with those that are judged says nothing, so the tone is silent and the desk is asked."""
_TOKEN = re.compile(r"[a-z]{1,30}(?:'[a-z]{1,3})?|[0-9]{1,12}|[一-鿿]|[!?.…]{1,9}|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """The weight of each piece, above 0 for complaints, and of a text without any."""

    weights: dict[str, float]
    intercept: float

    def heard(self, text: str) -> tuple[float, tuple[str, ...]]:
        """Log-odds that a folded, simplified text complains, within ±BOUND, and the pieces that say so most."""
        found = [(self.weights[piece], piece) for piece in set(pieces(text)) if piece in self.weights]
        if not found or _UNKNOWN.search(text, 0, CHARS_MAX):
            return 0.0, ()
        # Over the root of their number: a long text says no more by its length.
        total = self.intercept + math.fsum(w for w, _ in found) / math.sqrt(len(found) + STEADY)
        ranked = sorted(found, key=lambda one: (-one[0] if total > 0 else one[0], one[1]))
        return max(-BOUND, min(BOUND, total)), tuple(piece for _, piece in ranked[:NAMED])


def pieces(text: str) -> Iterator[str]:
    """The pieces of a text; none reaches over the end of a line."""
    tokens = ["#" if token.isdigit() else token for token in _TOKEN.findall(text[:CHARS_MAX])]
    for one, second, third in zip(tokens, (*tokens[1:], END), (*tokens[2:], END, END), strict=False):
        if one == END:
            continue
        yield one
        if second == END:
            continue
        if not (_is_character(one) and _is_character(second)):
            yield f"{one} {second}"
            continue
        yield one + second
        if _is_character(third):
            yield one + second + third


def _is_character(piece: str) -> bool:
    return len(piece) == 1 and piece >= "一"
