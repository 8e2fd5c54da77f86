"""One day of mail: the scenes of the demo, each played by the people whom it concerns.

A scene writes and waits as people do; scenes run side by side. Source: HANDBOOK 2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from classify.escalation import vip_reason
from classify.people import Organisation, Person, Role
from ombud.demo.letters import apple, foxmail, outlook, plain, qq
from ombud.demo.stage import Stage
from process.roles import is_staff

MEASURES = """措施
原因：夜间批量占满数据库连接池，白天登录要排队
纠正措施：连接池由 50 扩到 200，批量改到凌晨两点
预防措施：登录耗时加监控，超过 3 秒告警
责任人：开发部值班经理
计划完成：今天
实际完成：今天 15:30"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays which part, chosen from the directory."""

    collection_user: Person
    loan_user: Person
    vip: Person
    english_user: Person
    other_user: Person
    engineer: Person
    collection_manager: Person
    loan_manager: Person
    service_manager: Person
    general_manager: Person
    representative: Person


def cast(organisation: Organisation, today: date) -> Cast:
    """The parts given to people of the directory."""
    vips = [p for p in organisation.people if vip_reason(p, organisation, today)]
    users = [p for p in organisation.people if not is_staff(p, organisation) and p not in vips]
    chinese = [p for p in users if p.language != "en"]
    collection = [p for p in chinese if "催收" in p.department]
    staff = {role: organisation.holders(role)[0] for role in Role if organisation.holders(role)}
    return Cast(
        collection_user=collection[0],
        loan_user=next(p for p in chinese if "个贷" in p.department),
        other_user=collection[1],
        vip=next(p for p in vips if "总监" in p.title and not is_staff(p, organisation)),
        english_user=next(p for p in users if p.language == "en"),
        engineer=staff[Role.SERVICE_DESK],
        collection_manager=_manager(organisation, "催收"),
        loan_manager=_manager(organisation, "个贷"),
        service_manager=staff[Role.IT_SERVICE_MANAGER],
        general_manager=staff[Role.GENERAL_MANAGER],
        representative=staff[Role.MANAGEMENT_REPRESENTATIVE],
    )


def _manager(organisation: Organisation, word: str) -> Person:
    department = next(d for d in organisation.departments if word in d.name)
    manager = organisation.person(department.manager)
    assert manager is not None
    return manager


def department(organisation: Organisation, word: str) -> str:
    """The name of the department that has a word in it."""
    return next(d.name for d in organisation.departments if word in d.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A stage and its cast."""

    stage: Stage
    parts: Cast
    organisation: Organisation

    def handled(self, number: str, word: str, manager: Person) -> None:
        """Steps 02 to 08: accepted, judged valid, dispatched, answered, verified, fed back."""
        stage, parts = self.stage, self.parts
        stage.does(parts.engineer, foxmail, "task_accept", number, "受理")
        stage.does(parts.engineer, foxmail, "task_judge", number, "有效 日志里能看到，情况属实")
        name = department(self.organisation, word)
        stage.does(parts.engineer, foxmail, "task_assign", number, f"分派 {name} 2天")
        self.verified(number, manager)

    def verified(self, number: str, manager: Person) -> None:
        """Steps 05 to 08, as after a dispatch."""
        stage, parts = self.stage, self.parts
        stage.expect(parts.representative, "dispatch", number)
        stage.does(manager, outlook, "dispatch", number, MEASURES)
        stage.does(parts.service_manager, plain, "task_verify", number, "通过")
        stage.does(parts.engineer, foxmail, "task_feedback", number, "批准")


def ordinary(play: Play) -> None:
    """An ordinary complaint, closed by the user's confirmation."""
    user, stage = play.parts.collection_user, play.stage
    text = "服务台：\n催收系统今天早上又登录不上，每次要等十几分钟，已经影响催收了。\n报了两天一直没人管，我要投诉！"
    number = stage.complain(user, outlook, "催收系统登录太慢", text)
    play.handled(number, "催收", play.parts.collection_manager)
    stage.does(user, outlook, "feedback", number, "确认，今天登录正常了，可以关闭。")
    stage.expect(user, "closure", number)


def vip(play: Play) -> None:
    """A VIP's complaint: escalated to the general manager at once."""
    user, stage = play.parts.vip, play.stage
    text = "上周要的风险报表到现在没有给我，打电话也没人接。\n对这样的服务我很不满意，请给我一个说法。"
    number = stage.complain(user, qq, "投诉：报表迟迟不给", text)
    stage.expect(play.parts.general_manager, "escalation", number)
    stage.expect(play.parts.service_manager, "escalation", number)
    play.handled(number, "个贷", play.parts.loan_manager)
    stage.does(user, qq, "feedback", number, "问题已解决，可以关闭。")
    stage.expect(user, "closure", number)


def repeated(play: Play) -> None:
    """Not solved at first: escalated as a repeat complaint, handled again, closed."""
    user, stage = play.parts.loan_user, play.stage
    text = "个贷系统放款页面一点提交就报错，昨天投诉到现在还没修好，客户都走了，太差劲了。"
    number = stage.complain(user, qq, "个贷放款页面报错", text)
    play.handled(number, "个贷", play.parts.loan_manager)
    stage.does(user, qq, "feedback", number, "还是没有解决，下午又报了三次错！")
    stage.expect(play.parts.general_manager, "escalation", number)
    play.verified(number, play.parts.loan_manager)
    stage.does(user, qq, "feedback", number, "这次真的好了，确认。")
    stage.expect(user, "closure", number)


def not_valid(play: Play) -> None:
    """Judged not valid, in English: the reason goes to the complainant first."""
    user, stage = play.parts.english_user, play.stage
    text = "Hello,\n\nI want to complain. The VPN at my home drops every ten minutes and nobody has called me back.\nThis is unacceptable."
    number = stage.complain(user, apple, "VPN drops all the time", text)
    stage.does(play.parts.engineer, foxmail, "task_accept", number, "受理")
    reason = "invalid The line test of your provider shows the fault at your home router; our gateway had no outage."
    stage.does(play.parts.engineer, foxmail, "task_judge", number, reason)
    stage.does(user, apple, "not_valid", number, "I accept that, you can close it.")
    stage.expect(user, "closure", number)


def out_of_office(play: Play) -> None:
    """An automatic reply: recorded, never answered."""
    text = "您好，我正在休假，11月30日返回。期间请联系同事。"
    play.stage.write(
        play.parts.other_user, outlook, "自动回复: 服务通知", text, Auto_Submitted="auto-replied"
    )


def request(play: Play) -> None:
    """A request that is no complaint: stays for the desk."""
    text = "您好，新同事下周一入职，请帮忙开通邮箱和客户投诉管理系统的权限，谢谢。"
    play.stage.write(play.parts.other_user, plain, "客户投诉系统权限申请", text)


def bounced(play: Play) -> None:
    """A complaint from a mailbox that is gone: its acknowledgement bounces, and the desk is told."""
    address = "left.last.year@" + play.stage.desk.rpartition("@")[2]
    gone = Person(key=address, name="前员工", addresses=(address,), is_in_directory=False)
    play.stage.write(gone, plain, "离职手续没人办", "我的离职手续拖了三周没人处理，我要投诉你们。")
    play.stage.expect(play.parts.engineer, "alert")


Scene = Callable[[Play], None]
SCENES: tuple[Scene, ...] = (ordinary, vip, repeated, not_valid, out_of_office, request, bounced)
