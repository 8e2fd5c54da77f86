"""Two hundred invented people of the two departments in the survey's scope, beside the sample company's own."""

import csv
from pathlib import Path

from ombud.demo.setting import SAMPLE

COUNT = 190
DEPARTMENTS = ("催收系统开发部", "个贷系统开发部")
ITSM = "itsm@corp.example"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
_NAMES = ("一帆", "子涵", "雨桐", "浩然", "思远", "嘉宁", "文博", "晓彤", "俊杰", "若曦")


def write(path: Path) -> None:
    """people.csv of the sample with the crowd and the ITSM tool's mailbox."""
    with (SAMPLE / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    rows += [_person(place) for place in range(COUNT)]
    rows.append({"姓名": "ITSM 工具", "邮箱": ITSM})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _person(place: int) -> dict[str, str]:
    name = _SURNAMES[place % len(_SURNAMES)] + _NAMES[place // len(_SURNAMES)]
    return {
        "工号": f"P{place:03}",
        "姓名": name,
        "邮箱": f"p{place:03}@corp.example",
        "职务": "开发工程师",
        "部门": DEPARTMENTS[place % 2],
        "语言": "zh",
    }
