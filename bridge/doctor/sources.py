"""One source, layer by layer, so that the first broken layer is named: network, TLS, login, account set, rights, stock."""

import time
from collections.abc import Iterator

import pyarrow.compute as pc

from bridge.bootstrap import Application
from bridge.cycle.admit import admit
from bridge.cycle.collect import Reading, collect
from bridge.doctor.finding import Finding, Level, fine, of_error, some, warning
from bridge.doctor.meaning import MEANING
from bridge.doctor.numbers import dormant_with_stock, numbers_of
from bridge.doctor.reach import address_of, is_reached, network
from bridge.domain.errors import BridgeError
from bridge.domain.quantity import to_text
from bridge.domain.report import money, refusal
from bridge.domain.snapshot import Identity, Snapshot
from reconcilers.align import align

_NO_BASELINE = "BR-1810"


def source(app: Application, name: str) -> tuple[Finding, ...]:
    """Given a source's id, return all that is found about it; nothing is stored, nothing raised."""
    found: list[Finding] = []
    address = address_of(app.source_settings(name))
    if address is not None:
        found += network(name, address)
    if is_reached(found):
        try:
            found += _asked(app, name)
        except BridgeError as error:
            found.append(of_error(name, error, 3))
    if not any(name in (*pair.book, *pair.stock, *pair.evidence) for pair in app.settings.pairs):
        found.append(warning(name, "BR-2127", source=name))
    return tuple(found)


def _asked(app: Application, name: str) -> Iterator[Finding]:
    """Yield what a probe and one reading tell."""
    opened = app.source(name)
    identity = opened.probe()
    yield from _of_identity(app, identity)
    began = time.perf_counter()
    reading = collect([(app.source_plan(name), opened)], app.clock)[name]
    spent = time.perf_counter() - began
    if reading.snapshot is None:
        if reading.error is not None:
            yield of_error(name, reading.error, reading.error.exit_code)
        return
    rows = reading.snapshot.provenance.rows
    yield fine(name, "BR-2122", rows=f"{rows:,}", seconds=f"{spent:.1f}")
    yield from _of_gates(app, name, reading)
    yield from _of_snapshot(app, identity, reading.snapshot)


def _of_identity(app: Application, found: Identity) -> Iterator[Finding]:
    area = found.source
    product = " ".join(part for part in (found.product, found.version) if part)
    account = found.account if found.account_name in found.account else f"{found.account} ({found.account_name})"
    yield fine(area, "BR-2117", product=product, account=account)
    told = {key for key, _ in found.findings}
    if found.rights and not any(key.endswith("surplus_rights") for key in told):
        yield warning(area, "BR-2119", source=area, rights=", ".join(found.rights))
    elif not found.rights and found.clock_offset_s is not None and address_of(app.source_settings(area)) is not None:
        yield fine(area, "BR-2118")
    if found.switches:
        yield fine(area, "BR-2120", switches="; ".join(f"{name} = {value}" for name, value in found.switches.items()))
    for key, facts in found.findings:
        yield Finding(area, Level.FINE if key in MEANING else Level.WARNING, key, facts)
    if found.clock_offset_s is not None:
        limit = float(app.settings.gates.max_clock_offset_s)
        make, code = (warning, "BR-2121") if abs(found.clock_offset_s) > limit / 2 else (fine, "BR-2123")
        yield make(area, code, seconds=f"{found.clock_offset_s:+.0f}", limit=f"{limit:g}")


def _of_gates(app: Application, name: str, reading: Reading) -> Iterator[Finding]:
    """Yield what the gates would say of this reading: freshness, account set, schema, row counts."""
    judged = admit(app.store, reading, app.clock.now(), keep=False).reading
    if judged.admitted:
        with app.store.read() as uow:
            baseline = uow.baselines.get(name)
        if baseline is not None:
            yield fine(name, "BR-2124", by=baseline.by, on=baseline.at.astimezone(app.clock.now().tzinfo).date())
        return
    error = refusal(judged.reason_code, judged.reason_facts)
    level, code = (Level.WARNING, 0) if error.code == _NO_BASELINE else (Level.BAD, 4)
    yield Finding(name, level, error.code, error.facts, error, code)


def _of_snapshot(app: Application, identity: Identity, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield what of the stock itself wants attention: stopped items, items without cost, codes without counterpart."""
    area, counted = identity.source, numbers_of(snapshot)
    dormant = dormant_with_stock(snapshot)
    if dormant and not any("forbidden" in key for key, _ in identity.findings):
        yield warning(area, "BR-2125", count=len(dormant), items=some(dormant))
    if snapshot.items.num_rows and counted.items_without_cost:
        yield warning(area, "BR-2126", count=counted.items_without_cost, of=counted.items_with_stock)
    master = app.settings.master
    aligned = align(snapshot, app.maps, master.code_rules, app.clock.now().date())
    if aligned.unmapped:
        worth = sum(abs(each.value or 0) for each in aligned.unmapped)
        facts = {"count": len(aligned.unmapped), "money": money(worth), "source": area}
        yield warning(area, "BR-2104", **facts, currency=app.settings.plant.currency)
    if aligned.unmapped_warehouses:
        names = [each.warehouse for each in aligned.unmapped_warehouses]
        yield warning(area, "BR-2108", count=len(names), warehouses=some(names))
    if aligned.unit_problems:
        lacking = [f"{each.code} {each.unit or '?'}→{each.base or '?'}" for each in aligned.unit_problems]
        yield warning(area, "BR-2109", count=len(lacking), items=some(lacking))
    negative = snapshot.lines.filter(pc.less(snapshot.lines["quantity"], 0))
    if negative.num_rows:
        worst = min(negative.to_pylist(), key=lambda line: line["quantity"])
        facts = {"count": negative.num_rows, "item": worst["item"], "quantity": to_text(worst["quantity"])}
        yield warning(area, "BR-2128", **facts)
