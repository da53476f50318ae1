"""What SQL Server refuses to compile though SQLite would run it."""

import re

from sqlglot import exp

from tds import failures

_SINCE_2012 = re.compile(r"\b(TRY_CONVERT|TRY_CAST|IIF|CONCAT|FORMAT|OFFSET|STRING_AGG|TRIM)\b(?=[\s(])", re.IGNORECASE)
_SINCE_2008 = re.compile(
    r"\b(MERGE\b(?=\s+(INTO\s+)?[\w\[])|CAST\s*\([^)]*\bAS\s+(DATE|TIME|DATETIME2)\b)", re.IGNORECASE
)


def refuse_newer(sql: str, version: int) -> None:
    """Refuse what came after the release this server pretends to be."""
    bare = re.sub(r"N?'(?:[^']|'')*'|\[[^\]]*\]", "x", sql)
    for since, words in ((11, _SINCE_2012), (10, _SINCE_2008)):
        found = words.search(bare) if version < since else None
        if found:
            raise failures.syntax(found[0])


def refuse_ungrouped(tree: exp.Select) -> None:
    """Raise SqlError 8120 for a selected column that is neither grouped by nor aggregated."""
    group = tree.args.get("group")
    grouped = {node.sql("tsql") for node in group.expressions} if group else set()
    if group and not all(node.find(exp.Column) for node in group.expressions):
        raise failures.constant_group()
    if not grouped and not any(each.find(exp.AggFunc) for each in tree.selects):
        return

    def look(node: exp.Expression) -> None:
        if node.sql("tsql") in grouped or isinstance(node, exp.AggFunc | exp.Subquery):
            return
        if isinstance(node, exp.Column):
            raise failures.not_grouped(node.sql("tsql"))
        for child in node.iter_expressions():
            look(child)

    for projection in tree.selects:
        look(projection.this if isinstance(projection, exp.Alias) else projection)
