"""`python -m bridge.demo.reference_mes --port 8090`: serve the reference MES with a little stock."""

import argparse
import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.demo.reference_mes.sample import fill
from bridge.demo.reference_mes.server import ReferenceMes


def main() -> None:
    """Serve until Ctrl-C. A new file begins with a few rows of stock; an existing one is served as it stands."""
    words = argparse.ArgumentParser(prog="python -m bridge.demo.reference_mes", description=__doc__)
    words.add_argument("--port", type=int, default=8090)
    words.add_argument("--host", default="127.0.0.1", help="address to listen on")
    words.add_argument("--db", type=Path, default=Path("reference-mes.sqlite"), help="SQLite file")
    words.add_argument("--zone", default="Asia/Shanghai", help="time zone of the times in answers")
    words.add_argument("--reader", default="demo-reader", help="token that may read")
    words.add_argument("--writer", default="demo-writer", help="token that may also hold")
    given = words.parse_args()
    zone = ZoneInfo(given.zone)
    server = ReferenceMes(
        given.db, lambda: datetime.now(zone), reader=given.reader, writer=given.writer, host=given.host, port=given.port
    )
    fill(server)
    with server:
        print(f"{server.url}/open  reader {given.reader}  writer {given.writer}  Ctrl-C ends", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
