"""Numbers of matters: counted by letter and year, without doubles, and without gaps once nothing is in hand.

On SQLite a step has the whole database, and counts. On PostgreSQL steps go side by side: a number is put down as free by
a transaction of its own and taken by the step that uses it, the lowest first. A step that comes to nothing leaves it free,
for the next: so nobody waits until another step has ended, and no number is lost.
"""

from sqlalchemy import Connection, delete, insert, select, text

from store.database import is_sqlite, new_or_known
from store.tables import counter, free_number


def next_number(conn: Connection, letter: str, year: int) -> str:
    """'C-2026-00017'."""
    name = f"{letter}-{year}"
    value = _lowest_free(conn, name)
    while value is None:
        value = _counted(conn, name) if is_sqlite(conn) else _made_free(conn, name)
    return f"{name}-{value:05}"


def _lowest_free(conn: Connection, name: str) -> int | None:
    """The lowest free number that no other step has taken."""
    lowest = select(free_number.c.value).where(free_number.c.name == name).order_by(free_number.c.value)
    one = lowest.limit(1).with_for_update(skip_locked=True).scalar_subquery()
    take = delete(free_number).where(free_number.c.name == name, free_number.c.value == one)
    return conn.execute(take.returning(free_number.c.value)).scalar()


def _made_free(conn: Connection, name: str) -> int | None:
    """The next number put down as free, and the lowest taken; None when others have taken all meanwhile."""
    with conn.engine.begin() as own:
        # The step's own commit, which comes later, makes this one durable too.
        own.execute(text("SET LOCAL synchronous_commit = off"))
        own.execute(insert(free_number).values(name=name, value=_counted(own, name)))
    return _lowest_free(conn, name)


def _counted(conn: Connection, name: str) -> int:
    first = new_or_known(conn.dialect.name, counter).values(name=name, value=1)
    value: int = conn.execute(
        first.on_conflict_do_update(
            index_elements=[counter.c.name], set_={"value": counter.c.value + 1}
        ).returning(counter.c.value)
    ).scalar_one()
    return value
