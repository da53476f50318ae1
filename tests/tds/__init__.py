"""A SQL Server to test against (reference/sqlserver.md): TDS 7.4 over SQLite files, by way of sqlglot."""

from tds.failures import SqlError
from tds.rights import Rights
from tds.server import Instance, Received
from tds.session import Manner
from tds.wire import Gone

__all__ = ["Gone", "Instance", "Manner", "Received", "Rights", "SqlError"]
