"""`make bench`: how long a pair of 100,000 lines a side takes, from snapshot to decided plan, and how much memory.

Each figure is the median of whole child processes (interpreter start included), with the fastest and slowest beside it.
`--movements N` measures matching and explaining N movements instead (bench/movements.py), without interpreter start.
Figures belong to the machine they were taken on; docs/performance.md says which.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from bench.movements import POSITIONS
from bridge.demo.lookalikes import KingdeeBooks, YonyouStock

NOW = "2026-11-23T{hour:02d}:{minute:02d}:00+08:00"
FAULTS = 5
TOML = """schema_version = 1
[plant]
name = "speed"
mode = "observe"
[sources.k3]
kind = "kingdee_k3"
url = "sqlite:///{folder}/AIS20190101120000.db"
timeout_s = 600
[sources.u8]
kind = "yonyou_u8"
url = "sqlite:///{folder}/UFDATA_002_2026.db"
timeout_s = 600
[[pairs]]
id = "fin_wms"
book = ["k3"]
stock = ["u8"]
"""


def build(folder: Path, lines: int, warehouses: int = 10) -> None:
    """Given a folder and a number of lines a side, write both systems with FAULTS planted differences."""
    k3 = KingdeeBooks.create(folder / "AIS20190101120000.db", period=date(2026, 11, 1))
    u8 = YonyouStock.create(folder / "UFDATA_002_2026.db", year=2026)
    items = lines // warehouses
    unit = k3.add_unit("个", group=k3.add_unit_group("数量"))
    u8.add_class("01", "料")
    u8.add_unit("0101", "个", u8.add_unit_group("01", "无换算", 0) or "01", main=True)
    with k3.writing(), u8.writing():
        places = [f"W{number:02d}" for number in range(warehouses)]
        stocks = [(place, k3.add_warehouse(place, place)) for place in places]
        for place in places:
            u8.add_warehouse(place, place)
        for number in range(items):
            code = f"I{number:06d}"
            k3.add_item(code, f"料{number}", unit=unit, plan_price="12.5")
            u8.add_item(code, f"料{number}", unit="0101", category="01")
        ids = {row[0]: row[1] for row in k3.rows("SELECT FNumber, FItemID FROM t_ICItemCore")}
        for position in range(lines):
            number, place = divmod(position, warehouses)
            code, quantity = f"I{number:06d}", 1000 + position % 977
            wrong = 100 if position % (lines // FAULTS) == 7 else 0
            k3.run(
                "INSERT INTO ICInventory (FBrNo, FItemID, FBatchNo, FStockID, FQty) VALUES ('0', ?, '', ?, ?)",
                (ids[code], stocks[place][1], quantity),
            )
            u8.run(
                "INSERT INTO CurrentStock (AutoID, cWhCode, cInvCode, ItemId, iQuantity) VALUES (?, ?, ?, ?, ?)",
                (position + 1, places[place], code, number, quantity - wrong),
            )
    k3.close()
    u8.close()
    (folder / "bridge.toml").write_text(TOML.format(folder=folder), encoding="utf-8")


def run(folder: Path, *words: str) -> tuple[float, float, str]:
    """Run one command of the program. Return (wall seconds, peak memory of all children so far in MiB, stdout)."""
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bridge", *words, "--config", str(folder / "bridge.toml")],
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - begin
    if done.returncode not in {0, 10}:
        raise SystemExit(f"{words}: exit {done.returncode}\n{done.stderr}")
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, done.stdout


def explaining(movements: int, runs: int) -> None:
    """Match and explain so many movements in child processes and print a table."""
    found = []
    for _ in range(runs):
        command = [sys.executable, "-m", "bench.movements", str(movements)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
        if done.returncode:
            raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr}")
        found.append(json.loads(done.stdout))
    column = {name: [one[name] for one in found] for name in found[0]}
    wall, peak, before = column["wall"], max(column["peak"]), max(column["before"])
    print(f"machine            {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"movements          {movements:,} of both sides at {POSITIONS:,} positions; only the planted ones remain")
    print(
        f"matched, explained {statistics.median(wall):.2f} s median of {runs} (min {min(wall):.2f}, max {max(wall):.2f})"
    )
    print(f"processor time     {statistics.median(column['processor']):.2f} s median")
    print(f"peak memory        {peak:,.0f} MiB, {before:,.0f} of them before, for making up the documents")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--movements", type=int, nargs="?", const=1_000_000, help="explain so many movements instead")
    options = parser.parse_args()
    if options.movements:
        explaining(options.movements, options.runs)
    else:
        comparing(options.lines, options.runs)


def comparing(lines: int, runs: int) -> None:
    """Compare so many lines a side in child processes and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"building {lines:,} lines a side …", file=sys.stderr)
        build(folder, lines)
        idle, _, _ = run(folder, "config", "check")
        for source in ("k3", "u8"):
            run(folder, "baseline", "accept", source, "--now", NOW.format(hour=6, minute=0))
        cold, peak, out = run(folder, "reconcile", "--json", "--now", NOW.format(hour=7, minute=0))
        found = json.loads(out[out.index("{") :])
        if found["compared"] != lines or len(found["variances"]) != FAULTS:
            raise SystemExit(f"compared {found['compared']}, {len(found['variances'])} variances: not what was planted")
        warm = []
        for number in range(runs):
            wall, peak, _ = run(folder, "reconcile", "--json", "--now", NOW.format(hour=8 + number, minute=0))
            warm.append(wall)
    both = 2 * lines
    middle = statistics.median(warm)
    print(f"machine            {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"lines              {lines:,} a side, {both:,} in all; {FAULTS} planted differences, all found")
    print(f"start-up alone     {idle:.2f} s (config check)")
    print(f"first run          {cold:.2f} s")
    print(f"later runs         {middle:.2f} s median of {runs} (min {min(warm):.2f}, max {max(warm):.2f})")
    print(f"throughput         {both / (middle - idle):,.0f} lines/s without start-up")
    print(f"peak memory        {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
