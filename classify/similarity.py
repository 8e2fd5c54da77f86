"""How alike two complaints are: what they share of their telling words, and whether the newer one says 'again'.

What every complaint has (greetings, waiting, anger, times and counts) is left out first, or any two of one
person's would be alike. Telling are then pairs of neighbouring characters (Chinese) and stems (Latin). Linear in
the texts, bounded by `CHARS_MAX`; no dictionary, no model.
"""

import re
import unicodedata
from math import sqrt

CHARS_MAX = 4_000
"""Of each text; what comes behind says little more about the matter."""

# What is said of any trouble, whatever it is about; longest first, so that no part is left behind.
_ANY_TROUBLE = tuple(
    sorted(
        """
        您好 你好 谢谢 服务台 投诉 投訴 我们 你们 问题 一直 已经 还是 没有人 没有 没人 请尽快 尽快 处理 解决 反映 反馈 多次 报修 报了
        到现在 至今 到底 上次 之前 前天 昨天 今天 今早 昨晚 上周 上个月 每天 每次 早上 上午 中午 下午 晚上 一样 一模一样 根本
        打了 电话 联系 回复 回应 有人 人管 人修 人来 人接 人理 要等 等了 在等 半小时 非常 不满意 不满 太失望 失望 生气 影响 工作 耽误
        怎么 为什么 谁来 负责 说法 给个 给我 承诺 说好 过来 关于 申请 提交 开通 现在 又是 又 还 也 都 了 的 我 是 到 有 在 和 被 就 才 要
        客户 开会 一个 另一个 超过 时间 反应 麻烦 帮忙 请 吗 呢 啊
        """.split(),
        key=len,
        reverse=True,
    )
)
_PHRASE = re.compile("|".join(map(re.escape, _ANY_TROUBLE)))
_COUNT = re.compile(
    r"[0-9一二三四五六七八九十百千两几半多]{1,9}(?:个?(?:工作日|月|小时|钟头|星期|礼拜)|分钟|天|周|年|次|遍|号|点|通|台|封|条|万|元)"
)
_COMMON = frozenset(
    """
    the a an and or to of in on at by is are was were be been has have had do does did it its i me my we us our you your they
    this that these those there with for from as so if when where what which who how not no nor nobody none any anybody
    some please hello hi dear thanks thank regards still again complaint complain complained complaining reported report
    reporting before after since last week weeks day days hour hours minute minutes month months morning every time times
    today yesterday ago call calls called back came come answer answers answered reply replied wait waiting waited
    dissatisfied unacceptable very handle handled help helps helped fix fixed solve solved solution said say promised so
    far one two three four five six seven eight nine ten dozens several without any news notice because new out up
    request requested reminder pending overdue nothing once more also
    """.split()
)
_TOKENS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s", "ly")
STEM_CHARS_MIN = 3

_AGAIN = re.compile(
    r"还是|仍然|仍旧|依然|依旧|再次|又|上次|上回|之前(?:已经)?(?:投诉|反映|报|说)|投诉过|反映过|报过|说好|一直没有|到现在|至今"
    r"|\bagain\b|\bstill\b|\bonce more\b|\bas before\b|\bso far\b|\bbefore\b|\b(?:reported|complained) (?:this|about|that)\b"
)


def similarity(one: str, other: str) -> float:
    """0.0 (no telling word shared) to 1.0 (all of them)."""
    a, b = _telling(one), _telling(other)
    return len(a & b) / sqrt(len(a) * len(b)) if a and b else 0.0


def says_again(text: str) -> str:
    """The word by which a text says that the matter is not new; '' when none does."""
    found = _AGAIN.search(unicodedata.normalize("NFKC", text[:CHARS_MAX]).casefold())
    return found[0] if found else ""


def _telling(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKC", text[:CHARS_MAX]).casefold()
    found: set[str] = set()
    for run in _TOKENS.findall(_PHRASE.sub(" ", _COUNT.sub(" ", folded))):
        if not run[0].isascii():
            found.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
        elif run not in _COMMON and not run.isdecimal():
            found.add(_stem(run))
    return frozenset(found)


def _stem(word: str) -> str:
    """Without an English ending, so that 'order' is 'ordered' and 'prints' 'printing'."""
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= STEM_CHARS_MIN), "")
    return word.removesuffix(ending) if ending else word
