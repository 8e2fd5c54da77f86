"""What the command line shows of work orders and call-backs: JSON for programs, tables for people."""

import sys
from datetime import date

from sqlalchemy import Connection

from ombud import show
from process import sampling
from process.callback import Callback, Draw
from process.sampling import Drawn, Reason
from process.workorder import Report
from store import callbacks

REASONS = {
    Reason.COMPLAINT: "投诉必访 / complaint, always called",
    Reason.ALL: "全部回访 / all are called",
    Reason.DRAWN: "抽中 / drawn",
    Reason.NOT_DRAWN: "未抽中 / not drawn",
    Reason.COOL_OFF: "近期已回访 / called a short time ago",
    Reason.SAME_PERSON: "同一人的另一张工单 / another order of the person stands",
}
PROBLEMS = {
    "no_header": "没有必需的列 / no column",
    "no_number": "没有工单号 / no number",
    "bad_number": "工单号不可用 / no usable number",
    "nobody": "没有申请人 / nobody to call back",
    "no_address": "不是邮箱 / no e-mail address",
    "no_time": "时间读不懂 / no time",
    "future": "时间在将来 / in the future",
    "no_yes_or_no": "不是是或否 / neither yes nor no",
    "twice": "前面已有 / stood above",
    "broken": "行不完整 / broken row",
}


def print_report(report: Report, *, as_json: bool) -> None:
    """What an import did; bad rows one by one on stderr."""
    if as_json:
        show.print_json([show.plain(report)])
        return
    counts = report.counts
    for row in (*((report.trouble,) if report.trouble else ()), *report.bad_rows):
        problem = PROBLEMS.get(row.problem, row.problem)
        print(f"{report.filename}, line {row.line}: {problem}: {row.value}".rstrip(": "), file=sys.stderr)
    untold = counts.bad - len(report.bad_rows)
    if untold > 0:
        print(f"{report.filename}: {untold} more bad rows", file=sys.stderr)
    print(f"{counts.new} new, {counts.updated} updated, {counts.unchanged} unchanged, {counts.bad} bad")


def print_list(conn: Connection, since: date, *, with_uncalled: bool, as_json: bool) -> None:
    """The call-backs of draws from a day on."""
    found = callbacks.considered(conn, since, date.max)
    records = [_line(one) for one in found if one.is_called or with_uncalled]
    if as_json:
        show.print_json(records)
    else:
        columns = ("day", "number", "department", "requester", "reason", "result", "complaint", "remarks")
        show.print_table("回访 / call-backs", records, columns)


def _line(one: Callback) -> show.Record:
    return {
        "number": one.number,
        "day": one.day.isoformat(),
        "department": one.department,
        "category": one.category,
        "requester": one.order.requester,
        "is_called": one.is_called,
        "reason": one.reason.value,
        "question": one.question,
        "result": one.result.value if one.result else "",
        "remarks": one.remarks,
        "answered_at": show.plain(one.answered_at),
        "complaint": one.complaint,
    }


def print_redraw(conn: Connection, day: date, *, as_json: bool) -> bool:
    """The draw of a day made again; whether it comes out as it was stored."""
    draw = callbacks.get_draw(conn, day)
    if draw is None:
        print(f"there was no draw on {day}", file=sys.stderr)
        return False
    stored = callbacks.candidates(conn, day)
    drawn = sampling.draw((candidate for candidate, _ in stored), draw.plan)
    is_same = tuple(one.reason for one in drawn) == tuple(reason for _, reason in stored)
    records = [_drawn(one) for one in drawn]
    if as_json:
        show.print_json([{**_head(draw), "is_same": is_same, "orders": records}])
    else:
        print(", ".join(f"{name} {value}" for name, value in _head(draw).items()))
        columns = ("number", "department", "category", "lot", "seats", "reason")
        show.print_table(
            "抽样 / draw", [{**one, "reason": REASONS[Reason(one["reason"])]} for one in records], columns
        )
    if not is_same:
        print("this is not the draw that was stored", file=sys.stderr)
    return is_same


def _head(draw: Draw) -> show.Record:
    plan = draw.plan
    return {
        "day": plan.day.isoformat(),
        "since": show.plain(draw.since),
        "until": show.plain(draw.until),
        "seed": plan.seed,
        "volume": draw.volume,
        "percent": plan.percent,
        "cool_off_days": plan.cool_off_days,
    }


def _drawn(one: Drawn) -> show.Record:
    candidate = one.candidate
    return {
        "number": candidate.number,
        "department": candidate.department,
        "category": candidate.category,
        "last_called_on": candidate.last_called_on.isoformat() if candidate.last_called_on else None,
        "lot": f"{one.lot:.6f}",
        "seats": f"{one.seats}/{one.size}" if one.size else "",
        "is_called": one.is_called,
        "reason": one.reason.value,
    }
