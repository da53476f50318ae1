"""数字体检: one source's figures on the common footing, with what its documents say, as plain JSON values."""

from dataclasses import asdict
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from bridge.bootstrap import Application
from bridge.doctor.numbers import numbers_of
from bridge.domain.quantity import to_text
from bridge.domain.report import money
from bridge.domain.snapshot import Snapshot
from bridge.store.lag import Delay
from config.durations import parse_duration
from reconcilers.align import align

_UNAUDITED = ("draft", "saved")
_SHOWN = 5
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def survey(app: Application, snapshot: Snapshot) -> dict[str, object]:
    """Given one source's snapshot, return its figures. Nothing is stored; documents are those the ledger knows."""
    provenance = snapshot.provenance
    counted = asdict(numbers_of(snapshot))
    aligned = align(snapshot, app.maps, app.settings.master.code_rules, app.clock.now().date())
    settings = app.source_settings(provenance.source)
    return {
        "source": provenance.source,
        "label": settings.label or provenance.source,
        "account": provenance.account,
        "at": (provenance.as_of or provenance.fetched_to).isoformat(timespec="seconds"),
        "rows": provenance.rows,
        **{name: figure for name, figure in counted.items() if name != "value"},
        "value": money(counted["value"]) if snapshot.items.num_rows else None,
        "unmapped_items": len(aligned.unmapped),
        "unmapped_value": money(sum(abs(each.value or 0) for each in aligned.unmapped)),
        "unmapped_warehouses": len(aligned.unmapped_warehouses),
        **_own_books(snapshot),
        **_documents(app, provenance.source),
        "entry_lag": _entry_lag(app, provenance.source),
    }


def _own_books(snapshot: Snapshot) -> dict[str, object]:
    """Return how the source stands to its own openings and documents, and its largest gaps; None where it cannot tell."""
    agreement = snapshot.provenance.self_agreement
    if agreement is None:
        return {"self_compared": None, "self_off": None, "self_gaps": []}
    known = snapshot.gaps.filter(pc.is_valid(snapshot.gaps["quantity"])).to_pylist()
    gaps = sorted(known, key=lambda gap: -abs(gap["quantity"]))[:_SHOWN]
    return {
        "self_compared": agreement.compared,
        "self_off": agreement.off,
        "self_gaps": [
            {**{name: gap[name] for name in ("item", "warehouse", "batch")}, "beyond": to_text(gap["quantity"])}
            for gap in gaps
        ],
    }


def _documents(app: Application, source: str) -> dict[str, object]:
    """Return what the document ledger knows of a source; None where it has never read one."""
    with app.store.read() as uow:
        if not uow.movements.knows(source):
            return {"documents": None, "unaudited": None, "oldest_unaudited": []}
        rows = uow.movements.window([source], _EPOCH)
    open_rows = rows.filter(pc.is_in(rows["state"], value_set=pa.array(_UNAUDITED)))
    dated = open_rows.filter(pc.is_valid(open_rows["business_time"])).sort_by("business_time")
    zone = app.clock.now().tzinfo
    oldest: dict[str, dict[str, object]] = {}
    for row in dated.select(["document_type", "document_number", "business_time", "maker"]).to_pylist():
        day = row["business_time"].astimezone(zone).date().isoformat()
        facts = {"type": row["document_type"], "number": row["document_number"], "date": day, "maker": row["maker"]}
        oldest.setdefault(row["document_number"], facts)
        if len(oldest) == _SHOWN:
            break
    numbers = set(rows["document_number"].to_pylist())
    return {
        "documents": len(numbers),
        "unaudited": len(set(open_rows["document_number"].to_pylist())),
        "oldest_unaudited": list(oldest.values()),
    }


def _entry_lag(app: Application, source: str) -> list[dict[str, object]]:
    """Return how late each document type is entered, with the grace it is given: what a grace should be decided by."""
    cutoff = app.settings.cutoff
    with app.store.read() as uow:
        lags = uow.movements.lag(source)
    return [
        {
            "document_type": lag.document_type,
            "after_business": _delay(lag.after_business),
            "after_audit": _delay(lag.after_audit),
            "grace_s": _seconds(parse_duration(cutoff.grace_by_doc.get(lag.document_type, cutoff.grace))),
        }
        for lag in lags
    ]


def _delay(delay: Delay | None) -> dict[str, int] | None:
    if delay is None:
        return None
    return {"lines": delay.lines, "median_s": _seconds(delay.median), "longest_s": _seconds(delay.longest)}


def _seconds(length: timedelta) -> int:
    return length // timedelta(seconds=1)
