"""The daemon's heartbeat: a small file that says not only "alive" but what was last compared, and what went wrong."""

import json
import os
from datetime import datetime
from pathlib import Path

from bridge.cycle.round import Round
from bridge.domain.errors import BridgeError

HEARTBEAT = "heartbeat.json"


def beat(folder: Path, now: datetime, found: Round | None = None, error: BridgeError | None = None) -> None:
    """Given the data folder and what this wake-up did, write the heartbeat: a healthy no-op must alarm too.

    The code of an error stays until a whole round went well; the next wake-up, seconds later, would hide it.
    """
    before = read_heartbeat(folder)
    told = {
        **before,
        "at": now.isoformat(timespec="seconds"),
        "pid": os.getpid(),
        "error": error.code if error else before.get("error", ""),
    }
    if found is not None:
        told["round_at"] = now.isoformat(timespec="seconds")
        told["compared"] = sum(report.compared for report in found.reports)
        told["exit_code"] = found.exit_code
        told["error"] = ""
    new = (folder / HEARTBEAT).with_suffix(".new")
    new.write_text(json.dumps(told), encoding="utf-8")
    new.replace(folder / HEARTBEAT)


def read_heartbeat(folder: Path) -> dict[str, object]:
    """Given the data folder, return the last heartbeat, empty when there is none."""
    try:
        found = json.loads((folder / HEARTBEAT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
