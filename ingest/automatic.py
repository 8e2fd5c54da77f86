"""Whether a program wrote a mail: then it is never answered, and never taken for somebody's word.

Headers first (RFC 3834, RFC 5321's null return path, RFC 8098), then what mail programs, Chinese ones above
all, say only in words. Words count where such a program puts them: in front of the subject with a colon or
in brackets, or at the beginning of what the sender wrote. Whoever answers an automatic mail ('Re: 自动回复: …')
or complains about one is a person.
Sources: RFC 3834, RFC 8098, RFC 2919, RFC 2369, RFC 5546; header names as the programs write them.
"""

import re

from ingest.mail import Mail

SUBJECT_CHARS = 300
TEXT_CHARS = 600
"""Of the sender's own text that is looked at: automatic replies say it at once."""
RECEIPT_CHARS_MAX = 800
"""A receipt's or recall's whole text; a person with something to say writes more."""
CALENDAR_BYTES = 4_000

_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponse",
    "x-autoresponder",
    "x-auto-reply",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-autoreply-domain",
    "x-mail-autoreply",
    "x-vacation",
    "x-oof",
    "x-otrs-loop",
    "x-servicenow-generated",
    "x-fc-machinegenerated",
)
# A header, and the word in its value that proves it.
_MARKED = (
    ("precedence", re.compile(r"auto[_-]?reply", re.I)),
    ("x-precedence", re.compile(r"auto[_-]?reply", re.I)),
    ("x-apple-action", re.compile(r"vacation", re.I)),
    ("x-ms-exchange-generated-message-source", re.compile(r"oof|mailbox rules agent", re.I)),
    ("x-post-messageclass", re.compile(r"autoresponder", re.I)),
    ("x-mailer", re.compile(r"auto-?(?:responder|reply)|vacation", re.I)),
    ("delivered-to", re.compile(r"^autoresponder", re.I)),
    ("content-type", re.compile(r"method\s?=\s?\"?reply", re.I)),
)
_NO = ("", "no", "false", "0", "none")

