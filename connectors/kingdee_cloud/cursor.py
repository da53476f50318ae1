"""How far stock documents have been read."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(frozen=True)
class Cursor:
    """`changed` is the latest change seen, as the server writes it (local, no zone); `full_at` the last full pass.

    `forms` are the forms that were read: one that is added later is read from its start.
    """

    account: str
    changed: str
    full_at: datetime
    forms: tuple[str, ...]

    def text(self) -> str:
        """Return the cursor as opaque text (JSON)."""
        return json.dumps({"v": 1, **asdict(self), "full_at": self.full_at.isoformat()}, separators=(",", ":"))


def parse(text: str) -> Cursor | None:
    """Given the text of a cursor, return it; None for '' and for anything not understood: then all is read anew."""
    try:
        found = json.loads(text)
        if found.pop("v") != 1:
            return None
        full_at = datetime.fromisoformat(found.pop("full_at"))
        forms = tuple(str(form) for form in found.pop("forms"))
        datetime.fromisoformat(found["changed"])
        return Cursor(**found, full_at=full_at, forms=forms)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
