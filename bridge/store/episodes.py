"""Variances as people follow them, across runs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from bridge.domain.episode import ENDED, Episode, EpisodeState
from bridge.store import canonical
from bridge.store.statements import upsert
from bridge.store.tables import episodes

Found = list[Episode]  # the classes have a method named list


@dataclass(frozen=True)
class Episodes:
    """The episodes inside one transaction."""

    connection: Connection

    def save(self, episode: Episode) -> None:
        """Keep the episode, over its former self. Raise InvariantBroken if another one is open at the same position."""
        variance = episode.variance
        row = {
            "id": episode.id,
            "pair": episode.pair,
            "item": variance.position.item,
            "warehouse": variance.position.warehouse,
            "batch": variance.position.batch,
            "state": episode.state,
            "owner": episode.owner,
            "since": episode.since,
            "updated_at": episode.updated_at,
            "remainder": variance.remainder,
            "value": variance.value,
            "body": canonical.dump(episode),
        }
        upsert(self.connection, episodes, row)

    def get(self, episode_id: str) -> Episode | None:
        """Return the episode with this id, None when there is none."""
        return next(iter(self._read(select(episodes).where(episodes.c.id == episode_id))), None)

    def open_for(self, pair: str) -> Found:
        """Return the pair's episodes that have not ended, oldest first."""
        is_open = (episodes.c.pair == pair) & episodes.c.state.not_in(ENDED)
        return self._read(select(episodes).where(is_open).order_by(episodes.c.since, episodes.c.id))

    def recently_ended(self, pair: str, since: datetime, states: Collection[EpisodeState] = ENDED) -> Found:
        """Return the pair's episodes that ended (in one of `states`) at or after `since`, latest first."""
        ended = (episodes.c.pair == pair) & episodes.c.state.in_(states) & (episodes.c.updated_at >= since)
        return self._read(select(episodes).where(ended).order_by(episodes.c.updated_at.desc(), episodes.c.id.desc()))

    def list(
        self,
        states: Collection[EpisodeState] | None = None,
        pair: str | None = None,
        owner: str | None = None,
        limit: int = 1000,
    ) -> Found:
        """Return the episodes that fit, youngest first. None leaves a condition out; no states at all fit nothing."""
        chosen = select(episodes).order_by(episodes.c.since.desc(), episodes.c.id.desc()).limit(limit)
        if states is not None:
            chosen = chosen.where(episodes.c.state.in_(list(states)))
        if pair is not None:
            chosen = chosen.where(episodes.c.pair == pair)
        if owner is not None:
            chosen = chosen.where(episodes.c.owner == owner)
        return self._read(chosen)

    def _read(self, chosen: Select[Any]) -> Found:
        return [canonical.load(Episode, row.body) for row in self.connection.execute(chosen)]