_ZH_REPLY = r"(?:(?:系统|假期|休假|离线|出差|外出)?自[动動](?:回[复覆復]|答[复覆復]|应答|回信)|(?:休假|假期|外出)回复)"
_EN_REPLY = (
    r"(?:auto(?:matic|mated|mat)?[ -]?(?:reply|response|responder|answer|acknowledge?ment)|auto(?=\s{0,3}[:：])|vacation (?:reply|notice|response|message)|"
    r"out of (?:the )?office(?: (?:auto(?:matic)?[ -]?reply|reply|response|notification|message))?|ooo|"
    r"abwesenheitsnotiz|automatische antwort|réponse automatique|respuesta automática|resposta automática|自動返信)"
)
_END = r"(?:\s{0,3}[:：]|\s{0,3}$|\s{1,3}[-–—]\s|\s(?:from|re)\b|\s{0,2}(?:来自|來自))"
_REPLY_SUBJECT = re.compile(
    rf"\s{{0,9}}(?:[\[【(（]\s{{0,3}}(?:{_ZH_REPLY}|{_EN_REPLY})\s{{0,3}}[\]】)）](?!的)|"
    rf"(?:\[[^\]]{{0,40}}\]\s{{0,3}})?(?:{_ZH_REPLY}|{_EN_REPLY}){_END}|"
    # Notes and Domino: 'Ann Lee is out of the office.'
    r"[\w.'-]{1,30}(?: [\w.'-]{1,30}){0,3} (?:is|am|will be) (?:currently )?out of the office\b[^?]{0,60}$)",
    re.IGNORECASE,
)
_REPLY_TEXT = re.compile(
    r"\s{0,20}(?:[\[【(（]\s{0,3}(?:系统|此为|这是)?自[动動](?:回[复覆復]|答[复覆復])\s{0,3}[\]】)）](?!的)|"
    r"(?:您好|你好|尊敬的(?:用户|客户|先生|女士)[^，,。\n]{0,10})?[！!，,。\s]{0,6}"
    r"(?:这是|這是|此为|此邮件为|本邮件为|该邮件为|此郵件為|本郵件為|此邮件是|本邮件是|这封邮件是)(?:来自)?[^，。\n]{0,16}?(?:系统)?自[动動](?:回[复覆復]|答[复覆復])|"
    r"(?:hello|hi|dear [^,\n]{1,40}|thank you[^.\n]{0,60})?[,.!\s]{0,6}this is an auto(?:mated|matic|-generated)?[ -]?(?:generated )?(?:reply|response|acknowledge?ment|e-?mail reply|vacation)|"
    r"(?:auto(?:matic|mated)?[ -]?reply|out[ -]of[ -](?:the )?office(?: reply)?)\s{0,3}(?:[:：]|$))",
    re.IGNORECASE | re.MULTILINE,
)
_RECEIPT = re.compile(
    r"\s{0,9}(?:已读|已讀|已讀取|已读取|未读|未讀|已送达|已送達|阅读收条|已读回执|阅读回执|邮件收条|回执|read|not read|delivered|read receipt|return receipt|"
    r"disposition notification)\s{0,3}(?:[:：]|\(|（|$)",
    re.IGNORECASE,
)
_RECEIPT_TEXT = re.compile(
    r"\breceipt\b|your message\b.{0,600}\b(?:was|has been) (?:successfully )?(?:read|delivered|displayed|deleted|received|opened)\b|"
    r"已[于於].{0,40}(?:阅读|閱讀|读取|讀取|查看)|收条|回执|回條|已被?阅读|已读|已讀|已打开|被打开|已送达|未阅读|被删除",
    re.IGNORECASE | re.DOTALL,
)
_RECALL = re.compile(
    r"\s{0,9}(?:撤回|召回|撤销|邮件撤回(?:通知|报告|成功|失败)?|邮件召回(?:通知|报告)?|收回郵件|回收|recall|message recall(?: (?:success|failure|report))?)"
    r"\s{0,3}(?:[:：]|$)",
    re.IGNORECASE,
)
_RECALL_TEXT = re.compile(
    r"would like to recall|recall the message|recall (?:was|report|succe|fail)|(?:将|要|想|尝试|希望|请求)(?:撤回|召回|回收|收回)(?:此|该|这封)?(?:邮件|郵件|消息|訊息)|"
    r"(?:撤回|召回)(?:了|邮件|郵件)",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    r"\s{0,9}(?:accepted|declined|tentative(?:ly accepted)?|已接受|已拒绝|已谢绝|暂定|已暂定|接受|已接受邀请)\s{0,3}[:：]",
    re.I,
)
_ACKNOWLEDGED = re.compile(
    r"工单[^，。\n]{0,30}已(?:经)?(?:创建|受理|收到|登记|提交|生成)|(?:您|你)的(?:工单|请求|来信|邮件|问题|咨询|反馈|服务请求)[^，。\n]{0,20}已(?:经)?(?:收到|受理|创建|登记|提交)|"
    r"(?:已|我们已)(?:经)?(?:收到|受理)(?:您|你)的(?:工单|请求|来信|邮件|问题|咨询|反馈|服务请求)|"
    r"(?:request|ticket|case|incident|inquiry|e-?mail|message)[^.\n]{0,60}(?:has|have) been (?:received|created|opened|logged|registered|submitted)|"
    r"(?:request|ticket|case|incident) (?:received|created|opened)|(?:we(?:'ve| have)?|have) (?:successfully )?received your",
    re.IGNORECASE,
)
_UNATTENDED = re.compile(
    r"(?:请勿|请不要|請勿)(?:直接)?(?:回复|回覆|答复)|"
    r"(?:本|此|该|这封|這封)(?:邮件|郵件|信)[^，。\n]{0,8}[由为是為][^，。\n]{0,12}自[动動](?:发送|发出|生成|發送|發出)|"
    r"(?:please )?do not reply|mailbox is not monitored|"
    r"this (?:e-?mail|message|notification) (?:is|was|has been) (?:an? )?(?:automatically|automated|auto-?generated|system[- ]generated)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“「『\"][^“”「」『』\"\n]{1,60}[”」』\"]")
"""What somebody quotes of a machine's mail makes it none."""
_NO_REPLY = re.compile(
    r"(?:[^@]{1,60}[._+-])?(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|unattended|mailer-daemon|mailerdaemon|postmaster|auto-?reply|auto-?responder)[^@]{0,40}@",
    re.IGNORECASE,
)
_LIST_SERVER = re.compile(
    r"(?:mailman|majordomo|listserv|listmaster|sympa|ezmlm)(?:[-+][^@]{0,60})?@|[^@]{1,60}-(?:request|owner|confirm|bounces?)(?:\+[^@]{0,80})?@|owner-",
    re.IGNORECASE,
)
_LIST_SUBJECT = re.compile(
    r"\s{0,9}(?:confirm\s[0-9a-f]{8,64}|(?:please )?confirm (?:your )?(?:subscription|request)|results of your e-?mail commands|welcome to the .{1,60} mailing list|"
    r"your message to .{1,80} awaits moderator approval|请确认订阅|订阅确认)",
    re.IGNORECASE,
)
_BULK_PRECEDENCE = ("bulk", "list", "junk")
_BULK = ("list-id", "list-unsubscribe", "list-post", "list-unsubscribe-post", "x-campaign-id", "x-campaignid")
# QUIRK: Tencent's servers (QQ, exmail) write Feedback-ID on every person's mail, Amazon's on whatever they carry.
_PERSONAL_FEEDBACK = re.compile(r"qybglogicsvr|esmtp|qq\.com|amazonses", re.IGNORECASE)


