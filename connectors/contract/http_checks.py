"""The full table of HTTP answers: which may get better by waiting, and which will not."""

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from connectors.contract.expecting import refused
from connectors.contract.harness import SourceHarness
from connectors.contract.reading import USUAL, read

LATER = (408, 425, 429, 500, 502, 503, 504, 520, 522, 524)
"""The server is busy or broken: SourceUnavailable."""
NEVER = (400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 418, 421, 422, 426, 428, 431, 451)
"""The request itself is unwelcome: SourceRefused."""
NO_LIST = (201, 202, 204, 205, 206, 300, 304, 501, 505, 511)
"""Whatever this is, it is no list: any refusal will do, but no stock."""


def busy_answers_are_unavailable(harness: SourceHarness) -> None:
    """408, 429 and 5xx mean: ask again at the next slot."""
    _all(harness, LATER, SourceUnavailable)


def unwelcome_requests_are_refused(harness: SourceHarness) -> None:
    """4xx means: a person must change something."""
    _all(harness, NEVER, SourceRefused)


def answers_without_a_list_are_refused(harness: SourceHarness) -> None:
    """204, 206, 304 or 511 carry no whole list, whatever stands in their body."""
    _all(harness, NO_LIST, SourceRefused, SourceUnavailable, SnapshotRejected)


def _all(harness: SourceHarness, statuses: tuple[int, ...], *kinds: type[BridgeError]) -> None:
    harness.fill(USUAL)
    for status in statuses:
        source = harness.open(harness.answering(status))
        refused(lambda source=source: read(source), *kinds)  # type: ignore[misc]


HTTP_CHECKS = (busy_answers_are_unavailable, unwelcome_requests_are_refused, answers_without_a_list_are_refused)
