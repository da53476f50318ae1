"""The people who type: what really moved becomes a document in U8, later a bill in K3, and a report in the MES."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from bridge.demo.articles import PER_BOX, Article
from bridge.demo.lookalikes import BillLine, Document, MesServer, StockLine
from bridge.demo.plant import K3_CODES, U8_BOX, U8_CODES, Plant


@dataclass(frozen=True)
class Kind:
    """One kind of movement: U8's document type, K3's bill type, who types where, and the prefix of the paper's number."""

    u8: str
    k3: int
    incoming: bool
    keeper: str
    accountant: str
    paper: str
    number: str


PURCHASE: Final = Kind("01", 1, incoming=True, keeper="李明", accountant="陈会计", paper="SH", number="CGRK")
PRODUCTION: Final = Kind("10", 2, incoming=True, keeper="李明", accountant="吴会计", paper="BG", number="CPRK")
ISSUE: Final = Kind("11", 24, incoming=False, keeper="周涛", accountant="吴会计", paper="LL", number="CLCK")
SALE: Final = Kind("32", 21, incoming=False, keeper="周涛", accountant="陈会计", paper="FH", number="XSCK")
CHECKER_U8, CHECKER_K3 = "赵磊", "王芳"


@dataclass(frozen=True)
class Movement:
    """Goods that really moved, once: what the paper says. `quantity` is in the base unit, `boxes` > 0 = typed in 箱."""

    kind: Kind
    article: Article
    warehouse: str
    quantity: Decimal
    reference: str
    batch: str = ""
    boxes: int = 0


def to_u8(plant: Plant, moved: Movement, at: datetime) -> Document:
    """Save the movement's U8 document, as the paper says."""
    line = StockLine(moved.article.u8_code, moved.quantity, moved.batch)
    if moved.boxes:
        line = StockLine(moved.article.u8_code, moved.boxes, moved.batch, unit=U8_BOX)
    code, keeper = U8_CODES[moved.warehouse], moved.kind.keeper
    number = f"{moved.kind.number}-{moved.reference.partition('-')[2]}"
    return plant.stock.save(moved.kind.u8, [line], code, at, keeper, number=number, reference=moved.reference)


def audit_u8(plant: Plant, document: Document, at: datetime) -> None:
    """审核 a U8 document."""
    plant.stock.audit(document, at, CHECKER_U8)


def to_k3(plant: Plant, moved: Movement, at: datetime, *, red: bool = False, note: str = "") -> str:
    """Save and audit the movement's K3 bill. Return its number. `red` takes back what such a bill did."""
    line = BillLine(moved.article.code, K3_CODES[moved.warehouse], moved.quantity, moved.batch)
    if moved.boxes:
        line = replace(line, quantity=moved.boxes, unit="箱")
    bill = plant.books.save_bill(
        moved.kind.k3, [line], at.date(), moved.kind.accountant, reference=moved.reference, red=red, note=note
    )
    plant.books.audit(bill, CHECKER_K3, at.date())
    return plant.books.number_of(bill)


def to_mes(mes: MesServer | None, moved: Movement, at: datetime) -> None:
    """Report a production in the MES (other movements are not its business)."""
    if mes is None or moved.kind is not PRODUCTION:
        return
    mes.add_move(
        moved.reference,
        moved.article.code,
        moved.warehouse,
        moved.quantity,
        at,
        unit=moved.article.unit,
        work_order=f"MO-{moved.reference[3:7]}-{int(moved.quantity) % 90 + 10}",
        operator="张班长",
    )


def in_boxes(boxes: int) -> Decimal:
    """Return the pieces in so many boxes."""
    return Decimal(boxes * PER_BOX)
