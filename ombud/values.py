"""What a value of config.toml may be: addresses, counts, spans of time; each fault said as a person reads it."""

from datetime import time
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from classify.people import ADDRESS

Security = Literal["tls", "starttls", "plain"]


def _address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        raise ValueError("is not an e-mail address")
    return value


def _number(value: object) -> object:
    """QUIRK: for pydantic `true` is the number 1; for the person who wrote it, it is not."""
    if isinstance(value, bool):
        raise ValueError("is true or false where a number belongs")
    return value


def _target(value: object) -> object:
    """A target, or "none"."""
    return None if value == "none" else _number(value)


def _span(value: object) -> object:
    """'09:00-12:00' as two times."""
    if not isinstance(value, str):
        return value
    opening, dash, closing = (part.strip() for part in value.replace("–", "-").partition("-"))
    try:
        span = (time.fromisoformat(opening), time.fromisoformat(closing))
    except ValueError as trouble:
        raise ValueError('is not a span of time such as "09:00-12:00" (at most "23:59")') from trouble
    if not dash or span[0] >= span[1]:
        raise ValueError("ends before it begins")
    return span


def _day(value: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    spans = tuple(sorted(value))
    if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
        raise ValueError("has spans that overlap")
    return spans


def _variable(value: str) -> str:
    if value and not (value.replace("_", "").isalnum() and value.isascii() and value == value.upper()):
        raise ValueError("is not the name of an environment variable (capital letters, digits and _)")
    return value


def _ladder(value: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(value), reverse=True))


Email = Annotated[str, AfterValidator(_address)]
Variable = Annotated[str, AfterValidator(_variable)]
Port = Annotated[int, BeforeValidator(_number), Field(ge=1, le=65535)]
Months = Annotated[int, BeforeValidator(_number), Field(ge=0, le=1_200)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=1, le=1_000_000)]
Processes = Annotated[int, BeforeValidator(_number), Field(ge=0, le=64)]
Days = Annotated[int, BeforeValidator(_number), Field(ge=1, le=3660)]
CoolOff = Annotated[int, BeforeValidator(_number), Field(ge=0, le=3660)]
Percent = Annotated[int, BeforeValidator(_number), Field(ge=0, le=100)]
WorkingDays = Annotated[int, BeforeValidator(_number), Field(ge=1, le=60)]
WorkingHours = Annotated[float, BeforeValidator(_number), Field(gt=0, le=400)]
Seconds = Annotated[float, BeforeValidator(_number), Field(ge=0.1, le=86_400)]
SecondsOrNone = Annotated[float, BeforeValidator(_number), Field(ge=0, le=86_400)]
Share = Annotated[float, BeforeValidator(_number), Field(gt=0, le=1)]
ReportDay = Annotated[int, BeforeValidator(_number), Field(ge=0, le=20)]
TargetShare = Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_target)]
TargetNumber = Annotated[Annotated[float, Field(ge=0, le=1_000_000)] | None, BeforeValidator(_target)]
Span = Annotated[tuple[time, time], BeforeValidator(_span)]
OfficeDay = Annotated[tuple[Span, ...], AfterValidator(_day)]
Confidence = Annotated[float, BeforeValidator(_number), Field(ge=0.5, le=0.999)]
Margin = Annotated[float, BeforeValidator(_number), Field(ge=0.005, le=0.5)]
RemindBefore = Annotated[tuple[WorkingDays, ...], AfterValidator(_ladder)]
Cell = Annotated[int, BeforeValidator(_number), Field(ge=2, le=1000)]
PortOrNone = Annotated[int, BeforeValidator(_number), Field(ge=0, le=65535)]
