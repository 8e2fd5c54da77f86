"""Does a decision of the review change the scope of service, a service level or a contract?

What it names is not enough: 'the scope stays as it is' changes nothing, 'no longer provided' does. Words that
matter are replaced by marks, in a fixed order (what ends, what stays, what changes), and each clause is judged by its
marks. A clause that changes outweighs one that says that all stays; a subject of which nothing is said counts as
changed, for a needless hand-over costs a reply and a missed one a contract. Linear: each list is one alternation,
each repetition is bounded. Source: HANDBOOK 6.
"""

import re
import unicodedata
from enum import Enum, auto

from classify.simplified import simplified

SUBJECT, TARGET, CHANGES, STAYS, LEFT_OPEN, WITHDRAWN = (
    "\ue001",
    "\ue002",
    "\ue003",
    "\ue004",
    "\ue005",
    "\ue006",
)
"""Marks (private characters); a target is changed only by a new value, a service withdrawn needs no subject."""


class _Says(Enum):
    CHANGES = auto()
    STAYS = auto()
    """Or is left for later."""
    NAMES = auto()
    """A subject, and nothing of what becomes of it."""
    NOTHING = auto()


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_NO_DENIAL = _words(
    "不得不|不能不|不可不|不会不|不仅仅?|不但|不只是?|不光",
    r"(?<![a-z])(?:not only|cannot (?:help )?but)(?![a-z])",
)
"""Looks like a denial and is none."""
_ATTRIBUTE = _words(
    "(?:调整|修订|变更|修改|更新|扩大|提高|降低)(?:之?后|过)的?",
    "变更(?=管理|流程|窗口|单号?|委员会|评审会?|经理|与发布|和发布)",
    r"(?<![a-z])change(?= (?:management|process|window|board|request|manager|control))",
)
"""Words of change that name something: '按调整后的 SLA', 'change management'."""
_NAMES = (
    r"(?:(?<![a-z])(?:sla|slo|ola)s?(?![a-z])|服务级别(?:协议|目标)?|服务水平(?:协议|目标)?|服务目标|服务范围|范围|合同|协议"
    r"|(?<![a-z])(?:service levels?(?: agreements?)?|service targets?|scope|contracts?|agreements?)(?![a-z]))"
)
_MENTION = _words(
    rf"(?:宣讲|宣贯|公布|公示|解读|学习|(?<![a-z])(?:publish(?:es|ed)?|explain(?:s|ed)?) (?:the |our )?)(?:现行|现有|新的|\s){{0,2}}{_NAMES}",
    rf"(?:按照?|依照?|依据|根据|遵照|参照|符合|满足|达到|违反)(?:现行|现有|目前|当前|原有?|既定|双方|已签|的|\s){{0,4}}{_NAMES}(?:的?要求|的?规定|约定|执行)?",
    r"在[^,;。]{0,20}范围内|工作范围|影响范围",
    rf"(?<![a-z])(?:within|under|according to|in line with|as per|per|in accordance with) (?:the |our |its |their )?"
    rf"(?:current |existing |agreed |present )?{_NAMES}(?: of service| of services)?",
    rf"{_NAMES}\s?的?(?:[未已均]|全部){{0,2}}(?:达成|达标|监控|监测|管理(?!员)|执行情况|完成情况|履行情况|清单|考核|报告|报表|月报|数据|统计|培训|看板|指标通报|管理员|文本|台账|编号|附件)",
    rf"{_NAMES} (?:reports?|reporting|monitoring|figures|training|dashboards?|register|owner|results?)(?![a-z])",
    rf"{_NAMES} (?:was|were|is|are|has been|have been) (?:not )?(?:met|missed|breached|reached|achieved)(?![a-z])",
)
"""A subject that is only mentioned: 'within the scope', 'the SLA report'."""
_SUBJECT = re.compile(_NAMES)
_TARGET = _words(
    "(?:响应|解决|恢复|修复|处理|受理|服务|支持|值守|办理)(?:时间|时限|时长|时段)|可用[性率]|服务窗口|罚则|违约金|期限|金额|条款|单价|费率",
    r"(?<![a-z])(?:(?:response|resolution|recovery|restoration|repair) times?|availability|uptime|(?:service|support) hours|penalt(?:y|ies)|rto|rpo)(?![a-z])",
)
_WITHDRAWN = _words(
    "(?:不再|停止|终止|中止)(?:对外|继续|单独|免费|对?[^,;。不]{1,10}?)?(?:提供|支持|覆盖|承诺|保证|受理)",
    "(?<!不)(?:取消|新增|增设|增加|停止|停掉|下线|撤销|开通)[^,;。不]{0,14}?(?:服务(?![台器经质请人])|支持(?!人)|保障)",
    r"(?<![a-z])no longer (?:be )?(?:provid|offer|support|cover|guarante)[a-z]{0,4}",
    r"(?<![a-z])(?:stop|stops|cease|ceases) (?:providing|offering|supporting|covering|to provide|to offer|to support)",
    r"(?<![a-z])discontinu(?:e|es|ed|ing)(?![a-z])|(?<![a-z])(?:support|service) (?:is|are|will be) (?:cancelled|stopped|withdrawn)",
    "(?:合同|协议)(?:到期后?|期满)?不再?(?:延长|延期)",
    r"(?<![a-z])(?:contract|agreement)s?(?: with [a-z ]{1,20})?(?: will| shall| is| are| was)? not (?:be )?(?:extended|prolonged)",
)
_KEEP = (
    "维持|保持|沿用|延用|保留|照旧|照常|一致|相同|不动|不[升降加减](?![低少])|无异议|没有意见|确认现有|(?<!生)有效(?!期)|稳定|照原样?|原样|现状|依旧|如故|继续(?:有效|执行|适用|履行|使用)|不变(?!更)"
    r"|(?<![a-z])(?:stay(?:s|ed)?|remain(?:s|ed|ing)?|unchanged|unaltered|unaffected|keep(?:s|ing)?|kept|maintain(?:s|ed|ing)?"
    r"|retain(?:s|ed|ing)?|as (?:before|is|it is|they are)|status quo|the same|continues?|still appl(?:y|ies)"
    r"|appl(?:y|ies)|confirm(?:s|ed)?|stick to|sticks to|leave|left)(?![a-z])"
)
_ALTER = (
    "调整|变更|变化|变动|变为|[升降]为|改变|更改|更换|修改|修订|改动|改(?![进善日天期组正])|扩大|扩展|扩充|缩小|缩减|压缩|增加|新增|增设|减少|削减|提高|提升|上调"
    "|降低|下调|放宽|收紧|延长|延期|缩短|取消|终止|解除|中止|停止|签订|签署|新签|重签|重新签|纳入|列入|加入|移出|剔除|移除|撤销|废止|更新|引入"
    r"|(?<![a-z])(?:chang|extend|extension|expan|enlarg|widen|broaden|narrow|reduc|shorten|lengthen|rais|lower|rise|rises|increas|decreas"
    r"|tighten|relax|amend|revis|modif|adjust|alter|updat|terminat|cancel|end(?:s|ed|ing)?(?![a-z])|drop|remov|add(?:s|ed|ing)?(?![a-z])"
    r"|includ|exclud|replac|new(?![a-z])|introduc|sign|set to|withdraw|cut(?![a-z])|go(?:es)? (?:up|down|to)(?![a-z])|becom|grow)[a-z]{0,6}"
)
_DENIED = (
    "(?:暂时?|目前|本年度?|一律|均|都)?(?:不|未|无需?|无须|没有|没|免|勿|别)"
    "(?:再|予以?|作|做|进行|会|需要?|必|用|打算|计划|宜|应|要|曾|有){0,3}(?:对[^,;。]{1,12}?)?"
    "(?:作|做|进行|发生|任何|相应|重大|进一步|什么|大的){0,3}"
)
_DENIED_LATIN = r"(?<![a-z])(?:not|no|never|without|nothing|neither|nor|none|cannot|\w{2,8}n't)(?! (?:longer|later|less))(?: \w{1,16}){0,4}? "
_RENEWAL = r"(?:暂?不再?|不予|到期不)?(?:续签|续约|续订|展期)|(?<![a-z])(?:not |no )?(?:be )?renew(?:s|ed|al|als|ing)?(?![a-z])"
"""Renewed or not, the contract is another one afterwards."""
_ENDS = _words(
    _RENEWAL,
    rf"(?:不能|无法|不再|不宜|不应|难以|不会|并非|不是|未能|不必|无需|不可|不)(?:再|继续|完全|长期|是){{0,2}}(?:{_KEEP}|适用|属于|包含|包括|生效|有效)",
    rf"(?<![a-z])(?:not|cannot|no longer|never|\w{{2,8}}n't)(?: \w{{1,16}}){{0,2}}? (?:{_KEEP})",
    r"(?<![a-z])no longer(?= \w)",
)
"""What was is no more."""
_STAYS = _words(
    rf"{_DENIED}(?:{_ALTER})",
    rf"{_DENIED_LATIN}(?:{_ALTER})",
    _KEEP,
)
_LEFT_OPEN = _words(
    "与否|必要性|不同意|驳回|否决|未获?通过|没有通过|不通过|不予?采纳|不予?批准|拒绝|是否|再议|待议|再定|待定|暂缓|搁置|推迟|延后(?:讨论|评审)|另行(?:讨论|研究|评审|商定)|可行性|考虑(?!到)|研究(?!中心|院|部|所)|(?<![经过])讨论",
    r"(?<![a-z])(?:whether|against|discuss|postpon|defer|decided? later|feasib|consider|look into|examin|reject|declin|turned down|not (?:approv|accept|adopt|agree))[a-z]{0,6}",
)
_CHANGED = re.compile(_ALTER)
_MARKED = (
    (_NO_DENIAL, ""),
    (_ATTRIBUTE, ""),
    (_MENTION, ""),
    (_LEFT_OPEN, LEFT_OPEN),
    (_WITHDRAWN, WITHDRAWN),
    (_ENDS, CHANGES),
    (_STAYS, STAYS),
    (_CHANGED, CHANGES),
    (_TARGET, TARGET),
    (_SUBJECT, SUBJECT),
)
"""In this order: what stands further up is taken out of what stands below."""

