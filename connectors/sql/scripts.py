"""What the DBA gets to see: the configured statements, and a script that grants the tables they name."""

from config.base import SourceSettings
from connectors.database import grant_script, revoke_script
from connectors.holds import table_grants, table_revoke
from connectors.sql.config import SqlSettings
from connectors.sql.one_select import tables_of

_PURPOSES = {
    "query": "库存查询",
    "count_query": "第二次计数",
    "items_query": "物料档案",
    "movements_query": "出入库单据",
}


def show_sql(_source: str, settings: SourceSettings) -> str:
    """Return the statements as they stand in bridge.toml."""
    shown = [f"-- {_PURPOSES[name]} ({name})\n{query.strip().rstrip(';')};\n" for name, query in _queries(settings)]
    return "\n".join(shown)


def grants(source: str, settings: SourceSettings) -> str:
    """Return the script that grants SELECT on the tables the queries name, as far as they can be told."""
    return grant_script(source, _sql(settings), _tables(settings)) + table_grants(_sql(settings))


def revoke(source: str, settings: SourceSettings) -> str:
    """Return the script that takes everything back."""
    script = revoke_script(source, _sql(settings), [table for table, _ in _tables(settings)])
    return table_revoke(_sql(settings)) + script


def _tables(settings: SourceSettings) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for name, query in _queries(settings):
        for table in tables_of(query):
            found.setdefault(table, _PURPOSES[name])
    return list(found.items())


def _queries(settings: SourceSettings) -> list[tuple[str, str]]:
    named = ((name, getattr(_sql(settings), name)) for name in _PURPOSES)
    return [(name, query) for name, query in named if query is not None]


def _sql(settings: SourceSettings) -> SqlSettings:
    assert isinstance(settings, SqlSettings)  # noqa: S101 - the registry pairs kind and settings
    return settings
