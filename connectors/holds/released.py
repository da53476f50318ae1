"""Whether the admin released the connected database for writing: the guard against a copy or another year's set."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from bridge.domain.errors import EffectRefused
from connectors.database import database_name

_ACCOUNT = re.compile(r"UFDATA_(\d{3})_\d{4}", re.IGNORECASE)


def check_released(target: str, connection: Connection, allowed: Sequence[str]) -> None:
    """Raise EffectRefused unless `allowed` names the database, or a U8 account in every year (UFDATA_002_2026: 002)."""
    name = database_name(connection)
    account = _ACCOUNT.fullmatch(name)
    names = {name.casefold(), account[1] if account else name.casefold()}
    if names.isdisjoint(one.casefold() for one in allowed):
        raise EffectRefused("BR-1610", target=target, database=name, allowed=", ".join(allowed) or "-")
