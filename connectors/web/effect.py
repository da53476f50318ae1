"""A failed reading inside a hold's verb: nothing was written by it, so it certainly had no effect."""

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.domain.errors import EffectRefused, EffectRetryable, SnapshotRejected, SourceRefused, SourceUnavailable


@contextmanager
def as_effect() -> Iterator[None]:
    """Turn the errors of a reading into those of a hold: EffectRetryable if it may help later, else EffectRefused."""
    try:
        yield
    except (SourceUnavailable, SnapshotRejected) as cause:
        raise EffectRetryable(cause.code, **cause.facts) from None
    except SourceRefused as cause:
        raise EffectRefused(cause.code, **cause.facts) from None
