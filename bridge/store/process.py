"""Who this process is, and whether another one still lives, without more than the system offers."""

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> str:
    """Return `host:pid:start` of this process. The start tells it from a later process with the same number."""
    return f"{_host()}:{os.getpid()}:{_start(os.getpid()) or 0}"


def is_dead(holder: str) -> bool:
    """Given `host:pid:start`, return True only when it surely ended: same host, and its number is free or reused.

    Elsewhere - another host, another container, a boot ago, no /proc (Windows) - return False: only time tells.
    """
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    start = holder.rpartition(":")[2]
    if host != _host() or not rest.isdigit() or not start.isdigit() or not int(start):
        return False
    return _start(int(rest)) != int(start)


@cache
def _host() -> str:
    """Name the host so that two are never taken for one: process numbers mean nothing across boots or containers."""
    boot = _PROC / "sys/kernel/random/boot_id"
    space = _PROC / "self/ns/pid"
    if not boot.exists() or not space.is_symlink():
        return socket.gethostname()
    facts = f"{boot.read_text().strip()} {space.readlink()}"
    return f"{socket.gethostname()}-{hashlib.sha256(facts.encode()).hexdigest()[:8]}"


def _start(pid: int) -> int | None:
    """Return when a process began, in ticks since boot; None when it is gone, a zombie, or the system does not say."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
    return None if fields[0] in "ZX" else int(fields[19])
