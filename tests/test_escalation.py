"""Who holds a VIP's post, and what is the same matter."""

from datetime import date
from time import thread_time

import pytest

from bench import pairs
from classify.escalation import Account, Likeness, likeness, vip_post, vip_reason
from classify.people import NamedVip
from tests.company import ORGANISATION, VIP, person

RANKS, VIP_RANKS = ORGANISATION.ranks, ORGANISATION.vip_ranks


@pytest.mark.parametrize(
    "title",
    ["总监", "风险管理部总监", "技术总监(代理)", "总经理", "副总经理", "运维部经理兼技术总监", "Director",
     "Director of Engineering", "Engineering Director", "Vice President, IT", "代理总监"],
)  # fmt: skip
def test_posts_that_make_a_vip(title: str) -> None:
    assert vip_post(title, RANKS, VIP_RANKS), title


@pytest.mark.parametrize(
    "title",
    ["", "总监助理", "总经理秘书", "总监办公室主任", "副总监", "助理总监", "原总监", "经理", "总经理办公室文员",
     "Assistant to the Director", "Managing Director's office", "Secretary to the Vice President", "Directory clerk",
     "former Director", "总监理工程师"],
)  # fmt: skip
def test_posts_that_do_not(title: str) -> None:
    assert not vip_post(title, RANKS, VIP_RANKS), title


@pytest.mark.parametrize(
    ("since", "until", "is_vip"),
    [
        (None, None, True),
        (date(2026, 11, 24), None, True),
        (date(2026, 11, 25), None, False),
        (None, date(2026, 11, 24), True),
        (None, date(2026, 11, 23), False),
    ],
)
def test_named_vip_counts_within_its_dates(since: date | None, until: date | None, is_vip: bool) -> None:
    import dataclasses

    named = NamedVip(address="x@corp.example", since=since, until=until)
    organisation = dataclasses.replace(ORGANISATION, named_vips=(named,))
    assert bool(vip_reason(person("某", "x@corp.example"), organisation, date(2026, 11, 24))) is is_vip
    assert vip_reason(VIP, organisation, date(2026, 11, 24))


@pytest.mark.parametrize(
    ("new", "earlier", "verdict"),
    [
        (("催收系统登录慢", "今天又登录不上"), ("催收系统登录慢", "登录要等十分钟"), Likeness.SAME),
        (("投诉", "打印机坏了两次没人修"), ("投诉", "VPN一直断线影响办公"), Likeness.DIFFERENT),
        (("VPN drops", "the vpn drops every ten minutes since monday"),
         ("Complaint", "vpn drops every ten minutes, nobody answers"), Likeness.DOUBTFUL),
        (("VPN drops", "the vpn still drops every ten minutes"),
         ("Complaint", "vpn drops every ten minutes, nobody answers"), Likeness.SAME),
        (("空调太冷", "三楼空调太冷"), ("打印机", "三楼打印机没墨"), Likeness.DIFFERENT),
    ],
)  # fmt: skip
def test_likeness(new: tuple[str, str], earlier: tuple[str, str], verdict: Likeness) -> None:
    one, other = (Account(subject=s, text=t) for s, t in (new, earlier))
    found, evidence = likeness(one, other)
    assert found is verdict, evidence


def test_the_same_work_order_is_the_same_matter() -> None:
    new = Account(subject="甲", text="乙", work_order="INC1234")
    earlier = Account(subject="丙", text="丁", work_order="INC1234")
    assert likeness(new, earlier)[0] is Likeness.SAME


def test_two_work_orders_are_two_matters_whatever_the_words() -> None:
    new = Account(subject="工单超时", text="工单还是超时没有处理", work_order="INC1")
    earlier = Account(subject="工单超时", text="工单超时没有处理", work_order="INC2")
    assert likeness(new, earlier)[0] is Likeness.DOUBTFUL


def test_the_configured_similarity_decides() -> None:
    new = Account(subject="VPN", text="VPN还是每隔十分钟就断一次，上次说修好了根本没修好。")
    earlier = Account(subject="VPN断线", text="在家办公VPN每隔十分钟断一次，影响开会。")
    assert likeness(new, earlier, 0.9)[0] is Likeness.DOUBTFUL
    assert likeness(new, earlier, 0.4)[0] is Likeness.SAME


@pytest.mark.parametrize("half", pairs.HALVES)
def test_labelled_pairs(half: str) -> None:
    """False merges are worse than misses: none; what is not merged is put to the desk."""
    found = pairs.measured(tuple(pair for pair in pairs.judged() if pair.half == half))
    assert found.pairs >= 30
    assert found.precision == 1, found
    assert found.recall >= 0.7, found
    assert found.found == 1, found
    assert found.asked <= found.pairs // 4, found


@pytest.mark.parametrize("text", ["a" * 50_000, "还" * 50_000, "又" * 20_000 + "1" * 30_000, "要等" * 20_000])
def test_hostile_texts_are_compared_at_once(text: str) -> None:
    started = thread_time()
    likeness(Account(subject="x", text=text), Account(subject="y", text=text[::-1]))
    assert thread_time() - started < 0.5
