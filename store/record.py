"""Dataclasses of ours as JSON and back, exact: what was written is what is read.

Unknown keys are left out on reading, so that a record written by a newer program still opens; missing
ones take the dataclass's default.
"""

import dataclasses
import types
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A dataclass (or part of one) as what JSON knows; times in ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return [to_json(item) for item in value] if isinstance(value, tuple) else value


def from_json(kind: type[T], data: dict[str, Any]) -> T:
    """The dataclass that `to_json` wrote."""
    readers = _readers(cast(Any, kind))
    return kind(**{name: readers[name](value) for name, value in data.items() if name in readers})


Reader = Callable[[Any], Any]


@cache
def _readers(kind: Any) -> dict[str, Reader]:
    """How each field is read: types are looked into once, records are read by the thousand."""
    return {name: _reader(hint) for name, hint in get_type_hints(kind).items()}


def _reader(hint: Any) -> Reader:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    read = _of_type(hint)
    return _as_it_is if read is None else lambda value: None if value is None else read(value)


def _of_type(hint: Any) -> Reader | None:
    """What makes the value of a type of what JSON knows; None where they are the same."""
    if get_origin(hint) is tuple:
        item = _reader(get_args(hint)[0])
        return tuple if item is _as_it_is else lambda values: tuple(map(item, values))
    if not isinstance(hint, type):
        return None
    if dataclasses.is_dataclass(hint):
        return partial(from_json, hint)
    if hint is datetime:
        return datetime.fromisoformat
    return hint if issubclass(hint, Enum) else None


def _as_it_is(value: Any) -> Any:
    return value
