"""Codes as SQL Server compares them under Chinese_PRC_CI_AS, the collation of K/3 and U8 databases."""

from functools import lru_cache

_FULL_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}


@lru_cache(maxsize=1 << 16)  # a snapshot asks for the same codes at every reading
def folded(code: str) -> str:
    """Given a code, return what it has in common with every code the server takes for the same.

    The collation ignores case and character width, and comparisons ignore trailing blanks: `ａb1 ` is `AB1`.
    """
    return code.translate(_FULL_WIDTH).casefold().rstrip(" ")
