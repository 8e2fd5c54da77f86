"""The tables, as SQLAlchemy Core knows them. The migrations make them; a test holds both to each other.

Times are aware UTC datetimes (`UtcTime` refuses naive ones). What a record form has as parts of parts
stands in JSON columns; what is searched by has a column of its own.
"""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no zone; what we wrote was UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """A text as databases can hold it: what is no character for them becomes U+FFFD.

    QUIRK: mails hold NUL, which PostgreSQL refuses, and half surrogate pairs, which UTF-8 cannot say.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return (
            value
            if value is None or (value.isascii() and "\0" not in value)
            else _NO_CHARACTER.sub("\ufffd", value)
        )


_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")

BIG = BigInteger().with_variant(Integer, "sqlite")
"""A number of 64 bits; SQLite's integers are so anyway, and count by themselves only as INTEGER."""

TOGETHER_BYTES_MAX = 1_000_000
"""A larger mail is claimed alone, so that a claim is bounded in memory."""

metadata = MetaData(naming_convention=NAMING)


def _id() -> Column[int]:
    return Column("id", BIG, primary_key=True)


def _text(name: str, **more: Any) -> Column[str]:
    return Column(name, Words, nullable=False, server_default="", **more)


mail = Table(
    "mail",
    metadata,
    _id(),
    Column("mailbox", String(200), nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),  # zlib
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("state", String(20), nullable=False),  # waiting, handled, set_aside, discarded
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcTime, nullable=False),
    Column("handled_at", UtcTime),
    _text("kind"),
    _text("rule"),
    _text("evidence"),
    _text("trust"),
    _text("matter"),
    _text("message_id"),
    _text("sender"),
    _text("subject"),
    _text("reason"),
    _text("traceback"),
    # What it shares with mails that must not overtake it, and by which process it is in hand.
    _text("author"),
    _text("about"),
    _text("claimed_by"),
    Column("raw_at", UtcTime),  # when its bytes left the database, and where to: '' nowhere
    _text("raw_path"),
    Index("ix_mail_state_due_at", "state", "due_at"),
    Index("ix_mail_matter", "matter"),
    Index("ix_mail_received_at", "received_at"),
    Index("ix_mail_kind_stored_at", "kind", "stored_at"),
    Index("ix_mail_stored_at", "stored_at"),
)
OUT_OF_LINE = text(f"state = 'waiting' AND (tries > 0 OR size_bytes > {TOGETHER_BYTES_MAX})")
"""Waiting mails that are not simply taken in their turn: in hand, failed before, or large."""
Index(
    "ix_mail_out_of_line",
    *(mail.c[name] for name in ("id", "author", "about", "due_at", "claimed_by")),
    sqlite_where=OUT_OF_LINE,
    postgresql_where=OUT_OF_LINE,
)

STILL_HERE = text("raw_at IS NULL")
Index("ix_mail_raw_received_at", mail.c.received_at, sqlite_where=STILL_HERE, postgresql_where=STILL_HERE)

mail_sighting = Table(
    "mail_sighting",
    metadata,
    _id(),
    Column("mailbox", String(200), nullable=False),
    Column("uidvalidity", BIG, nullable=False),
    Column("uid", BIG, nullable=False),
    Column("mail_id", ForeignKey("mail.id"), nullable=False),
    Column("received_at", UtcTime),  # when the server got what lies there; tells a UID that was given anew
    Column("seen_at", UtcTime, nullable=False),
    UniqueConstraint("mailbox", "uidvalidity", "uid"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)

free_number = Table(
    "free_number",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Integer, primary_key=True, autoincrement=False),
)

