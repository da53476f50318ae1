"""Holds in the MES itself, by PUT, GET and DELETE under our own id (docs/connectors/mes-contract.md 3).

Every writing is followed by a look on a fresh connection: what the MES shows there is what counts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bridge.domain.errors import BridgeError, EffectRefused, EffectUnknown
from bridge.domain.hold import HoldOrder, HoldReading, Receipt, TargetAbility
from bridge.ports import Clock
from config.base import SourceSettings
from connectors.json_api.http import Link, opened
from connectors.json_api.paging import Uniqueness, read_list
from connectors.json_api.requests import ListRequest
from connectors.mes.config import MesSettings
from connectors.mes.hold_config import ViaHoldApi
from connectors.mes.hold_row import MesHold, body_of, hold_of
from connectors.mes.hold_wire import call_for, find, write
from connectors.web import as_effect

_REF = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PAGE = 100


class HoldApi:
    """A HoldTarget of the system level: the MES refuses what is held."""

    def __init__(self, target: str, settings: MesSettings, via: ViaHoldApi) -> None:
        self.id = target
        self.ability = TargetAbility(level="system", partial=True, operations=via.operations)
        own_token = {} if via.token is None else {"token": via.token, "login": None}
        self._settings = settings.model_copy(update={"envelope": "auto", **own_token})
        self._via = via

    def place(self, order: HoldOrder) -> Receipt:
        """Place or renew the hold, and return what the MES then shows. The same id again blocks nothing twice.

        Raise EffectRefused with the MES's reason, EffectUnknown if what was ordered does not show.
        """
        order = replace(order, operations=self._stoppable(order))
        with self._line() as link:
            doubt = write(link, call_for("PUT", self._via.path, order.ref, body_of(order)))
        found = self._seen(order.ref, doubt)
        shows = found.differs_from(order) if found is not None else "absent"
        if shows:
            raise doubt or EffectUnknown("BR-1665", target=self.id, ref=order.ref, shows=shows)
        return Receipt(order.ref, done=True, quantity=order.quantity)

    def lift(self, order: HoldOrder) -> Receipt:
        """Release the hold. What is not there, is released already or is somebody else's is done with quantity 0."""
        before = self._own(order.ref)
        if before is None:
            return Receipt(order.ref, done=True, quantity=0, detail="not standing")
        with self._line() as link:
            doubt = write(link, call_for("DELETE", self._via.path, order.ref))
        after = self._seen(order.ref, doubt)
        if after is not None and after.stands:
            raise doubt or EffectUnknown("BR-1665", target=self.id, ref=order.ref, shows=f"state={after.state}")
        return Receipt(order.ref, done=True, quantity=before.quantity)

    def probe(self, ref: str) -> HoldReading:
        """Return what the MES shows under `ref`."""
        found = self._own(ref)
        return HoldReading(ref, present=False) if found is None else _reading(found)

    def list_own(self) -> tuple[HoldReading, ...]:
        """Return every hold of ours that was not released, expired ones too (`detail` says so)."""
        wanted = ListRequest(
            path=self._via.list_path, items="data.list", total="data.total", page="pageNo", size=_PAGE,
            size_name="pageSize", query={"owner": self._via.owner},
        )  # fmt: skip
        with self._line() as link:
            listing = read_list(link, wanted, row_cap=self._settings.row_cap, unique=Uniqueness("hold_id"))
            found = [hold_of(row, self.id) for row in listing.rows]
        return tuple(_reading(hold) for hold in found if hold.stands and hold.owner == self._via.owner)

    def _stoppable(self, order: HoldOrder) -> tuple[str, ...]:
        """Return what the MES can stop of what is to be stopped. Raise EffectRefused if that is nothing."""
        found = tuple(each for each in order.operations if each in self._via.operations)
        if not found:
            facts = {"wanted": ", ".join(order.operations), "allowed": ", ".join(self._via.operations)}
            raise EffectRefused("BR-1666", target=self.id, **facts)
        return found

    def _own(self, ref: str) -> MesHold | None:
        """Return our own standing hold. What cannot be a reference of ours is not asked for."""
        if not _REF.fullmatch(ref):
            return None
        with self._line() as link:
            found = find(link, self._via.path, ref)
        return found if found is not None and found.stands and found.owner == self._via.owner else None

    def _seen(self, ref: str, doubt: EffectUnknown | None) -> MesHold | None:
        """Look at what a writing did. Raise EffectUnknown if nobody can see it."""
        try:
            with self._line() as link:
                return find(link, self._via.path, ref)
        except BridgeError as cause:
            raise doubt or EffectUnknown("BR-1664", target=self.id, ref=ref, detail=cause.packed()) from None

    @contextmanager
    def _line(self) -> Iterator[Link]:
        """Open a line with a deadline of its own: after a time-out the look needs time too."""
        with as_effect(), opened(self.id, self._settings) as link:
            yield link


def open_target(target: str, settings: SourceSettings, _clock: Clock) -> HoldApi:
    """Given a MES with `[hold]`, return its target. Nothing is connected yet. Raise EffectRefused without `[hold]`."""
    if not isinstance(settings, MesSettings) or settings.hold is None:
        raise EffectRefused("BR-1608", target=target)
    return HoldApi(target, settings, settings.hold)


def _reading(hold: MesHold) -> HoldReading:
    return HoldReading(
        ref=hold.ref,
        present=True,
        item=hold.item,
        warehouse=hold.location,
        batch=hold.batch,
        quantity=hold.quantity,
        detail="expired" if hold.state == "expired" else "",
    )
