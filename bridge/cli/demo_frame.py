"""Before and after the demo's day in words: what stands there, its own check, its result, and how to go on."""

import shutil
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bridge.cli.demo_story import amount
from bridge.cli.output import Output
from bridge.demo.beats import Opened
from bridge.demo.proof import Finding, Proof
from bridge.domain.hold import HoldState
from bridge.language import text

RULE = "─" * 116


@dataclass(frozen=True)
class Frame:
    """What is said around the day, or after the fault button. `folder` is the plant's."""

    out: Output
    folder: Path

    def opening(self, plant: Opened, faults: int, *, punctual: bool) -> None:
        """Say what stands there and what to watch."""
        say = self.out.say
        self.out.line(RULE)
        say("demo.head.title")
        self.out.line(RULE)
        say("demo.head.plant", day=plant.day.isoformat(), articles=plant.articles, renamed=plant.renamed)
        say(
            "demo.head.systems",
            books_rows=plant.books_rows,
            stock_rows=plant.stock_rows,
            mes=plant.mes_url,
            consigned=plant.consigned,
            smtp=plant.smtp_port,
        )
        say("demo.head.real")
        say("demo.head.folder", folder=plant.folder)
        self.out.line()
        say("demo.head.punctual" if punctual else "demo.head.late")
        say("demo.head.job")
        say("demo.head.legend")
        say("demo.head.faults" if faults else "demo.head.no_faults", count=faults)
        self.out.line()

    def result(self, proof: Proof) -> None:
        """Show what was planted beside what was found, every check, and the result in one sentence."""
        self.out.line()
        self.out.line(RULE)
        self.out.say("demo.end.title")
        self.out.line(RULE)
        if proof.findings:
            rows = [self._row(finding) for finding in proof.findings]
            self.out.rows(rows, {name: f"demo.column.{name}" for name in rows[0]}, as_json=False)
            self.out.line()
        for check in proof.checks:
            key = f"demo.check.{check.key}{'' if check.right else '_wrong'}"
            self.out.line(f"  {_mark(right=check.right)} {text(self.out.lang, key, **check.facts)}")
        self.out.line()
        if proof.wrong:
            self.out.say("demo.end.wrong", count=proof.wrong, folder=self.folder)
        elif proof.findings:
            found = sum(finding.found == finding.planted for finding in proof.findings)
            faults = len({finding.fault for finding in proof.findings})
            self.out.say("demo.end.right", faults=faults, findings=len(proof.findings), found=found)
        else:
            self.out.say("demo.end.right_quiet")

    def onward(self, proof: Proof) -> None:
        """Name the commands with which to look around."""
        self.out.line()
        self.out.say("demo.end.explore", folder=self.folder)
        for words in ("status", "variances list --all", "holds list --all", "audit show --limit 20", "config check"):
            self._command(words)
        left = next((finding for finding in proof.findings if finding.hold is HoldState.ACTIVE), None)
        if left is not None:
            self.out.say("demo.end.left", variance=left.variance)
            self._command(f"variances show {left.variance}")
            self._command(f"variances explain {left.variance} --by wang.fang --accept")
            self._command(f"variances approve {left.variance} --by li.zong")
        self.out.say("demo.end.train")
        self._command("demo fault duplicate")

    def after_button(self, at: datetime) -> None:
        """Say how the mistake just made is found: seen, out of its grace, seen twice."""
        self.out.line()
        self.out.say("demo.button.done", folder=self.folder)
        self.out.say("demo.button.next")
        for minutes in (1, 28, 55):
            self._command("reconcile --pair fin_wms", at + timedelta(minutes=minutes))

    def _row(self, finding: Finding) -> dict[str, object]:
        lang = self.out.lang
        return {
            "fault": text(lang, f"demo.fault.{finding.fault}"),
            "place": f"{finding.item} / {finding.warehouse}",
            "planted": amount(finding.planted, signed=True),
            "found": "-" if finding.found is None else amount(finding.found, signed=True),
            "suspected": "".join(text(lang, f"causes.{code}.name") for code in finding.suspected[:1]),
            "variance": finding.variance or "-",
            "state": text(lang, f"cli.state.{finding.state.value}") if finding.state else "-",
            "held": amount(finding.held),
            "hold": text(lang, f"cli.hold_state.{finding.hold.value}") if finding.hold else "-",
            "right": _mark(right=finding.right),
        }

    def _command(self, words: str, at: datetime | None = None) -> None:
        moment = f" --now {at.isoformat()}" if at is not None else ""
        self.out.line(f"  {_program()} {words}{moment}")


def _program() -> str:
    """Return how this program is called from here: by its name if the shell finds it, else by its path."""
    beside = Path(sys.executable).with_name("stockbridge")
    if shutil.which("stockbridge"):
        return "stockbridge"
    return str(beside) if beside.exists() else f"{sys.executable} -m bridge"


def _mark(*, right: bool) -> str:
    return "✓" if right else "✗"
