"""Numbers that count up without gaps, per name and period."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bridge.store.statements import insert
from bridge.store.tables import counters


@dataclass(frozen=True)
class Counters:
    """The counters inside one transaction."""

    connection: Connection

    def next(self, name: str, period: str = "") -> int:
        """Given a name and a period such as `20261123`, return 1, 2, 3 … A rolled-back number is given out again."""
        statement = insert(self.connection, counters).values(name=name, period=period, value=1)
        counted = statement.on_conflict_do_update(
            index_elements=["name", "period"], set_={"value": counters.c.value + 1}
        ).returning(counters.c.value)
        return int(self.connection.execute(counted).scalar_one())
