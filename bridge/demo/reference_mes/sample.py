"""A little stock to try things on."""

from bridge.demo.reference_mes.movements import Movement, book
from bridge.demo.reference_mes.server import ReferenceMes
from bridge.demo.reference_mes.tables import transaction
from bridge.domain.quantity import to_micro

_MOVED = (
    ("BG-0001", "ZK-2201", "LINE-1", "480", "", "产品入库", "MO-1108"),
    ("BG-0002", "00710", "LINE-1", "2000", "", "产品入库", "MO-1109"),
    ("BG-0003", "FPC-24P", "LINE-2", "126.5", "", "产品入库", "MO-1110"),
    ("BG-0004", "00710", "LINE-1", "-320", "", "生产领料", "MO-1111"),
    ("BG-0005", "ZK-2201", "LINE-1", "60", "LINE-2", "移库", ""),
)


def fill(server: ReferenceMes) -> None:
    """Book a few movements, once: their ids make a repeat harmless."""
    with transaction(server.db) as db:
        for movement, item, place, quantity, to_loc, doc_type, work_order in _MOVED:
            moved = Movement(
                id=movement, item=item, from_loc=place, qty=to_micro(quantity), to_loc=to_loc, doc_type=doc_type,
                doc_no=movement, work_order=work_order, operator="韩师傅",
            )  # fmt: skip
            book(db, moved, server.now_ms)
