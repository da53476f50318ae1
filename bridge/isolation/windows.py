"""A Windows job object: caps the memory of a child and of all it starts, and ends them together, also when we end.

Best effort: without one (an old nested job, say) the child alone is ended. Structures as in winnt.h.
"""

import ctypes
import sys
from typing import Any

_EXTENDED_LIMITS = 9
_KILL_ON_CLOSE = 0x2000
_JOB_MEMORY = 0x0200
_MEGABYTE = 1024 * 1024


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


class Job:
    """A job around one process. On other systems it does nothing."""

    def __init__(self, handle: int, megabytes: int) -> None:
        self._kernel: Any = None
        self._job = None
        if sys.platform != "win32":
            return
        self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        job = self._kernel.CreateJobObjectW(None, None)
        if not job:
            return
        self._job = ctypes.c_void_p(job)
        limits = _ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _KILL_ON_CLOSE | _JOB_MEMORY
        limits.JobMemoryLimit = megabytes * _MEGABYTE
        self._kernel.SetInformationJobObject(self._job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
        self._kernel.AssignProcessToJobObject(self._job, ctypes.c_void_p(handle))

    def end(self) -> None:
        """End every process of the job."""
        if self._job is not None:
            self._kernel.TerminateJobObject(self._job, 1)
            self._kernel.CloseHandle(self._job)
            self._job = None