_STOPS = re.compile(
    r"[,;.。!?:](?!\d)|的?(?:前提|情况|基础)[下上]|的?同时|而(?=不|暂)|(?=但|不过|然而|只[是有]|仅|除(?!非|此|上述|以上|夕|去|了此))"
    r"|(?<![a-z])(?:and|while|whereas)(?![a-z])|(?<![a-z])(?=(?:(?<!all )but|all but|however|except|apart from|other than|save for|only|without)(?![a-z]))"
)
_BUT = _words("但|不过|然而|只[是有]|仅|还|而且|并(?!非)", r"(?:but|however|only|also)(?![a-z])")
_EXCEPT = _words(
    "除(?!非|此|上述|以上|夕|去|了此)", r"(?:except|all but|apart from|other than|save for)(?![a-z])"
)
_VALUE = re.compile(r"[\d为至到由从一二两三四五六七八九十半]|(?<![a-z])(?:to|from)(?![a-z])")
_RESOURCES = re.compile(
    r"人员|人手|工程师|岗位|编制|培训|会议|(?<![a-z])(?:engineers?|staff|people|training|meetings?)(?![a-z])"
)
"""More people are no other service."""


CHARS_MAX = 1_000
"""Of a decision."""


def changes(text: str) -> bool:
    """Whether a decision is one for change management."""
    clauses = [
        _marked(clause)
        for clause in _STOPS.split(simplified(unicodedata.normalize("NFKC", text[:CHARS_MAX]).casefold()))
    ]
    is_named = any(SUBJECT in clause or TARGET in clause for clause in clauses)
    said = {_says(clause, is_named=is_named) for clause in clauses}
    return _Says.CHANGES in said or (_Says.NAMES in said and _Says.STAYS not in said)


def _marked(clause: str) -> str:
    for words, mark in _MARKED:
        clause = words.sub(mark, clause)
    return clause.strip()


def _says(clause: str, *, is_named: bool) -> _Says:
    if LEFT_OPEN in clause:
        return _Says.STAYS
    if WITHDRAWN in clause:
        return _Says.CHANGES
    if is_named and _EXCEPT.match(clause):
        return _Says.CHANGES
    if CHANGES in clause and _is_about(clause, is_named=is_named):
        return _Says.CHANGES
    if STAYS in clause:
        return _Says.STAYS
    return _Says.NAMES if SUBJECT in clause else _Says.NOTHING


def _is_about(clause: str, *, is_named: bool) -> bool:
    """Whether a change in a clause is one of a subject: named in it, or in another one that it takes something from."""
    if SUBJECT in clause:
        return True
    if TARGET in clause:
        return bool(_VALUE.search(clause))
    return is_named and bool(_BUT.match(clause)) and not _RESOURCES.search(clause)
