"""Numbers of matters: counted by letter and year, without gaps among what is committed."""

from sqlalchemy import Connection, insert, update

from store.tables import counter


def next_number(conn: Connection, letter: str, year: int) -> str:
    """'C-2026-00017'."""
    name = f"{letter}-{year}"
    value = conn.execute(
        update(counter)
        .where(counter.c.name == name)
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar()
    if value is None:
        conn.execute(insert(counter).values(name=name, value=1))
        value = 1
    return f"{name}-{value:05}"
