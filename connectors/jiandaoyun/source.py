"""简道云 as a source: the JSON reader, once for each form, after the form itself told what its fields are called."""

from bridge.domain.movement import MOVEMENTS, MovementBatch
from bridge.domain.snapshot import Identity, Scope, Snapshot, empty
from bridge.ports import Clock, SourceAbility
from connectors.jiandaoyun.config import JiandaoyunSettings, StockForm
from connectors.jiandaoyun.preset import reader_of
from connectors.jiandaoyun.widgets import resolved
from connectors.json_api import JsonApiSettings, JsonSource, Link


class JiandaoyunSource:
    """Forms of one app as a source."""

    def __init__(self, source: str, settings: JiandaoyunSettings, clock: Clock) -> None:
        self.id = source
        self.ability = SourceAbility(movements=settings.movements is not None)
        self._stock = _reader(source, settings, settings.stock, clock)
        self._moves = None if settings.movements is None else _reader(source, settings, settings.movements, clock)

    def probe(self) -> Identity:
        """Return what the app is; the fields of both forms are looked up, the first page of each is taken apart."""
        if self._moves is not None:
            self._moves.probe()
        return self._stock.probe()

    def snapshot(self, scope: Scope) -> Snapshot:
        """Return what the stock form holds."""
        return self._stock.snapshot(scope)

    def movements(self, since: str) -> MovementBatch:
        """Return what the movement form holds, or with `changed_only` what changed since the cursor."""
        return MovementBatch(empty(MOVEMENTS), since) if self._moves is None else self._moves.movements(since)


def _reader(source: str, settings: JiandaoyunSettings, form: StockForm, clock: Clock) -> JsonSource:
    def prepare(link: Link) -> JsonApiSettings:
        return resolved(link, link.settings.snapshot.body, link.settings, form.sub_form)

    return JsonSource(source, reader_of(settings, form), clock, prepare=prepare)
