"""The child's side: open one source, answer calls until the pipe ends."""

import contextlib
import faulthandler
import os
import sys
import traceback
from pathlib import Path
from typing import IO

from bridge.domain.errors import BridgeError, SourceRefused
from bridge.isolation.cap import alarm, cap_memory
from bridge.isolation.frames import Ended, receive, send
from bridge.isolation.messages import Call, Opening
from bridge.ports import Source

OUT_OF_MEMORY = "BR-1132"


def main() -> None:
    """Serve the parent. What a driver prints goes to stderr: it must not stand between two answers."""
    faulthandler.enable()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(Ended, OSError, KeyboardInterrupt):
        sys.path[:] = receive(requests, trusted=True)
        _serve(requests, answers)
    os._exit(0)  # drivers' threads and exit handlers have nothing to say any more


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    opening: Opening = receive(requests, trusted=True)
    send(answers, "begun")
    source: Source | None = None
    while True:
        call: Call = receive(requests, trusted=True)
        alarm(call.seconds)
        try:
            if source is None:
                source = opening.opener(opening.source, opening.settings, opening.clock)
                cap_memory(opening.memory_mb)
            answer = getattr(source, call.verb)(*call.arguments)
            send(answers, answer)
        except MemoryError:
            send(answers, _out_of_memory(opening))
            return
        except BridgeError as error:
            send(answers, _of_the_tree(error))
        except Exception as error:  # noqa: BLE001 - a connector's defect is told, and the daemon lives
            send(answers, _defect(opening, error))
        finally:
            alarm(0)


def _out_of_memory(opening: Opening) -> SourceRefused:
    return SourceRefused(OUT_OF_MEMORY, source=opening.source, megabytes=opening.memory_mb)


def _of_the_tree(error: BridgeError) -> BridgeError:
    """Return the error as the tree knows it: a connector's own subclass means nothing to the parent."""
    kind = next(each for each in type(error).__mro__ if each.__module__ == BridgeError.__module__)
    return error if kind is type(error) else kind(error.code, **error.facts)


def _defect(opening: Opening, error: Exception) -> SourceRefused:
    """Name a connector's defect by type and place. Its own words may hold a secret or hostile text, so they stay here."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return SourceRefused("BR-1133", source=opening.source, error=type(error).__name__, place=place)
