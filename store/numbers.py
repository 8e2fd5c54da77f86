"""Numbers of matters: counted by letter and year, without doubles, and without gaps once nothing is in hand.

On SQLite a step has the whole database, and counts. On PostgreSQL steps go side by side: a number is put down as free by
a transaction of its own and taken by the step that uses it, the lowest first. A step that comes to nothing leaves it free,
for the next: so nobody waits until another step has ended, and no number is lost.
"""

from functools import cache

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, text

from store.database import is_sqlite, new_or_known
from store.tables import counter, free_number


def next_number(conn: Connection, letter: str, year: int) -> str:
    """'C-2026-00017'."""
    name = f"{letter}-{year}"
    value = _lowest_free(conn, name)
    while value is None:
        value = _counted(conn, name) if is_sqlite(conn) else _made_free(conn, name)
    return f"{name}-{value:05}"


_IS_OF_NAME = free_number.c.name == bindparam("named")
_LOWEST = select(free_number.c.value).where(_IS_OF_NAME).order_by(free_number.c.value).limit(1)
_TAKE_LOWEST = (
    delete(free_number)
    .where(_IS_OF_NAME, free_number.c.value == _LOWEST.with_for_update(skip_locked=True).scalar_subquery())
    .returning(free_number.c.value)
)


def _lowest_free(conn: Connection, name: str) -> int | None:
    """The lowest free number that no other step has taken."""
    return conn.execute(_TAKE_LOWEST, {"named": name}).scalar()


def _made_free(conn: Connection, name: str) -> int | None:
    """The next number put down as free, and the lowest taken; None when others have taken all meanwhile."""
    with conn.engine.begin() as own:
        # The step's own commit, which comes later, makes this one durable too.
        own.execute(text("SET LOCAL synchronous_commit = off"))
        own.execute(insert(free_number).values(name=name, value=_counted(own, name)))
    return _lowest_free(conn, name)


@cache
def _count(dialect: str) -> Executable:
    more = {"value": counter.c.value + 1}
    first = new_or_known(dialect, counter).on_conflict_do_update(index_elements=["name"], set_=more)
    return first.returning(counter.c.value)


def _counted(conn: Connection, name: str) -> int:
    value: int = conn.execute(_count(conn.dialect.name), {"name": name, "value": 1}).scalar_one()
    return value
