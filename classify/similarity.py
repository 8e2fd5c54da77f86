"""How alike two texts are: cosine of their character pairs (Chinese) and words (Latin).

Linear in the texts, bounded by `CHARS_MAX`; no dictionary of words, no model.
"""

import re
import unicodedata
from collections import Counter
from math import sqrt

CHARS_MAX = 4_000
"""Of each text; what comes behind says little more about the matter."""

_TOKENS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
# Words that every complaint has, and that therefore say nothing about the matter.
_COMMON = frozenset(
    "您好 你好 谢谢 投诉 我们 问题 一直 已经 还是 没有 请尽 尽快 快处 处理 解决".split()
) | frozenset(
    "the a an and or to of in on is are was were be been i we you it this that for with please hello hi dear "
    "thanks thank regards have has had not no my our your still again complaint".split()
)


def similarity(one: str, other: str) -> float:
    """0.0 (nothing shared) to 1.0 (the same words as often)."""
    a, b = _features(one), _features(other)
    if not a or not b:
        return 0.0
    shared = sum(count * b[token] for token, count in a.items() if token in b)
    return shared / sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))


def _features(text: str) -> Counter[str]:
    features: Counter[str] = Counter()
    for run in _TOKENS.findall(unicodedata.normalize("NFKC", text[:CHARS_MAX]).casefold()):
        if run[0].isascii():
            features[run] += 1
        else:
            features.update(run[i : i + 2] for i in range(len(run) - 1))
    for token in _COMMON:
        features.pop(token, None)
    return features
