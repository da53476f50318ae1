"""The demo in words: one line for each round, more where something happens."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import singledispatchmethod

from alerts.render.figures import money, quantity
from bridge.cli.output import Output
from bridge.demo.beats import Accepted, Acted, Beat, Corrected, Froze, Glanced, Looked, Posted, Slipped
from bridge.demo.plant import U8_CODES
from bridge.domain.causes import cause_proof
from bridge.domain.episode import Episode
from bridge.domain.quantity import to_micro
from bridge.domain.report import RunReport
from bridge.language import text

_WAREHOUSES = {code: name for name, code in U8_CODES.items()}


@dataclass(frozen=True)
class Story:
    """Tells the beats of a day, each as it happens."""

    out: Output

    @singledispatchmethod
    def tell(self, beat: Beat) -> None:
        """Put one beat into words."""
        raise TypeError(f"no words for {type(beat).__name__}")

    @tell.register
    def _(self, beat: Accepted) -> None:
        self.out.say("demo.line.accepted", at=_clock(beat.at), source=beat.source, account=beat.account, rows=beat.rows)

    @tell.register
    def _(self, beat: Slipped) -> None:
        self.out.say(
            f"demo.slip.{beat.fault}",
            at=_clock(beat.at),
            fault=self._text(f"fault.{beat.fault}"),
            item=beat.item,
            name=beat.name,
            moved=amount(beat.moved),
            unit=beat.unit,
            boxes=beat.boxes,
            paper=beat.paper,
            bills=" ".join(beat.bills),
        )
        places = [
            self._text("slip.place", warehouse=warehouse, amount=amount(difference, signed=True))
            for _, warehouse, difference in beat.differences
        ]
        self.out.say("demo.slip.effect", places=", ".join(places))

    @tell.register
    def _(self, beat: Glanced) -> None:
        report = beat.report
        if not self._refused(report, beat.at):
            counts = {"compared": report.compared, "agreeing": report.agreeing, "confirmed": report.confirmed}
            self.out.say("demo.line.glanced", at=_clock(beat.at), run=report.run, pair=report.pair_label, **counts)

    @tell.register
    def _(self, beat: Looked) -> None:
        report = beat.report
        if self._refused(report, beat.at):
            return
        self.out.say(
            "demo.line.looked",
            at=_clock(beat.at),
            run=report.run,
            compared=report.compared,
            agreeing=report.agreeing,
            pending=report.pending,
            confirmed=report.confirmed,
            u8=beat.typed_u8,
            k3=beat.typed_k3,
            apart=beat.apart,
        )
        for episode in beat.confirmed:
            self._confirmed(episode)
        for episode in beat.ended:
            position = episode.variance.position
            self.out.say(
                "demo.line.ended",
                variance=episode.id,
                item=position.item,
                warehouse=position.warehouse_name or position.warehouse,
                state=text(self.out.lang, f"cli.state.{episode.state.value}"),
            )

    @tell.register
    def _(self, beat: Froze) -> None:
        self.out.say(
            "demo.line.froze" if beat.after > beat.before else "demo.line.thawed",
            item=beat.item,
            warehouse=_WAREHOUSES[beat.warehouse],
            before=amount(beat.before),
            after=amount(beat.after),
            on_hand=amount(beat.on_hand),
            free=amount(beat.on_hand - beat.after),
        )

    @tell.register
    def _(self, beat: Posted) -> None:
        first = beat.letters[0]
        self.out.say("demo.line.mail", to=" ".join(beat.names), subject=first.subject, file=first.eml.stem)

    @tell.register
    def _(self, beat: Acted) -> None:
        self.out.say(
            f"demo.act.{beat.action}",
            at=_clock(beat.at),
            person=beat.person,
            variance=beat.variance,
            item=beat.item,
            cause=text(self.out.lang, f"causes.{beat.cause}.name") if beat.cause else "",
            documents=" ".join(beat.documents),
        )

    @tell.register
    def _(self, beat: Corrected) -> None:
        self.out.say(
            "demo.line.corrected",
            at=_clock(beat.at),
            fault=self._text(f"fault.{beat.fault}"),
            item=beat.item,
            how=self._text(f"how.{beat.fault}"),
        )

    def _refused(self, report: RunReport, at: datetime) -> bool:
        """Say so if the round believed a reading not; return whether it did."""
        if not report.admitted:
            reason = "; ".join(reading.refusal.text(self.out.lang) for reading in report.snapshots if reading.refusal)
            self.out.say("demo.line.refused", at=_clock(at), run=report.run, reason=reason)
        return not report.admitted

    def _confirmed(self, episode: Episode) -> None:
        variance, position = episode.variance, episode.variance.position
        signed = variance.signed_value
        value = self._text("line.no_cost") if signed is None else money(signed, "CNY")
        self.out.say(
            "demo.line.confirmed",
            variance=episode.id,
            item=position.item,
            name=position.name,
            warehouse=position.warehouse_name or position.warehouse,
            percent=variance.percent.quantize(Decimal("0.1"), ROUND_HALF_UP),
            value=value,
        )
        self.out.say(
            "demo.line.equation",
            book=quantity(variance.book),
            stock=quantity(variance.stock),
            difference=quantity(variance.difference, signed=True),
            explained=quantity(variance.explained, signed=True),
            remainder=quantity(variance.remainder, signed=True),
            unit=position.unit,
        )
        for document in variance.documents:
            self.out.say(
                "demo.line.explains",
                amount=quantity(document.effect, signed=True),
                source=document.source,
                type=document.type,
                number=document.number,
                why=text(self.out.lang, f"cli.why.{document.why}"),
            )
        for cause in variance.causes[:1]:
            self.out.say(
                "demo.line.cause",
                cause=text(self.out.lang, f"causes.{cause.code}.name"),
                confidence=text(self.out.lang, f"cli.confidence.{cause.confidence}"),
                proof=cause_proof(cause, self.out.lang),
            )

    def _text(self, key: str, **facts: object) -> str:
        return text(self.out.lang, f"demo.{key}", **facts)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def amount(figure: Decimal | int, *, signed: bool = False) -> str:
    """Return an exact figure with thousands separators."""
    return quantity(to_micro(Decimal(figure)), signed=signed)
