"""The people of the sample complaints, in both languages."""

from dataclasses import dataclass

from classify.people import Department, Organisation, Person, Role
from tests.company import ORGANISATION, person


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays which part."""

    organisation: Organisation
    user: Person
    vip: Person
    secretary: Person
    manager: Person
    """Of the department that complaints go to."""

    def of(self, role: Role) -> Person:
        return self.organisation.holders(role)[0]


def _chinese(name: str, key: str, **more: object) -> Person:
    return person(name, f"{key}@corp.example", language="zh", **more)


def _english(name: str, key: str, **more: object) -> Person:
    return person(name, f"{key}@corp.example", language="en", **more)


def _cast(people: tuple[Person, ...], departments: tuple[Department, ...]) -> Cast:
    user, vip, secretary, one, two, manager, _, verifier, general, representative = people
    return Cast(
        organisation=Organisation(
            people=people,
            departments=departments,
            ranks=ORGANISATION.ranks,
            vip_ranks=ORGANISATION.vip_ranks,
            named_vips=(),
            roles=(
                (Role.SERVICE_DESK, (one, two)),
                (Role.COMPLAINT_MANAGER, (two,)),
                (Role.IT_SERVICE_MANAGER, (verifier,)),
                (Role.GENERAL_MANAGER, (general,)),
                (Role.MANAGEMENT_REPRESENTATIVE, (representative,)),
            ),
        ),
        user=user,
        vip=vip,
        secretary=secretary,
        manager=manager,
    )


ZH = _cast(
    (
        _chinese(
            "钱进",
            "qian",
            title="催收专员",
            department="催收运营部",
            phone="010-5550-0102",
            employee_number="B002",
        ),
        _chinese(
            "孙望舒", "sun", title="风险管理部总监", department="风险管理部", delegates=("mi@corp.example",)
        ),
        _chinese("米粒", "mi", title="总监助理", department="风险管理部"),
        _chinese("李禾", "li", title="服务台工程师"),
        _chinese("周晚", "zhou", title="服务台主管"),
        _chinese("吴松", "wu", title="催收系统开发部经理", department="催收系统开发部"),
        _chinese("郑岩", "zheng", title="统一认证平台组负责人"),
        _chinese("冯衡", "feng", title="IT服务经理"),
        _chinese("陈致远", "chen", title="运维及IT服务部总经理"),
        _chinese("褚敏", "chu", title="管理者代表"),
    ),
    (
        Department(name="催收系统开发部", manager="wu@corp.example", keywords=("催收",)),
        Department(name="统一认证平台组", manager="zheng@corp.example", keywords=("登录",)),
    ),
)
EN = _cast(
    (
        _english(
            "Anna Price", "anna.price", title="Collections Agent", department="Collections", phone="x4102"
        ),
        _english(
            "David Hughes", "david.hughes", title="Director of Risk", delegates=("joan.lee@corp.example",)
        ),
        _english("Joan Lee", "joan.lee", title="Assistant to the Director"),
        _english("Tom Hill", "tom.hill", title="Service Desk Engineer"),
        _english("Mary Stone", "mary.stone", title="Service Desk Lead"),
        _english("Grace Wood", "grace.wood", title="Head of Collections Development"),
        _english("Alan Reed", "alan.reed", title="Single Sign-on Team Lead"),
        _english("Peter Shaw", "peter.shaw", title="IT Service Manager"),
        _english("Laura Ford", "laura.ford", title="General Manager, IT Services"),
        _english("Ruth Bell", "ruth.bell", title="Management Representative"),
    ),
    (
        Department(
            name="Collections Development", manager="grace.wood@corp.example", keywords=("collections",)
        ),
        Department(name="Single Sign-on Team", manager="alan.reed@corp.example", keywords=("log in",)),
    ),
)
CASTS = {"zh": ZH, "en": EN}
