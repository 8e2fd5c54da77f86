"""A small invented company for tests of the pure core."""

from datetime import time
from zoneinfo import ZoneInfo

from classify.people import Department, NamedVip, Organisation, Person, Role
from process.rules import Rules
from process.worktime import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE_HOURS = ((time(9), time(12)), (time(13, 30), time(18)))
CALENDAR = Calendar(timezone=SHANGHAI, hours=(OFFICE_HOURS,) * 5 + ((), ()))
RULES = Rules(calendar=CALENDAR)


def person(name: str, address: str, **more: object) -> Person:
    return Person(key=address, name=name, addresses=(address,), **more)  # type: ignore[arg-type]


USER = person("钱进", "qian@corp.example", title="催收专员", department="催收系统开发部")
VIP = person("孙总", "sun@corp.example", title="风险管理部总监", delegates=("mi@corp.example",))
SECRETARY = person("米粒", "mi@corp.example", title="总监助理")
DESK_A = person("李台", "li@corp.example", title="服务台工程师")
DESK_B = person("周台", "zhou@corp.example", title="服务台工程师")
COLLECTION = person("吴经理", "wu@corp.example", title="催收系统开发部经理")
LOANS = person("郑经理", "zheng@corp.example", title="个贷系统开发部经理")
SERVICE_MANAGER = person("冯经理", "feng@corp.example", title="IT服务经理")
GENERAL = person("陈总", "chen@corp.example", title="运维及IT服务部总经理")
REPRESENTATIVE = person("褚代表", "chu@corp.example", title="管理者代表")

ORGANISATION = Organisation(
    people=(
        USER, VIP, SECRETARY, DESK_A, DESK_B, COLLECTION, LOANS, SERVICE_MANAGER, GENERAL, REPRESENTATIVE,
    ),
    departments=(
        Department(name="催收系统开发部", manager="wu@corp.example", keywords=("催收",)),
        Department(name="个贷系统开发部", manager="zheng@corp.example", keywords=("个贷", "放款")),
    ),
    ranks=("总经理", "副总经理", "总监", "副总监", "助理总监", "general manager", "vice president", "director"),
    vip_ranks=("总经理", "副总经理", "总监", "general manager", "vice president", "director"),
    named_vips=(NamedVip(address="named@corp.example"),),
    roles=(
        (Role.SERVICE_DESK, (DESK_A, DESK_B)),
        (Role.COMPLAINT_MANAGER, (DESK_A,)),
        (Role.IT_SERVICE_MANAGER, (SERVICE_MANAGER,)),
        (Role.GENERAL_MANAGER, (GENERAL,)),
        (Role.MANAGEMENT_REPRESENTATIVE, (REPRESENTATIVE,)),
    ),
)  # fmt: skip
