"""Who is behind an address: several addresses, tags, case and IDN are one person, look-alikes never are."""

from dataclasses import replace

import pytest

from classify.people import Organisation, Person, address_key
from ingest.parse import parse
from tests.company import DESK_A, GENERAL, ORGANISATION, USER

BOSS = Person(
    key="10001",
    name="陈总",
    addresses=("boss@corp.example", "chen@gross.example", "总经理@公司.example"),
    title="总经理",
)
COMPANY = replace(ORGANISATION, people=(*ORGANISATION.people, BOSS))

SAME = (
    "boss@corp.example",
    "BOSS@Corp.Example",
    "chen@gross.example",
    "boss+holiday@corp.example",
    "boss+a+b@corp.example",
    "总经理@公司.example",
    "总经理@xn--55qx5d.example",
    "总经理@XN--55QX5D.EXAMPLE",
)
OTHERS = (
    "",
    "boss",
    "@corp.example",
    "boss@corp.example.evil.example",
    "boss@evil.example",
    "boss@sub.corp.example",
    "bos@corp.example",
    "boss.@corp.example",
    "+boss@corp.example",
    "boss-holiday@corp.example",
    "boss%corp.example@evil.example",
    '"boss@corp.example"@evil.example',
    "evil+boss@corp.example",
    # Look-alikes: sharp s, Cyrillic o, full-width letters, dotless i, zero-width joiner.
    "chen@groß.example",
    "boß@corp.example",
    "bоss@corp.example",
    "boss@cоrp.example",
    "ｂoss@corp.example",
    "boss@ｃorp.example",
    "boss@corp\u200d.example",
    "boss\u200b@corp.example",
)


@pytest.mark.parametrize("address", SAME)
def test_one_person_by_all_their_addresses(address: str) -> None:
    assert COMPANY.person(address) == BOSS, address
    assert COMPANY.key(address) == BOSS.key, address
    assert COMPANY.who(address, "whatever") == BOSS, address


@pytest.mark.parametrize("address", OTHERS, ids=ascii)
def test_nobody_is_taken_for_somebody_else(address: str) -> None:
    assert COMPANY.person(address) is None, address
    made = COMPANY.who(address, BOSS.name)
    assert (made.is_in_directory, made.title) == (False, ""), address
    assert made.key != BOSS.key


def test_tags_are_looked_at_where_configured_so() -> None:
    strict = replace(COMPANY, ignores_tags=False)
    assert strict.person("boss+x@corp.example") is None
    assert strict.person("boss@corp.example") == BOSS
    assert strict.key("a+x@out.example") != strict.key("a@out.example")
    assert COMPANY.key("a+x@out.example") == COMPANY.key("a@out.example")


def test_an_address_with_a_tag_of_its_own_is_somebody_elses() -> None:
    tagged = Person(key="2", name="二", addresses=("boss+audit@corp.example",))
    company = replace(COMPANY, people=(*COMPANY.people, tagged))
    assert company.person("boss+audit@corp.example") == tagged
    assert company.person("boss+other@corp.example") == BOSS


@pytest.mark.parametrize(
    "address",
    ["x" * 5_000 + "@y", "x@" + "ü." * 200, "x@\ud800.example", "@" * 1_000, "\0", "x@" + "ü" * 5_000],
)
def test_any_text_has_a_key(address: str) -> None:
    assert isinstance(address_key(address), str)


# From header, and whether something about its display name is noted.
FROMS = (
    ("钱进 <qian@corp.example>", ""),
    ("qian@corp.example", ""),
    ('"qian@corp.example" <qian@corp.example>', ""),
    ('"QIAN@CORP.EXAMPLE" <qian@corp.example>', ""),
    ('"qian+x@corp.example" <qian@corp.example>', ""),
    ("stranger@evil.example", ""),
    ("Somebody <stranger@evil.example>", ""),
    ('"boss@corp.example" <stranger@evil.example>', "boss@corp.example"),
    ('"boss＠corp.example" <stranger@evil.example>', "boss@corp.example"),
    ('"陈总 (boss@corp.example)" <stranger@evil.example>', "boss@corp.example"),
    ('"boss@corp.example via portal" <qian@corp.example>', "boss@corp.example"),
    ("=?utf-8?q?boss=40corp=2Eexample?= <stranger@evil.example>", "boss@corp.example"),
    (
        "=?utf-8?q?boss=40corp=2Eexample_=3Cboss=40corp=2Eexample=3E?= <stranger@evil.example>",
        "boss@corp.example",
    ),
    ("李台 <stranger@evil.example>", "李台"),
    ('" 李 台 " <stranger@evil.example>', "李台"),
    ("李台 <qian@corp.example>", ""),
)


@pytest.mark.parametrize(("value", "noted"), FROMS)
def test_a_display_name_is_never_believed_and_noted_where_it_pretends(value: str, noted: str) -> None:
    mail = parse(f"From: {value}\nTo: it-desk@corp.example\nSubject: x\n\ntext\n".encode())
    sender = COMPANY.who(mail.sender.address, mail.sender.name)
    assert sender.key in (USER.key, "stranger@evil.example"), f"{value}: taken for {sender}"
    notes = COMPANY.disguise(mail.sender.name, sender)
    assert (noted in " ".join(notes)) if noted else notes == (), f"{value}: {notes}"


def test_roles_come_with_the_address_alone() -> None:
    for pretended in (GENERAL, DESK_A):
        stranger = COMPANY.who("x@evil.example", pretended.name)
        assert stranger.key not in {p.key for p in COMPANY.everybody}


def test_index_over_names_holds_nobody_without_one() -> None:
    nameless = Organisation(
        people=(Person(key="1", name="", addresses=("n@corp.example",)),),
        departments=(), ranks=(), vip_ranks=(), named_vips=(), roles=(),
    )  # fmt: skip
    assert nameless.disguise("", nameless.who("x@evil.example")) == ()
