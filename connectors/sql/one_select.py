"""Whether a text is one SELECT and nothing else: a careful guess that rather refuses.

The database's own rights are the real fence (the connection is read-only where the engine allows it, and rolled back);
this one catches slips and pasted scripts before they are sent.
"""

import re

_HIDDEN = re.compile(
    r"""--[^\n]*            # line comment
    |/\*.*?\*/             # block comment
    |N?'(?:[^']|'')*'      # text
    |"(?:[^"]|"")*"        # quoted names: standard, SQL Server, MySQL
    |\[(?:[^\]]|\]\])*\]
    |`(?:[^`]|``)*`""",
    re.DOTALL | re.VERBOSE,
)
_FORBIDDEN = re.compile(
    r"\b(insert|update|delete|merge|into|drop|alter|create|truncate|grant|revoke|deny|exec|execute|call|do|declare|set|use|"
    r"begin|commit|rollback|save|attach|detach|pragma|vacuum|reindex|analyze|copy|lock|backup|restore|shutdown|kill|dbcc|"
    r"waitfor|go|openrowset|openquery|opendatasource|handler|load)\b",
    re.IGNORECASE,
)
# What different engines read differently, so that a quote or comment could hide something from us.
_AMBIGUOUS = re.compile(r"/\*[!+]|/\*(?:(?!\*/).)*/\*|\$\w*\$|\\['\"]|\x00|#", re.DOTALL)
_DIRTY = re.compile(r"\b(nolock|readuncommitted)\b", re.IGNORECASE)


def objection(sql: str) -> str:
    """Given a statement, return '' if it is one SELECT, else the part that speaks against it."""
    found = _AMBIGUOUS.search(_without_text(sql))
    if found is not None:
        return found[0][:20].strip()
    bare = _HIDDEN.sub(" ", sql).strip().rstrip(";").rstrip()
    stray = re.search(r"['\"`;]|/\*|\*/", bare)
    if stray is not None:
        return stray[0]
    if re.match(r"(select|with)\b", bare, re.IGNORECASE) is None:
        return bare.split(maxsplit=1)[0][:20] if bare else "-"
    word = _FORBIDDEN.search(bare)
    return word[0] if word is not None else ""


def reads_dirty(sql: str) -> bool:
    """Return whether the statement asks for dirty reads, which may miss rows or count them twice (users.md 2.3, F3)."""
    return _DIRTY.search(_HIDDEN.sub(lambda match: match[0] if match[0].startswith("[") else " ", sql)) is not None


def tables_of(sql: str) -> tuple[str, ...]:
    """Return the names that follow FROM or JOIN, as far as they can be told; for the DBA's script."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", sql, flags=re.DOTALL)
    name = r"(?:\[[^\]]+\]|\"[^\"]+\"|[\w$]+)"
    found = re.findall(rf"\b(?:from|join)\s+({name}(?:\.{name})*)", bare, re.IGNORECASE)
    defined = {cte.lower() for cte in re.findall(r"(?:\bwith|,)\s+(\w+)\s+as\s*\(", bare, re.IGNORECASE)}
    plain = (re.sub(r"[\[\]\"]", "", table) for table in found)
    return tuple(dict.fromkeys(table for table in plain if table.lower() not in defined))


def _without_text(sql: str) -> str:
    """Return the statement without its plain quoted texts, so that a `#` inside one is no objection."""
    return re.sub(r"'(?:[^'\\]|'')*'|\"(?:[^\"\\]|\"\")*\"|\[[^\]]*\]|--[^\n]*", " ", sql)
