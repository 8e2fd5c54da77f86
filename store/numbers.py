"""Numbers of matters: counted by letter and year, without gaps among what is committed."""

from sqlalchemy import Connection

from store.database import new_or_known
from store.tables import counter


def next_number(conn: Connection, letter: str, year: int) -> str:
    """'C-2026-00017'."""
    name = f"{letter}-{year}"
    first = new_or_known(conn.dialect.name, counter).values(name=name, value=1)
    value = conn.execute(
        first.on_conflict_do_update(
            index_elements=[counter.c.name], set_={"value": counter.c.value + 1}
        ).returning(counter.c.value)
    ).scalar_one()
    return f"{name}-{value:05}"
