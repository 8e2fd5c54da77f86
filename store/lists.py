"""Long lists: a few rows at a time, or the newest of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select

AT_ONCE = 500


def oldest_first(
    conn: Connection, query: Select[Any], by: Sequence[Column[Any]], newest: int | None = None
) -> Iterable[Row[Any]]:
    """The rows of a query in the order of some columns, all of them or only so many of the newest."""
    if newest is None:
        return conn.execute(query.order_by(*by).execution_options(yield_per=AT_ONCE))
    newest_first = query.order_by(*(column.desc() for column in by))
    return reversed(conn.execute(newest_first.limit(newest)).all())
