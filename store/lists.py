"""Long lists: a few rows at a time, or the newest of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, Row, Select

AT_ONCE = 500


def oldest_first(
    conn: Connection, query: Select[Any], by: Column[Any], newest: int | None = None
) -> Iterable[Row[Any]]:
    """The rows of a query in the order of a column, all of them or only so many of the newest."""
    if newest is None:
        return conn.execute(query.order_by(by).execution_options(yield_per=AT_ONCE))
    return reversed(conn.execute(query.order_by(by.desc()).limit(newest)).all())
