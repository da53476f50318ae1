"""Tables as Parquet: exact, the same bytes each time, and no thread that outlives its reader."""

import subprocess
import sys

import pyarrow as pa

from bridge.store.parquet import from_parquet, to_parquet

TABLE = pa.table({"item": ["00710", "NA", "铜箔"], "quantity": [1, None, -(2**62)]})
READER = """
import sys
from bridge.store.parquet import from_parquet
content = sys.stdin.buffer.read()
for _ in range(4):
    from_parquet(content)
"""


def test_a_table_comes_back_as_it_was():
    """Texts stay texts, nulls stay nulls, and the bytes repeat; single columns can be asked for."""
    content = to_parquet(TABLE)
    assert from_parquet(content).equals(TABLE)
    assert from_parquet(content, ["quantity"]).column_names == ["quantity"]
    assert to_parquet(from_parquet(content)) == content


def test_a_program_that_ends_after_reading_does_not_abort():
    """Read through Arrow's thread pools, six such programs in a hundred ended with exit code 134."""
    wide = to_parquet(pa.table({f"c{n}": [f"x{row}" for row in range(3000)] for n in range(12)}))
    readers = [subprocess.Popen([sys.executable, "-c", READER], stdin=subprocess.PIPE) for _ in range(12)]
    for reader in readers:
        reader.communicate(wide)
    assert [reader.returncode for reader in readers] == [0] * 12
