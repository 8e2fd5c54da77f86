"""What everybody says in the sample complaints, in both languages; also far too long, and hostile."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

LONG_WORD = "https://wiki.corp.example/" + "a-page-whose-address-has-no-blank-" * 6
HOSTILE = (
    "<script>alert(1)</script>{{7*7}}{% for x in y %}<img src=x onerror=alert(2)>"
    "\r\nBcc: evil@evil.example\r\n\r\n\"'&<b>bold\x00\x1b[31m</td></table>\u202e--"
)
"""Markup, template source, header lines, control characters: none of it may become active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one complaint's people."""

    language: str
    subject: str
    complaint: str
    about: str
    remedy: str
    severity: str
    work_order: str
    question: str
    information: str
    grounds: str
    invalid: str
    objection: str
    department: str
    other_department: str
    """Of the directory; no free words."""
    returned: str
    cause: str
    corrective: str
    preventive: str
    responsible: str
    failed: str
    rejected: str
    unclear: str
    not_solved: str
    confirmed: str
    note: str
    filename: str
    detail: str
    """Of an alert."""


ZH = Wording(
    language="zh",
    subject="催收系统登录太慢，报修三天没有人管",
    complaint="服务台：\n\n催收系统从周一起每天早上都登录不上，一次要等十几分钟，坐席只能干等。\n"
    "报修三天了（工单 INC-20418），每次都说“已转二线”，之后没有任何人联系我们。\n\n请给一个明确的答复和解决时间。",
    about="服务台二线支持",
    remedy="明确解决时间，并说明为什么三天没有人联系",
    severity="高：影响 40 名坐席",
    work_order="INC-20418",
    question="登录慢时，页面停在输入密码之后，还是停在首页加载？请附一张截图和大致时间。",
    information="停在首页加载，8:30 到 9:10 之间最明显，截图见附件。",
    grounds="日志可以看到 8:30 至 9:10 登录平均耗时 12 分钟，情况属实。",
    invalid="经查，该时段为您所在网点的运营商线路中断，系统本身运行正常，已附运营商的故障证明。",
    objection="同一时间其他网点也登录不上，不可能只是我们的线路问题，请复核。",
    department="催收系统开发部",
    other_department="统一认证平台组",
    returned="登录走统一认证平台，请转信息安全部确认。",
    cause="夜间批量任务占满数据库连接池，早上登录需要排队。",
    corrective="连接池由 50 扩到 200，批量任务改到凌晨两点，已于今天 15:30 上线。",
    preventive="登录耗时加监控，超过 3 秒自动告警；每月复核一次批量时段。",
    responsible="吴经理",
    failed="只有重启记录，没有看到根本原因和预防措施，请补充。",
    rejected="“连接池”用户看不懂，请说明对用户有什么影响。",
    unclear="今天还没试，同事说好像快了一点？",
    not_solved="今天早上还是等了八分钟，没有解决！",
    confirmed="确认，今天登录正常了，谢谢。",
    note="已电话告知用户预计今天下午上线。",
    filename="登录慢截图.png",
    detail="mailbox full (qian@corp.example 5.2.2)",
)
EN = Wording(
    language="en",
    subject="Collections system takes minutes to log in, nobody answers",
    complaint="Dear service desk,\n\nEvery morning since Monday it has taken more than ten minutes to log in to the "
    "collections system, and forty agents can do nothing but wait.\nWe reported it three days ago (INC-20418). "
    "Each time we were told that it had been passed to second line, and then nobody called.\n\n"
    "Please tell us when it will be fixed.",
    about="second-line support",
    remedy="a date, and an explanation why nobody called for three days",
    severity="high: 40 agents",
    work_order="INC-20418",
    question="Does it hang after the password or while the start page loads? A screenshot and a time would help.",
    information="While the start page loads, worst between 8:30 and 9:10. A screenshot is attached.",
    grounds="The log shows an average of 12 minutes between 8:30 and 9:10.",
    invalid="The line of your branch's provider was down at that time; the system itself was running.",
    objection="Other branches could not log in either, so it cannot have been our line. Please look again.",
    department="Collections Development",
    other_department="Single Sign-on Team",
    returned="Log-in belongs to the single sign-on platform; please ask Information Security.",
    cause="Nightly batch jobs used up the database connections, so that log-ins had to queue in the morning.",
    corrective="Four times as many connections; batch jobs moved to two in the morning. Live since 15:30 today.",
    preventive="Log-in time is monitored, with an alert above three seconds; batch times are reviewed monthly.",
    responsible="Grace Wood",
    failed="I see a restart, but neither the cause nor what prevents it. Please add both.",
    rejected="Users do not know what a connection pool is. Say what changes for them.",
    unclear="Have not tried yet, a colleague thinks it may be a bit faster?",
    not_solved="Still eight minutes this morning. Not solved!",
    confirmed="I can confirm that it works now. Thank you.",
    note="Told the user by telephone that it goes live this afternoon.",
    filename="slow log-in.png",
    detail="mailbox full (anna.price@corp.example 5.2.2)",
)
ORDINARY = {wording.language: wording for wording in (ZH, EN)}


FIXED = ("language", "department", "other_department")


def long(wording: Wording) -> Wording:
    """Everybody goes on and on, and pastes addresses without a blank."""
    return _each(wording, lambda text: f"{text} {LONG_WORD}\n" + "\n".join([text] * 12))


def hostile(wording: Wording) -> Wording:
    """Everybody tries to get at the reader's mail program, or at ours."""
    return _each(wording, lambda text: f"{HOSTILE}{text}{HOSTILE}")


def _each(wording: Wording, change: Callable[[str], str]) -> Wording:
    said = (field.name for field in fields(wording) if field.name not in FIXED)
    return replace(wording, **{name: change(getattr(wording, name)) for name in said})
