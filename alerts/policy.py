"""What the mails of one pair need to know from the configuration, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class RuleLine:
    """One threshold as the mail prints it. `kind` is default, abc, warehouse, category or item; `key` what it matches.

    `percent` is in percent, `min_value` and `cap_value` in millionths of the currency; None = no such limit.
    """

    kind: str
    key: str = ""
    percent: Decimal | None = None
    min_value: int | None = None
    cap_value: int | None = None


@dataclass(frozen=True)
class DayFigure:
    """The unexplained money at the end of a past day, in millionths of the currency."""

    day: date
    gross_value: int


@dataclass(frozen=True)
class MailPolicy:
    """How mails are written. `book` and `stock` are the source ids of the pair's two sides.

    `top_n` limits the list in the mail, never the workbook. `material_percent`: a told remainder or its money must move
    by more than this before it is news. `chain` is the escalation order: `owner`, role names or person ids.
    `copies` are the ids of people who get every digest of the pair too, `cc_roles` hear of holds.
    `review_url` is the page to open ('' = there is none yet). `labels` has what people call each source, `names` each person.
    """

    plant: str = ""
    language: str = "zh"
    currency: str = "CNY"
    top_n: int = 10
    material_percent: int = 10
    book: tuple[str, ...] = ()
    stock: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    cc_roles: tuple[str, ...] = ("wh_manager",)
    admin_role: str = "admin"
    rules: tuple[RuleLine, ...] = ()
    review_url: str = ""
    subject_prefix: str = ""
    attach: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
