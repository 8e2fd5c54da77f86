"""The base subject of RFC 5256 2.1, with the prefixes that mail programs write in Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import subject

BASES = {
    "VPN 故障": "VPN 故障",
    "Re: VPN": "VPN",
    "RE: FW: 答复: VPN": "VPN",
    "回复：转发：答复: VPN": "VPN",
    "回复:Re:回覆：轉寄: VPN": "VPN",
    "回復：答覆：轉發：转寄: VPN": "VPN",
    "Re[2]: Re(3): Re^4: 回复(2)：VPN": "VPN",
    "ＲＥ：ＦＷ：VPN": "VPN",
    "AW: WG: SV: VS: VPN": "VPN",
    "Re:\u3000VPN  \t 坏了": "VPN 坏了",
    "[外部] Re: VPN": "VPN",
    "【外部邮件】回复: VPN": "VPN",
    "Re: [list] Re: VPN": "VPN",
    "回复: [C-2026-00017 fuo-abcdefghijkl] 打印机": "打印机",
    "[list]": "[list]",
    "VPN (fwd)": "VPN",
    "Re: VPN (fwd) (FWD)": "VPN",
    "[Fwd: Re: VPN]": "VPN",
    "【投诉】打印机": "【投诉】打印机",
    "Re: 【投诉】打印机": "【投诉】打印机",
    "[投诉] 打印机": "[投诉] 打印机",
    "关于: 打印机": "关于: 打印机",
    "自动回复: 打印机": "自动回复: 打印机",
    "Request: new printer": "Request: new printer",
    "时间: 10:00": "时间: 10:00",
    "Re: ": "",
    "": "",
}


@pytest.mark.parametrize("written", BASES)
def test_base_subject(written: str) -> None:
    assert subject.base(written) == BASES[written], written


@given(st.text(st.sampled_from("Re:回复转发：[]()【】 fwd12a"), max_size=60))
def test_base_of_a_base_is_itself(written: str) -> None:
    base = subject.base(written)
    assert subject.base(base) == base, written
    assert subject.base(f"回复：{written}") == base, written


@pytest.mark.parametrize("unit", ["Re: ", "[a] ", "(fwd)", "[fwd:", "【a】", "["])
def test_base_subject_is_linear(unit: str) -> None:
    assert len(subject.base(unit * 100_000)) <= subject.SUBJECT_CHARS_MAX, unit
