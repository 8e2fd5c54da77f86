"""The directory's files: what is read from them, and that a faulty file is refused while the service runs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.people import Organisation, Person
from ombud import config
from ombud.roster import Roster
from ombud.settings import Settings
from store import directory
from store.directory import Directory

SAMPLE = Path(config.__file__).parent / "sample"
PEOPLE = (
    "姓名,邮箱,职务,部门,电话,工号,语言,代理人\n钱进,qian@corp.example,专员,催收部,,1,zh,mi@corp.example\n"
)
DEPARTMENTS = "部门,部门负责人,关键词,满意度调查\n催收部,qian@corp.example,催收;外呼,是\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    people: Path
    departments: Path

    def read(self) -> directory.Listing:
        return directory.read(self.people, self.departments)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(people=tmp_path / "people.csv", departments=tmp_path / "departments.csv")
    made.people.write_text(PEOPLE, encoding="utf-8")
    made.departments.write_text(DEPARTMENTS, encoding="utf-8")
    return made


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with BOM": lambda text: text.encode("utf-8-sig"),
    "GBK": lambda text: text.encode("gbk"),
    "GB18030": lambda text: text.encode("gb18030"),
    "UTF-16 with tabs": lambda text: text.replace(",", "\t").encode("utf-16"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_file_is_read_however_it_was_saved(files: Files, name: str) -> None:
    files.people.write_bytes(ENCODINGS[name](PEOPLE))
    listing = files.read()
    assert listing.faults == ()
    assert [(p.key, p.name, p.delegates) for p in listing.people] == [("1", "钱进", ("mi@corp.example",))]


def test_english_header_in_any_order_is_read(files: Files) -> None:
    text = "emails,title,name,department,language\nAnn@Corp.example; ann.b@corp.example,Director,Ann,IT,English\n"
    files.people.write_text(text, encoding="utf-8")
    files.departments.write_text("department,manager\nIT,ann.b@corp.example\n", encoding="utf-8")
    listing = files.read()
    assert listing.faults == ()
    assert listing.people == (
        Person(
            key="ann@corp.example",
            name="Ann",
            addresses=("Ann@Corp.example", "ann.b@corp.example"),
            title="Director",
            department="IT",
            language="en",
        ),
    )
    assert listing.departments[0].manager == "Ann@Corp.example"


def test_department_has_keywords_and_survey(files: Files) -> None:
    department = files.read().departments[0]
    assert (department.name, department.manager) == ("催收部", "qian@corp.example")
    assert (department.keywords, department.is_in_survey) == (("催收", "外呼"), True)


def test_full_width_address_is_made_plain_and_names_stay(files: Files) -> None:
    files.people.write_text(
        "姓名,邮箱,部门\n钱进,qian＠corp.example；q2@corp.example,催收（一）部\n", encoding="utf-8"
    )
    person = files.read().people[0]
    assert person.addresses == ("qian@corp.example", "q2@corp.example")
    assert person.department == "催收（一）部"


FAULTY = [
    ("", "has no rows", 0),
    ("姓名,邮箱\n", "has no rows", 0),
    ("姓名,电话\n钱进,1\n", "has no column 邮箱", 1),
    ("姓名,邮箱,爱好\n钱进,qian@corp.example,棋\n", "is no column of this file", 1),
    ("姓名,邮箱\n钱进,qian\n", "is not an e-mail address", 2),
    ("姓名,邮箱\n\n,qian@corp.example\n", "has no name", 3),
    ("姓名,邮箱\n钱进,\n", "has no e-mail address", 2),
    ("姓名,邮箱\n钱进,q@corp.example\n孙二,Q@corp.EXAMPLE\n", "belongs to the person of line 2 already", 3),
    ("姓名,邮箱,工号\n钱进,a@corp.example,1\n孙二,b@corp.example,1\n", "belongs to the person of line 2", 3),
    ("姓名,邮箱,语言\n钱进,q@corp.example,法语\n", "is no language", 2),
    ("姓名,邮箱\n钱进,q@corp.example,多\n", "has 3 cells under 2 columns", 2),
    ('姓名,邮箱\n"钱\n进",q@corp.example\n孙二,坏\n', "is not an e-mail address", 4),
    ("姓名,邮箱\n" + "长" * 200_000 + ",q@corp.example\n", "is no CSV", 0),
]


@pytest.mark.parametrize(("text", "problem", "line"), FAULTY, ids=[problem for _, problem, _ in FAULTY])
def test_fault_is_told_with_its_line(files: Files, text: str, problem: str, line: int) -> None:
    files.people.write_text(text, encoding="utf-8")
    faults = [(f.problem, f.line) for f in files.read().faults if f.path == files.people]
    assert any(problem in told and line == at for told, at in faults), faults


def test_manager_who_is_nobody_is_told(files: Files) -> None:
    files.departments.write_text("部门,部门负责人\n催收部,gone@corp.example\n", encoding="utf-8")
    assert [(f.line, f.value) for f in files.read().faults] == [(2, "gone@corp.example")]


def test_file_that_is_too_large_is_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "FILE_BYTES_MAX", 50)
    assert "is larger than" in files.read().faults[0].problem


@given(
    content=st.one_of(st.binary(max_size=300), st.text('姓名邮箱,;\t"\n\r@a.', max_size=200).map(str.encode))
)
def test_any_bytes_give_a_listing(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    listing = directory.read(path, path)
    assert listing.faults or listing.people


def touch_later(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000_000))


def test_changed_file_is_read_again(files: Files) -> None:
    source = Directory(files.people, files.departments)
    assert len(source.current().people) == 1
    assert source.current() is source.current()
    touch_later(files.people, PEOPLE + "孙二,sun@corp.example,,,,2,,\n")
    assert len(source.current().people) == 2


def test_faulty_file_leaves_the_last_good_one_in_force(files: Files) -> None:
    source = Directory(files.people, files.departments)
    good = source.current()
    touch_later(files.people, "姓名,邮箱\n钱进,坏\n")
    assert source.current() is good
    assert source.faults
    files.people.unlink()
    assert source.current() is good
    touch_later(files.people, PEOPLE + "孙二,sun@corp.example,,,,2,,\n")
    assert len(source.current().people) == 2
    assert source.faults == ()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("people.csv", "departments.csv"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    sample = config.sample()
    paths = {name: tmp_path / f"{name}.csv" for name in ("people", "departments")}
    return sample.model_copy(update={"directory": sample.directory.model_copy(update=paths)})


def test_roster_takes_a_newcomer_while_running(settings: Settings) -> None:
    roster, people = Roster(settings), settings.directory.people
    assert roster().person("xin.ren@corp.example") is None
    touch_later(
        people, people.read_text(encoding="utf-8") + "F001,辛仁,xin.ren@corp.example,专员,运维部,,,\n"
    )
    newcomer = roster().person("xin.ren@corp.example")
    assert newcomer is not None
    assert newcomer.name == "辛仁"


def test_roster_refuses_a_directory_that_lost_a_role_holder(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    roster, people = Roster(settings), settings.directory.people
    before = roster()
    lines = people.read_text(encoding="utf-8").splitlines(keepends=True)
    touch_later(people, "".join(line for line in lines if "gu.heng@" not in line))
    assert roster() is before
    assert roster() is before
    printed = capsys.readouterr()
    assert (printed.out + printed.err).count("directory refused") == 1


def organisation(*people: Person) -> Organisation:
    return Organisation(people=people, departments=(), ranks=(), vip_ranks=(), named_vips=(), roles=())


QIAN = Person(key="1", name="钱进", addresses=("Qian@corp.example", "钱@例子.example"))


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("qian@corp.example", True),
        ("QIAN@CORP.EXAMPLE", True),
        ("qian+tickets@corp.example", True),
        ("钱@例子.example", True),
        ("钱@xn--fsqu00a.example", True),
        ("qian@other.example", False),
        ("+qian@corp.example", False),
        ("", False),
        ("@", False),
        ("钱@" + "例" * 1000, False),
        ("钱@例..子", False),
    ],
)
def test_person_is_found_by_any_writing_of_an_address(address: str, is_found: bool) -> None:
    assert (organisation(QIAN).person(address) is QIAN) is is_found


def test_own_address_with_a_tag_goes_before_the_one_without() -> None:
    tagged = Person(key="2", name="二", addresses=("qian+two@corp.example",))
    assert organisation(QIAN, tagged).person("qian+two@corp.example") is tagged


def test_organisations_of_the_same_people_are_equal() -> None:
    assert organisation(QIAN) == organisation(QIAN)
    assert organisation(QIAN) != organisation()


def test_sample_company_plays_every_part() -> None:
    company = config.organisation(config.sample())
    assert len(company.people) == 25
    assert {"催收系统开发部", "个贷系统开发部"} <= {d.name for d in company.departments if d.is_in_survey}
    assert all(holders for _, holders in company.roles)
    assert any(person.language == "en" for person in company.people)
