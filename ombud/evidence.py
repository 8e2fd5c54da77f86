"""Which step and which clause each entry of the trail evidences: one table.

Clause numbers are those of ISO/IEC 20000-1:2018 and of ISO 10002:2018. 20000-1 treats complaints in
8.3.2 alone: recorded, managed to closure, reported, and escalated where the ordinary way does not
solve them. Source: HANDBOOK 2.
"""

from dataclasses import dataclass

RECORDED = "8.3.2 记录 / recorded"
MANAGED = "8.3.2 管理至关闭 / managed to closure"
ESCALATED = "8.3.2 升级 / escalated"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an entry shows that was done."""

    step: str
    """Code of the handbook, 01 to 10; '' for what belongs to no one step."""
    iso_20000: str
    iso_10002: str


RECEIPT = "7.2 受理登记 / receipt"
TRACKING = "7.3 跟踪 / tracking"
ACKNOWLEDGEMENT = "7.4 告知收到 / acknowledgement"
ASSESSMENT = "7.5 初步评估 / initial assessment"
INVESTIGATION = "7.6 调查 / investigation"
RESPONSE = "7.7 答复 / response"
DECISION = "7.8 告知决定 / communicating the decision"
CLOSING = "7.9 关闭 / closing"
SATISFACTION = "8.3 对处理过程的满意度 / satisfaction with the process"
RECORDS = "8.1 记录的收集与保护 / collection and protection of records"

EVIDENCE = {
    "recorded": Evidence("01", RECORDED, f"{RECEIPT}; {ACKNOWLEDGEMENT}"),
    "accepted": Evidence("02", MANAGED, ASSESSMENT),
    "asked": Evidence("02", MANAGED, ASSESSMENT),
    "informed": Evidence("", MANAGED, TRACKING),
    "judged_valid": Evidence("03", MANAGED, INVESTIGATION),
    "judged_invalid": Evidence("03", MANAGED, f"{INVESTIGATION}; {DECISION}"),
    "objected": Evidence("03", ESCALATED, CLOSING),
    "objected_again": Evidence("03", MANAGED, CLOSING),
    "same_matter": Evidence("03", MANAGED, ASSESSMENT),
    "different_matter": Evidence("03", MANAGED, ASSESSMENT),
    "dispatched": Evidence("05", MANAGED, INVESTIGATION),
    "returned": Evidence("05", MANAGED, INVESTIGATION),
    "measures_begun": Evidence("05", MANAGED, RESPONSE),
    "measures_reported": Evidence("05", MANAGED, RESPONSE),
    "verified": Evidence("07", MANAGED, RESPONSE),
    "failed": Evidence("07", MANAGED, RESPONSE),
    "feedback_approved": Evidence("08", MANAGED, DECISION),
    "feedback_rejected": Evidence("08", MANAGED, DECISION),
    "feedback_sent": Evidence("08", MANAGED, DECISION),
    "confirmed": Evidence("09", MANAGED, CLOSING),
    "not_solved": Evidence("09", ESCALATED, CLOSING),
    "unclear_answer": Evidence("09", MANAGED, CLOSING),
    "user_reminded": Evidence("09", MANAGED, TRACKING),
    "no_answer": Evidence("09", MANAGED, TRACKING),
    "closed": Evidence("10", MANAGED, CLOSING),
    "reopened": Evidence("10", ESCALATED, CLOSING),
    "rated": Evidence("10", MANAGED, SATISFACTION),
    "escalated": Evidence("", ESCALATED, ASSESSMENT),
    "noted": Evidence("", MANAGED, TRACKING),
    "reminded": Evidence("", MANAGED, TRACKING),
    "warned": Evidence("", MANAGED, TRACKING),
    "overdue": Evidence("", ESCALATED, TRACKING),
    "personal_data_erased": Evidence("", RECORDED, RECORDS),
    "raw_mail_moved": Evidence("", RECORDED, RECORDS),
    "raw_mail_dropped": Evidence("", RECORDED, RECORDS),
}
OTHER = Evidence("", MANAGED, TRACKING)


def of(what: str) -> Evidence:
    """What an entry of this name evidences."""
    return EVIDENCE.get(what, OTHER)
