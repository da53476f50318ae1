"""The parent's side of one child process: start it, ask it, end it with everything it started."""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from bridge.domain.errors import BridgeError, SourceRefused, SourceUnavailable
from bridge.isolation.frames import Ended, receive, send
from bridge.isolation.messages import Call, Opening
from bridge.isolation.windows import Job

START_S = 30.0
"""How long a child may take to start; its first call's deadline begins after that."""
GRACE_S = 1.0
"""The connector's own deadline comes first: it can say which request was late. Ours follows when it does not."""
BEGUN = object()
"""Put among the answers when the child is up and its first call has been sent."""
_ROOT = Path(__file__).parents[2]
_PROGRAM = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from bridge.isolation.child import main; main()"
_END_S = 2.0


class Worker:
    """One child that has one source open. It answers one call at a time."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self._process = _start()
        self._job = Job(getattr(self._process, "_handle", 0), opening.memory_mb)
        self._answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._readers: list[threading.Thread] = []
        self._begun = False

    @property
    def alive(self) -> bool:
        """Return whether it can still be asked."""
        return not _has_ended(self._process)

    def ask(self, call: Call) -> object:
        """Return what the source answered. Raise its BridgeError, or SourceUnavailable when it did not answer in time.

        After a time-out or a crash the child is gone; the next call needs another worker.
        """
        reader = threading.Thread(target=self._exchange, args=(call,), name="isolation", daemon=True)
        self._readers = [*(each for each in self._readers if each.is_alive()), reader]
        reader.start()
        try:
            if not self._begun:
                answer = self._answers.get(timeout=START_S)
                self._begun = answer is BEGUN
            if self._begun:
                answer = self._answers.get(timeout=call.seconds + GRACE_S)
        except queue.Empty:
            self.end()
            raise SourceUnavailable("BR-2064", source=self.opening.source, seconds=f"{call.seconds:g}") from None
        if isinstance(answer, Ended):
            raise self._crashed()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def end(self) -> None:
        """End the child and everything in its process group, at once: it only reads, so nothing is lost."""
        if self._process.returncode is None:  # once it is reaped, its number may be another's
            with contextlib.suppress(OSError):
                if sys.platform == "win32":
                    self._job.end()
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        for reader in self._readers:
            reader.join(_END_S)
        for stream in (self._process.stdin, self._process.stdout):
            # A pipe that a grandchild keeps open stays with its reader: closing it here would wait for that one.
            if stream is not None and not any(reader.is_alive() for reader in self._readers):
                with contextlib.suppress(OSError):
                    stream.close()

    def _exchange(self, call: Call) -> None:
        """Send the call and wait for its answer, in a thread of its own, for either may block for ever."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101, PT018 - opened as pipes
        try:
            if not self._begun:
                send(stdin, sys.path)
                send(stdin, self.opening)
                receive(stdout, trusted=False)
                self._answers.put(BEGUN)
            send(stdin, call)
            self._answers.put(receive(stdout, trusted=False))
        except (Ended, OSError) as cause:
            self._answers.put(cause if isinstance(cause, Ended) else Ended(type(cause).__name__))
        except (pickle.PicklingError, AttributeError, TypeError, ValueError) as cause:
            # A connector whose opener is a lambda or whose settings hold an open thing.
            facts = {"source": self.opening.source, "kind": self.opening.settings.kind}
            self._answers.put(SourceRefused("BR-1134", **facts, error=type(cause).__name__))

    def _crashed(self) -> BridgeError:
        """Return the error for a child that went away, with the status it left."""
        until = time.monotonic() + _END_S
        while not _has_ended(self._process) and time.monotonic() < until:
            time.sleep(0.01)
        self.end()
        return SourceUnavailable("BR-1131", source=self.opening.source, status=_status(self._process.returncode))


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether a child has ended, without reaping it: its group is ended by the same number later."""
    if sys.platform == "win32" or process.returncode is not None:
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _start() -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: a Ctrl-C at the terminal is the parent's business."""
    words = [sys.executable, "-c", _PROGRAM]
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=group
        )
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )


def _status(code: int | None) -> str:
    if code is None:
        return "?"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name if code < 0 else f"exit {code}"
    return str(code)
