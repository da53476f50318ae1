"""A small MES that keeps the contract of docs/connectors/mes-contract.md, for a plant's developers to read and copy.

Read in this order: `server.py` (requests), `holds.py`, `stock.py`, `movements.py`, `tables.py` (what is stored).
`python -m bridge.demo.reference_mes` runs it.
"""

from bridge.demo.reference_mes.answers import Refused
from bridge.demo.reference_mes.server import ReferenceMes

__all__ = ["ReferenceMes", "Refused"]
