"""Tokens: made for one person on one matter, found again whatever a mail program does to them, never forged."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.token import (
    Seal,
    Sealer,
    hidden,
    message_id,
    numbers_in,
    reply_address,
    seals_in_addresses,
    seals_in_message_ids,
    seals_in_subject,
    subject_tag,
    without_tags,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SEALER = Sealer(keys=("k" * 40,), max_age_days=30)
MATTER, PERSON = "C-2026-00017", "10086"
CODE = SEALER.code(MATTER, PERSON, NOW)
TAG = subject_tag(MATTER, CODE)


def is_valid(seal: Seal, person_key: str = PERSON, after: timedelta = timedelta(0)) -> bool:
    return SEALER.is_valid(seal, person_key, NOW + after)


def test_code_is_a_day_and_twelve_characters() -> None:
    day, _, signature = CODE.partition("-")
    assert int(day, 36) == int(NOW.timestamp()) // 86_400
    assert len(signature) == 12
    assert f"[{MATTER} {CODE}]" == TAG


def test_code_is_the_same_all_day_and_another_the_next() -> None:
    assert SEALER.code(MATTER, PERSON, NOW.replace(hour=23)) == CODE
    assert SEALER.code(MATTER, PERSON, NOW + timedelta(days=1)) != CODE


@pytest.mark.parametrize("matter", ["C-2026-00017", "M-123", "S-2026-1", "R-7", ""])
def test_code_is_valid_for_its_own_matter_and_person(matter: str) -> None:
    assert is_valid(Seal(matter, SEALER.code(matter, PERSON, NOW)))


def test_code_is_bound_to_person_matter_day_and_key() -> None:
    day, _, signature = CODE.partition("-")
    other_key = Sealer(keys=("x" * 40,), max_age_days=30)
    assert not is_valid(Seal(MATTER, CODE), "10010")
    assert not is_valid(Seal("C-2026-00018", CODE))
    assert not is_valid(Seal(MATTER, f"{day[:-1]}0-{signature}"))
    assert not is_valid(Seal(MATTER, other_key.code(MATTER, PERSON, NOW)))


def test_parts_cannot_be_shifted_into_one_another() -> None:
    code = SEALER.code("M-1", "2|x", NOW)
    assert not is_valid(Seal("M-1|x", code), "2")
    assert not is_valid(Seal("M-12", code), "|x")


def test_code_ages() -> None:
    assert is_valid(Seal(MATTER, CODE), after=timedelta(days=30))
    assert not is_valid(Seal(MATTER, CODE), after=timedelta(days=31))


def test_code_of_the_future_is_none_but_for_a_clock_a_day_behind() -> None:
    assert is_valid(Seal(MATTER, CODE), after=timedelta(days=-1))
    assert not is_valid(Seal(MATTER, CODE), after=timedelta(days=-2))


def test_keys_rotate() -> None:
    """Newest first: it signs; what an older one signed is believed until that key goes."""
    rotated = Sealer(keys=("n" * 40, "k" * 40), max_age_days=30)
    assert rotated.is_valid(Seal(MATTER, CODE), PERSON, NOW)
    assert rotated.code(MATTER, PERSON, NOW) == Sealer(keys=("n" * 40,), max_age_days=1).code(
        MATTER, PERSON, NOW
    )
    assert not Sealer(keys=("n" * 40,), max_age_days=30).is_valid(Seal(MATTER, CODE), PERSON, NOW)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_any_other_code_is_not_valid_and_never_raises(code: str, matter: str, person_key: str) -> None:
    assert not is_valid(Seal(matter, code), person_key)


def test_every_changed_character_of_the_signature_breaks_it() -> None:
    for at in range(CODE.index("-") + 1, len(CODE)):
        changed = CODE[:at] + ("A" if CODE[at] != "A" else "B") + CODE[at + 1 :]
        assert not is_valid(Seal(MATTER, changed)), changed


SUBJECTS = (
    f"{TAG} 您的投诉已收到",
    f"您的投诉已收到 {TAG}",
    f"Re: 回复: 答复：{TAG}",
    f"Re: Re: Fw: 转发: {TAG} x",
    f"x［{MATTER} {CODE}］",
    f"x【{MATTER}　{CODE}】",
    f"x[ {MATTER}  \t {CODE} ]",
    f"x[{MATTER} {CODE}](external)",
    f"[外部邮件] {TAG}",
    f"【{MATTER}\u00a0{CODE}]",
)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_seal_is_found_in_a_subject(subject: str) -> None:
    assert seals_in_subject(subject) == (Seal(MATTER, CODE),), subject


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "x",
        f"[{MATTER}]",
        f"{MATTER} {CODE}",
        f"[{MATTER} {CODE[:-1]}]",
        f"[c-2026-17 {CODE}]",
        f"[{MATTER}{CODE}]",
    ],
)
def test_no_seal_is_found_where_there_is_none(subject: str) -> None:
    assert seals_in_subject(subject) == (), subject


def test_several_seals_stand_from_the_left_and_are_bounded() -> None:
    other = Seal("M-5", SEALER.code("M-5", PERSON, NOW))
    assert seals_in_subject(f"{TAG} {subject_tag(other.matter, other.code)}") == (Seal(MATTER, CODE), other)
    assert len(seals_in_subject(TAG * 40)) == 20


def test_message_id_carries_the_seal() -> None:
    made = message_id(MATTER, CODE, "01JDB3ZK5Q8Y7W6V5T4S3R2Q1P", "corp.example")
    assert made == f"{MATTER}.{CODE}.01JDB3ZK5Q8Y7W6V5T4S3R2Q1P@corp.example"
    assert seals_in_message_ids(["other@x.example", made], "Corp.Example") == (Seal(MATTER, CODE),)


def test_message_id_of_another_domain_carries_none() -> None:
    made = message_id(MATTER, CODE, "01JDB3ZK5Q8Y7W6V5T4S3R2Q1P", "evil.example")
    assert seals_in_message_ids([made, f"{made}@corp.example.evil.example", ""], "corp.example") == ()


def test_message_id_of_no_matter_proves_nothing_about_any() -> None:
    made = message_id("", SEALER.code("", PERSON, NOW), "01JDB3ZK5Q8Y7W6V5T4S3R2Q1P", "corp.example")
    assert made.startswith("ombud.")
    assert seals_in_message_ids([made], "corp.example") == ()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("关于 C-2026-00017 的问题", ("C-2026-00017",)),
        ("投诉C-2026-00017和C-2026-00018", ("C-2026-00017", "C-2026-00018")),
        ("c-2026-00017", ("C-2026-00017",)),
        ("C－2026－00017", ("C-2026-00017",)),
        (TAG, ("C-2026-00017",)),
        ("C-2026-00017 C-2026-00017", ("C-2026-00017",)),
        ("C-2026-123456", ("C-2026-123456",)),
        ("ABC-2026-00017", ()),
        ("C-2026-0017", ()),
        ("M-123", ()),
        ("C-2026-000171234", ()),
    ],
)
def test_numbers_quoted_bare(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(text) == numbers, text


DESK_ADDRESS = "it-desk@corp.example"
REPLY_TO = reply_address(DESK_ADDRESS, MATTER, CODE)


@pytest.mark.parametrize(
    "address", [REPLY_TO, REPLY_TO.upper(), REPLY_TO.replace("corp", "CORP"), REPLY_TO.lower()]
)
def test_seal_is_found_in_the_reply_address_whatever_becomes_of_its_case(address: str) -> None:
    assert seals_in_addresses(["x@corp.example", address], "IT-Desk@corp.example") == (Seal(MATTER, CODE),)


@pytest.mark.parametrize(
    "address",
    [
        "",
        DESK_ADDRESS,
        REPLY_TO.replace("it-desk+", "other+"),
        REPLY_TO.replace("@corp.example", "@evil.example"),
        REPLY_TO.replace("@corp.example", "@corp.example.evil.example"),
        REPLY_TO.replace("it-desk+", ""),
        REPLY_TO.replace("it-desk+", "it-desk+x+"),
        REPLY_TO.replace("@", "x@"),
        REPLY_TO.replace("c-2026", "c_2026"),
        "it-desk+" * 3_000 + "@corp.example",
    ],
    ids=lambda address: address[:60],
)
def test_no_seal_is_found_in_another_address(address: str) -> None:
    assert seals_in_addresses([address], DESK_ADDRESS) == (), address[:80]


@given(st.binary(min_size=9, max_size=9), st.sampled_from(["C-2026-00017", "M-1", "S-2026-1"]))
def test_every_code_survives_the_reply_address(signature: bytes, matter: str) -> None:
    code = f"fuo-{urlsafe_b64encode(signature).decode()}"
    assert seals_in_addresses([reply_address(DESK_ADDRESS, matter, code)], DESK_ADDRESS) == (
        Seal(matter, code),
    )


def test_a_reply_address_that_would_be_too_long_is_left_out() -> None:
    assert reply_address("a" * 40 + "@corp.example", MATTER, CODE) == ""
    assert reply_address(DESK_ADDRESS, "", CODE) == ""
    assert len(REPLY_TO.partition("@")[0]) <= 64


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("VPN [C-2026-00017 fuo-AbCdEfGhIjKl]", "VPN"),
        ("【C-2026-00017 fuo-AbCdEfGhIjKl】 VPN  again", "VPN again"),
        ("[C-2026-00017] stays, it proves nothing", "[C-2026-00017] stays, it proves nothing"),
        ("", ""),
    ],
)
def test_subject_without_tags(subject: str, bare: str) -> None:
    assert without_tags(subject) == bare


@pytest.mark.parametrize("matter", [MATTER, "M-3", "W-20261124", "Q-2026-00017"])
def test_a_text_that_is_shown_holds_no_code(matter: str) -> None:
    code = SEALER.code(matter, PERSON, NOW)
    day = code.partition("-")[0]
    assert hidden(message_id(matter, code, "01ABC", "corp.example")) == f"{matter}.{day}-….01ABC@corp.example"
    tags = f"Re: a {subject_tag(matter, code)} b {TAG}"
    assert hidden(tags) == f"Re: a [{matter} {day}-…] b [{MATTER} {day}-…]"
    assert hidden(f"{matter} is late") == f"{matter} is late"
