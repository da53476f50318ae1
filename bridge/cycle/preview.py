"""The mails that the open variances would give if nobody had been told anything yet."""

from dataclasses import replace
from datetime import datetime

from alerts.digest import Digest, digests
from bridge.cycle.tell import Letters
from bridge.store.store import Store


def variance_mails(store: Store, letters: Letters, pair: str, now: datetime) -> list[Digest]:
    """Given a pair, return its mails from the last run and the open variances; nothing is queued or remembered."""
    with store.read() as uow:
        last = uow.runs.last(pair)
        episodes = [replace(episode, mailed="", thread="") for episode in uow.episodes.open_for(pair)]
        holds = uow.holds.list(pair=pair)
    if last is None:
        return []
    report = replace(last.report, mode="alert") if last.report.mode == "observe" else last.report
    return digests(report, episodes, letters.people, letters.policy, now, holds=holds)
