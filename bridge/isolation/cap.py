"""What a child may use of this machine. POSIX limits itself here; Windows is limited from outside (windows.py)."""

import signal
import sys
from pathlib import Path

_MEGABYTE = 1024 * 1024
_ORPHAN_S = 5.0


def cap_memory(megabytes: int) -> None:
    """Limit this process to `megabytes` of address space more than it has now. Elsewhere than on Linux: do nothing.

    More than it has now, because libraries reserve address space by the gigabyte that they never touch.
    """
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - POSIX only

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + megabytes * _MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def alarm(seconds: float) -> None:
    """Let the kernel end this process a little after the deadline, should the parent be gone by then; 0 calls it off."""
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds + _ORPHAN_S if seconds else 0)
