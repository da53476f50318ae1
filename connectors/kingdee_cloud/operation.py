"""One writing and what it really did: the entities reported done are compared with those asked for (kingdee.md 3.5)."""

from typing import Any

from bridge.domain.errors import EffectUnknown
from connectors.kingdee_cloud import answers
from connectors.kingdee_cloud.conversion import Document
from connectors.kingdee_cloud.forms import CONVERT_FORM
from connectors.kingdee_cloud.http import Wire
from connectors.kingdee_cloud.model import OPTIONS

_FLAGS = {"IgnoreInterationFlag": "false", "NetworkCtrl": "true"}


def save(wire: Wire, model: Any) -> None:
    """Save one new document. Raise as Wire.write does, and EffectUnknown if success names no document."""
    answer = wire.write("Save", CONVERT_FORM, {**OPTIONS, "Model": model})
    if len(_done(answer)) != 1:
        raise EffectUnknown("BR-1630", target=wire.source, method="Save", number="-")


def operate(wire: Wire, method: str, document: Document) -> None:
    """Submit, Audit, UnAudit, CancelAssign or Delete one document.

    `Ids` is text: a list was silently ignored. Raise as Wire.write does, and EffectUnknown if the answer says success
    but does not name the document.
    """
    answer = wire.write(method, CONVERT_FORM, {"Ids": document.id, "Numbers": [], **_FLAGS})
    if document.id not in _done(answer) and document.number not in _done(answer):
        raise EffectUnknown("BR-1630", target=wire.source, method=method, number=document.number)


def _done(answer: Any) -> set[str]:
    status = answers.status_of(answer) or {}
    entities = status.get("SuccessEntitys")
    found: set[str] = set()
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict):
            found.add(str(entity.get("Id") or entity.get("Number") or ""))
    return found - {""}
