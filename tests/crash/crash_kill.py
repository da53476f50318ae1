"""Rounds that die: a child process does the round and is killed with SIGKILL, at a moment or after a time."""

import importlib
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from acceptance_plant import Plant

ROUND = ("reconcile", "--pair", "fin_wms", "--json")


@dataclass(frozen=True)
class Moment:
    """Before or after the `count`-th call of a function, named `module:Class.function` or `module:function`."""

    function: str
    when: str = "after"
    count: int = 1

    def __str__(self) -> str:
        return f"{self.when} {self.function.rpartition(':')[2]} {self.count}"

    def arm(self) -> None:
        """Make this process kill itself at the moment."""
        module, _, path = self.function.partition(":")
        *owners, name = path.split(".")
        owner: Any = importlib.import_module(module)
        for each in owners:
            owner = getattr(owner, each)
        original: Callable[..., Any] = getattr(owner, name)
        calls = iter(range(1, 1_000_000))

        def armed(*args: Any, **kwargs: Any) -> Any:
            due = next(calls) == self.count
            if due and self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(*args, **kwargs)
            if due:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, armed)


def killed_at(plant: Plant, moment: Moment, *words: str) -> bool:
    """Do a round in a child that dies at the moment. Return whether it did; False when the round ended before."""
    return _child(plant, words or ROUND, moment.arm)


def killed_after(plant: Plant, seconds: float, *words: str) -> bool:
    """Do a round in a child and kill it after so many seconds. Return whether it still ran."""
    return _child(plant, words or ROUND, lambda: None, seconds)


def _child(plant: Plant, words: tuple[str, ...], prepare: Callable[[], None], seconds: float | None = None) -> bool:
    child = os.fork()
    if child == 0:
        code = 70
        try:
            prepare()
            code = plant.run(*words).code
        finally:
            os._exit(code)
    if seconds is not None:
        timer = threading.Timer(seconds, _kill, (child,))
        timer.start()
    _, status = os.waitpid(child, 0)
    if seconds is not None:
        timer.cancel()
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) in {0, 10}, os.WEXITSTATUS(status)
        return False
    assert os.WTERMSIG(status) == signal.SIGKILL
    return True


def _kill(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def waited(until: Callable[[], Any], seconds: float = 40) -> Any:
    """Return what `until` returns as soon as it is true; fail after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = until()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came")
