"""Arrow tables as Parquet bytes and back: the same table always gives the same bytes."""

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq


def to_parquet(table: pa.Table) -> bytes:
    """Given a table, return it as Parquet."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def from_parquet(content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """Given Parquet bytes, return the table, or these columns of it.

    Read by the calling thread alone. `read_table` goes through Arrow's datasets and their thread pools, and where a thread
    of these still runs while the interpreter ends, the process aborts ("terminate called without an active exception").
    """
    wanted = None if columns is None else list(columns)
    return pq.ParquetFile(pa.BufferReader(content), pre_buffer=False).read(columns=wanted, use_threads=False)
