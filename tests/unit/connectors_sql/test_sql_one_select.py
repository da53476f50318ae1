"""Only a single SELECT leaves the house; anything else, or anything unclear, is refused before it is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from config.refusal import Refusal
from connectors.sql.config import SqlSettings
from connectors.sql.one_select import objection, reads_dirty, tables_of

GOOD = [
    "SELECT 1",
    "select a, 'it''s; delete' as b from t where c = 'x--y'",
    'SELECT [update], "delete", `drop` FROM t;',
    "  -- what it does\n/* drop nothing */ WITH x AS (SELECT 1 AS a) SELECT a FROM x ; ",
    "SELECT REPLACE(a, 'x', 'y') FROM dbo.t WHERE [料号#] = N'中文;' ORDER BY a",
    "SELECT settings, updated_at, created FROM t",
    "SELECT '#1' FROM t",
]
BAD = [
    "",
    "DELETE FROM t",
    "SELECT 1; DELETE FROM t",
    "SELECT 1 DELETE FROM t",
    "SELECT * INTO copy FROM t",
    "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
    "EXEC sp_who",
    "SELECT 1; ;SELECT 2",
    "SELECT 'a' FROM t; -- x\nDROP TABLE t",
    "SELECT 1 /*! ; DROP TABLE t */",
    "SELECT 1 /* /* */ ; DROP TABLE t; /* */ */",
    "SELECT 'a\\'; DROP TABLE t; --'",
    "SELECT $$ ' $$ ; DROP TABLE t; SELECT ' '",
    "SELECT 'unclosed FROM t",
    "SELECT 1 # ' \n; DROP TABLE t -- '",
    "PRAGMA writable_schema = 1",
    "ATTACH 'x' AS y",
    "SELECT * FROM t FOR UPDATE",
    "SET NOCOUNT ON SELECT 1",
    "SELECT 1\x00; DROP TABLE t",
    "SELECT * FROM OPENROWSET('x', 'y', 'DELETE')",
]


@pytest.mark.parametrize("sql", GOOD)
def test_a_select_passes(sql):
    """Plain queries pass, whatever words stand in their texts, comments and quoted names."""
    assert objection(sql) == ""


@pytest.mark.parametrize("sql", BAD)
def test_anything_else_is_refused(sql):
    """Writing, several statements, and spellings that engines read differently are refused."""
    assert objection(sql)
    with pytest.raises(ValidationError, match="BR-1231"):
        SqlSettings(kind="sql", url="sqlite:///x", query=sql)


@given(st.text(max_size=60))
def test_hidden_words_in_text_are_harmless_and_never_crash(text):
    """Any text as a quoted literal is a literal; any text as a statement is judged without an error."""
    objection(text)
    quoted = text.replace("'", "''")
    if "\\" not in quoted and "\x00" not in quoted:
        assert objection(f"SELECT '{quoted}' AS a") == ""


def test_dirty_reads_are_seen_where_they_are_meant():
    """A hint is seen, a text or comment that mentions it is not."""
    assert reads_dirty("SELECT a FROM t WITH (NoLock)")
    assert not reads_dirty("SELECT 'NOLOCK' AS a FROM t -- nolock")


def test_tables_named_in_a_query():
    """Names after FROM and JOIN are found, those that WITH defines are not."""
    sql = "WITH x AS (SELECT 1 FROM a.b), y AS (SELECT 2 FROM [c d]) SELECT * FROM x JOIN y ON 1 = 1 LEFT JOIN \"e\" ON 'from f' = ''"
    assert tables_of(sql) == ("a.b", "c d", "e")


def test_since_belongs_to_movements_only():
    """A stock query with :since would read a part of the stock."""
    with pytest.raises(ValidationError, match="BR-1232"):
        SqlSettings(kind="sql", url="sqlite:///x", query="SELECT * FROM t WHERE id > :since")
    assert issubclass(Refusal, ValueError)