def reason(mail: Mail) -> str:
    """Why a mail is automatic, in words; '' when a person may have written it."""
    return _by_header(mail) or _by_report(mail) or _by_words(mail)


def is_reply_subject(subject: str) -> bool:
    """Whether a subject is that of an automatic reply: '自动回复: …', 'Out of Office'."""
    return bool(_REPLY_SUBJECT.match(subject[:SUBJECT_CHARS]))


def bulk(mail: Mail) -> str:
    """Why a mail is a list's or bulk, in words; '' otherwise."""
    precedence = mail.header("precedence").strip().casefold()
    if precedence in _BULK_PRECEDENCE:
        return f"Precedence: {precedence}"
    named = next((name for name in _BULK if mail.header(name)), "")
    if named:
        return f"header {named}"
    feedback = mail.header("feedback-id")
    is_tencent = any(name.startswith("x-qq-") for name, _ in mail.headers)
    is_personal = is_tencent or bool(_PERSONAL_FEEDBACK.search(feedback[:SUBJECT_CHARS]))
    return "header feedback-id" if feedback and not is_personal else ""


def _by_header(mail: Mail) -> str:
    # RFC 3834 5: 'no' says that a person wrote it; a comment or parameter may follow.
    submitted = re.split(r"[;(\s]", mail.header("auto-submitted").strip(), maxsplit=1)[0].casefold()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted[:40]} (RFC 3834)"
    named = next((name for name in _HEADERS if mail.header(name).strip().casefold() not in _NO), "")
    if named:
        return f"header {named}"
    for name, words in _MARKED:
        if found := words.search(mail.header(name)[:SUBJECT_CHARS]):
            return f"{name}: {found[0].casefold()}"
    # RFC 5321 4.5.5: only notifications have it; to answer one is to answer nobody.
    return "null return path (RFC 5321 4.5.5)" if mail.envelope_sender == "" else ""


def _by_report(mail: Mail) -> str:
    """Reports, receipts, recalls and answers to invitations."""
    if mail.content_type == "multipart/report" or mail.header("x-ms-exchange-message-is-ndr"):
        return "a report (RFC 6522)"
    subject, text = mail.subject[:SUBJECT_CHARS], mail.own_text.strip()
    is_short = len(text) <= RECEIPT_CHARS_MAX
    told = mail.text[:RECEIPT_CHARS_MAX]  # QUIRK: Outlook writes it like the header of a quotation.
    if is_short and _RECEIPT.match(subject) and (not text or _RECEIPT_TEXT.search(told)):
        return "a read receipt (RFC 8098)"
    if is_short and _RECALL.match(subject) and (not text or _RECALL_TEXT.search(text)):
        return "a recall of a mail"
    calendars = (part.content for part in mail.attachments if part.content_type == "text/calendar")
    is_answer = any(b"METHOD:REPLY" in content[:CALENDAR_BYTES].upper() for content in calendars)
    if is_answer or (_INVITATION.match(subject) and not text):
        return "an answer to an invitation (RFC 5546)"
    return ""


def _by_words(mail: Mail) -> str:
    subject, text = mail.subject[:SUBJECT_CHARS], mail.own_text[:TEXT_CHARS]
    if found := _REPLY_SUBJECT.match(subject):
        return f"subject begins with '{found[0].strip()}'"
    if found := _REPLY_TEXT.match(text):
        return f"text begins with '{found[0].strip()}'"
    if _LIST_SERVER.match(mail.sender.address) and _LIST_SUBJECT.match(subject):
        return "a list server's confirmation"
    # QUIRK: web forms send from noreply with the person in Reply-To; those can be answered.
    is_answered_elsewhere = any(not _NO_REPLY.match(to.address) for to in mail.reply_to if to.address)
    if _NO_REPLY.match(mail.sender.address) and not is_answered_elsewhere:
        return "a sender that takes no replies"
    return _acknowledgement(mail, subject, text)


def _acknowledgement(mail: Mail, subject: str, text: str) -> str:
    """A ticket system's: the words alone may be a person's, so a sign of a machine must come with them."""
    ends = (text, mail.own_text[-TEXT_CHARS:])
    is_machine = (
        bool(mail.header("x-auto-response-suppress"))
        or bool(bulk(mail))
        or any(_UNATTENDED.search(_QUOTED.sub(" ", said)) for said in ends)
    )
    is_said = _ACKNOWLEDGED.search(subject) or _ACKNOWLEDGED.search(text[:200])
    return "a ticket system's acknowledgement" if is_machine and is_said else ""