complaint = Table(
    "complaint",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("complainant_key", String(300), nullable=False),
    Column("on_behalf_of_key", String(300), nullable=False),
    Column("department", String(200), nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("due_at", UtcTime),
    Column("remind_at", UtcTime),  # of the next rung of its ladder
    Column("is_closed", Boolean, nullable=False),
    Column("record", JSON, nullable=False),  # the record form whole
    # In the order of numbers; as texts, C-2026-100000 would stand before C-2026-99999.
    Index("ix_complaint_recorded_at_number", "recorded_at", "number"),
    Index("ix_complaint_is_closed_recorded_at_number", "is_closed", "recorded_at", "number"),
    Index("ix_complaint_remind_at", "remind_at"),
    Index("ix_complaint_complainant_key_recorded_at", "complainant_key", "recorded_at"),
    Index("ix_complaint_on_behalf_of_key_recorded_at", "on_behalf_of_key", "recorded_at"),
)

escalation = Table(
    "escalation",
    metadata,
    Column("number", ForeignKey("complaint.number"), primary_key=True),
    Column("once", String(60), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", BIG, primary_key=True),
    Column("number", String(20), nullable=False, index=True),  # '' for the service as a whole
    Column("at", UtcTime, nullable=False),
    Column("role", String(40), nullable=False),
    Column("what", String(60), nullable=False),
    Column("mail_id", BIG),
    Column("commitment", String(64), nullable=False),
    Column("replaces", JSON, nullable=False),  # [[seq, commitment], …]
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index("ix_event_at", "at"),
)

event_detail = Table(
    "event_detail",
    metadata,
    Column("seq", ForeignKey("event.seq"), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("record", JSON, nullable=False),  # actor and text: what can be erased
)

anchor = Table(
    "anchor",
    metadata,
    Column("date", Date, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("seq", BIG, nullable=False),
    Column("hash", String(64), nullable=False),
)

erased_content = Table(
    "erased_content",
    metadata,
    Column("kind", String(10), primary_key=True),  # mail, outbox
    Column("row_id", BIG, primary_key=True),
    Column("sha256", String(64), nullable=False),  # of the original bytes
    Column("pseudonym", String(40), nullable=False),
    Column("at", UtcTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("message_id", String(300), nullable=False, unique=True),
    Column("matter", String(20), nullable=False, index=True),
    Column("template", String(40), nullable=False),
    Column("recipient_key", String(300), nullable=False),
    Column("recipients", JSON, nullable=False),
    _text("subject"),
    Column("content", LargeBinary, nullable=False),  # zlib
    Column("mail_id", ForeignKey("mail.id")),
    Column("state", String(20), nullable=False),  # waiting, sent, refused, dead
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    _text("last_error"),
    _text("claimed_by"),  # the process that tries it just now
    Index("ix_outbox_state_due_at", "state", "due_at"),
    Index("ix_outbox_state_done_at", "state", "done_at"),
    Index("ix_outbox_template_created_at", "template", "created_at"),
)

outbox_recipient = Table(
    "outbox_recipient",
    metadata,
    Column("outbox_id", ForeignKey("outbox.id"), primary_key=True),
    Column("address", String(320), primary_key=True),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_outbox_recipient_address_created_at", "address", "created_at"),
)

service = Table(
    "service",
    metadata,
    Column("holder", String(200), primary_key=True),  # a process: host, number and some characters
    Column("started_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),  # by when it says again that it lives
    Column("watches", JSON, nullable=False),  # mailboxes
)

mailbox_lease = Table(
    "mailbox_lease",
    metadata,
    Column("mailbox", String(200), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("term", Integer, nullable=False),  # grows with each change of hands
    Column("taken_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
)

once = Table(
    "once",
    metadata,
    Column("subject", String(60), primary_key=True),
    Column("rung", String(60), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

label = Table(
    "label",
    metadata,
    Column("mail_id", ForeignKey("mail.id"), primary_key=True),
    Column("is_complaint", Boolean, nullable=False),
    Column("by", String(300), nullable=False),
    Column("at", UtcTime, nullable=False),
)

report = Table(
    "report",
    metadata,
    Column("number", String(20), primary_key=True),  # R-202610, R-2026
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # draft, published
    Column("made_at", UtcTime, nullable=False),
    Column("published_at", UtcTime),
    Column("record", JSON, nullable=False),  # figures as frozen, comments, corrections
)

work_order = Table(
    "work_order",
    metadata,
    Column("number", String(40), primary_key=True),
    _text("title"),
    _text("category"),
    _text("department"),
    _text("requester"),
    _text("address"),
    _text("phone"),
    _text("employee_number"),
    _text("engineer"),
    Column("opened_at", UtcTime),
    Column("closed_at", UtcTime),
    Column("is_complaint", Boolean, nullable=False),
    Column("imported_at", UtcTime, nullable=False),  # when it was first seen, and
    Column("changed_at", UtcTime, nullable=False),  # when an import changed it last
    Index("ix_work_order_closed_at", "closed_at"),
    Index("ix_work_order_opened_at", "opened_at"),
)

work_order_import = Table(
    "work_order_import",
    metadata,
    _id(),
    Column("at", UtcTime, nullable=False),
    Column("mail_id", ForeignKey("mail.id")),  # none for the command line
    _text("filename"),
    Column("sha256", String(64), nullable=False),
    Column("counts", JSON, nullable=False),  # new, updated, unchanged, bad
)

callback_draw = Table(
    "callback_draw",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("since", UtcTime, nullable=False),  # orders closed from here
    Column("until", UtcTime, nullable=False),  # to before here
    Column("seed", BIG, nullable=False),
    Column("volume", Integer, nullable=False),  # of the month, by which the share was chosen
    Column("percent", Integer, nullable=False),
    Column("cool_off_days", Integer, nullable=False),
)

callback = Table(
    "callback",
    metadata,
    Column("number", ForeignKey("work_order.number"), primary_key=True),
    Column("day", ForeignKey("callback_draw.day"), nullable=False),
    # What the draw went by; the order itself may change later.
    _text("department"),
    _text("category"),
    Column("person_key", String(300), nullable=False),
    Column("is_complaint", Boolean, nullable=False),
    Column("last_called_on", Date),
    Column("is_called", Boolean, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("question", String(20)),  # 'B-2026-00042': the user is asked by mail
    Column("asked_back_at", UtcTime),  # when an answer was not understood
    Column("result", String(20), nullable=False, server_default=""),
    _text("remarks"),
    Column("answered_at", UtcTime),
    Column("complaint", String(20), nullable=False, server_default=""),
    UniqueConstraint("question"),
    Index("ix_callback_day", "day"),
    Index("ix_callback_person_key_day", "person_key", "day"),
)

callback_answer = Table(
    "callback_answer",
    metadata,
    _id(),
    Column("number", ForeignKey("callback.number"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("person_key", String(300), nullable=False),  # who reported it: an engineer, or the user
    Column("mail_id", ForeignKey("mail.id"), nullable=False),
    Column("result", String(20), nullable=False),
    _text("remarks"),
)

survey = Table(
    "survey",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("year", Integer, nullable=False, unique=True),
    Column("record", JSON, nullable=False),  # the plan with its form
)

survey_invitation = Table(
    "survey_invitation",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("survey", ForeignKey("survey.number"), nullable=False),
    Column("person_key", String(300), nullable=False),
    Column("department", String(200), nullable=False),
    Column("party", JSON, nullable=False),
    Column("sent_at", UtcTime),
    Column("reminded", Integer, nullable=False, server_default="0"),  # rungs that are behind
    Column("answered_at", UtcTime),  # the last answer that counts
    Column("asked_at", UtcTime),  # for what was missing
    Column("bounced_at", UtcTime),
    Column("complaint", String(20), nullable=False, server_default=""),
    UniqueConstraint("survey", "person_key"),
    Index("ix_survey_invitation_survey_sent_at", "survey", "sent_at"),
)

survey_answer = Table(
    "survey_answer",
    metadata,
    _id(),
    Column("survey", ForeignKey("survey.number"), nullable=False),
    Column("invitation", String(20), nullable=False),
    Column("mail_id", ForeignKey("mail.id"), nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
    Column("standing", String(20), nullable=False),
    Column("reading", JSON, nullable=False),
    Index("ix_survey_answer_survey_invitation", "survey", "invitation"),
    Index("ix_survey_answer_invitation", "invitation"),
)

review = Table(
    "review",
    metadata,
    Column("number", String(20), primary_key=True),  # A-2026
    Column("version", Integer, nullable=False),
    Column("state", String(20), nullable=False),  # planned, cancelled
    Column("starts_at", UtcTime, nullable=False),
    Column("remind_at", UtcTime),  # when its minutes are asked for
    Column("record", JSON, nullable=False),
)

review_outcome = Table(
    "review_outcome",
    metadata,
    Column("number", String(20), primary_key=True),  # A-2026-00003
    Column("version", Integer, nullable=False),
    Column("review", ForeignKey("review.number"), nullable=False),
    Column("state", String(20), nullable=False),  # recorded, open, done, handed_over, confirmed, returned
    Column("due_at", UtcTime),
    Column("remind_at", UtcTime),  # of the next rung of its ladder
    Column("record", JSON, nullable=False),
    Index("ix_review_outcome_review", "review"),
    Index("ix_review_outcome_remind_at", "remind_at"),
)
