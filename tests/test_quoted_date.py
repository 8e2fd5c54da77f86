"""The dates above quoted and forwarded mail, as the programs write them."""

from datetime import timedelta, timezone

import pytest

from ingest import quoted_date

HERE = timezone(timedelta(hours=8))

DATES = {
    "2026年11月20日 9:30": "2026-11-20T09:30:00+08:00",
    "2026年11月20日(星期五) 下午3:05": "2026-11-20T15:05:00+08:00",
    "2026-11-20 09:30:12 (星期五)": "2026-11-20T09:30:12+08:00",
    "星期五, 十一月 20, 2026 9:30 上午": "2026-11-20T09:30:00+08:00",
    "星期五, 2026年 11 月 20日 上午 9:30:12": "2026-11-20T09:30:12+08:00",
    "2026年11月20日 09点30分": "2026-11-20T09:30:00+08:00",
    "2012年3月11日(星期日) 晚上7:05": "2012-03-11T19:05:00+08:00",
    "2022年3月25日(星期五) 中午11:47": "2022-03-25T11:47:00+08:00",
    "2022年3月25日(星期五) 中午1:07": "2022-03-25T13:07:00+08:00",
    "2026年11月20日 GMT+8 15:05:00": "2026-11-20T15:05:00+08:00",
    "2026/11/20 09:30 (GMT+09:00)": "2026-11-20T09:30:00+09:00",
    "2026 Nov. 20 (Fri.) 09:30": "2026-11-20T09:30:00+08:00",
    "Friday, November 20, 2026 3:05 PM": "2026-11-20T15:05:00+08:00",
    "Friday, November 20th, 2026 at 9:30 AM": "2026-11-20T09:30:00+08:00",
    "Fri, Nov 20, 2026 at 12:05 AM": "2026-11-20T00:05:00+08:00",
    "Friday, 23 March 2012 5:08 p.m.": "2012-03-23T17:08:00+08:00",
    "Fri, 20 Nov 2026 09:30:12 +0100": "2026-11-20T09:30:12+01:00",
    "Tue, 2011-03-01 at 18:02 +0530": "2011-03-01T18:02:00+05:30",
    "11/20/2026 09:30": "2026-11-20T09:30:00+08:00",
    "20/11/2026 09:30 (GMT+08:00)": "2026-11-20T09:30:00+08:00",
    "05.03.2026 um 09:30": "2026-03-05T09:30:00+08:00",
    "2026-11-20": "2026-11-20T00:00:00+08:00",
}


@pytest.mark.parametrize("value", DATES)
def test_read_date_above_a_quotation(value: str) -> None:
    moment = quoted_date.read(value, HERE)
    assert moment is not None, value
    assert moment.isoformat() == DATES[value], value


@pytest.mark.parametrize(
    "value", ["", "昨天", "2026年13月40日", "2026-02-30 10:00", "25:99", "0000-01-01", "Monday", "1/2/3"]
)
def test_read_no_date(value: str) -> None:
    assert quoted_date.read(value, HERE) is None, value
