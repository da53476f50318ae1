"""How the daemon is run by the machine: a systemd unit, or a Windows service through WinSW, with its log on stderr."""

import logging
import sys
from pathlib import Path

import structlog

_UNIT = """[Unit]
Description=StockBridge inventory data bridge
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
ExecStart={python} -m bridge run --config {config}
WorkingDirectory={folder}
Restart=on-failure
RestartSec=10
TimeoutStopSec=120
KillSignal=SIGTERM
NoNewPrivileges=true
ProtectSystem=full
PrivateTmp=true

[Install]
WantedBy=multi-user.target
"""

_WINSW = """<!-- save as stockbridge.xml beside WinSW renamed to stockbridge.exe, then: stockbridge.exe install -->
<service>
  <id>stockbridge</id>
  <name>StockBridge</name>
  <description>StockBridge inventory data bridge</description>
  <executable>{python}</executable>
  <arguments>-m bridge run --config "{config}"</arguments>
  <workingdirectory>{folder}</workingdirectory>
  <onfailure action="restart" delay="10 sec"/>
  <stoptimeout>120 sec</stoptimeout>
  <log mode="roll-by-size"><sizeThreshold>10240</sizeThreshold><keepFiles>8</keepFiles></log>
</service>
"""


def systemd_unit(python: Path, config: Path) -> str:
    """Given the interpreter and bridge.toml, return the unit file."""
    return _UNIT.format(python=_quoted(python), config=_quoted(config), folder=_quoted(config.parent))


def windows_commands(python: Path, config: Path) -> str:
    """Given the interpreter and bridge.toml, return the service definition for WinSW."""
    return _WINSW.format(python=python, config=config, folder=config.parent)


def log_to_stderr() -> None:
    """Write one JSON object a line to stderr, which systemd and WinSW keep."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.add_log_level,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _quoted(path: Path) -> str:
    """Return a path as systemd reads it: spaces quoted, percent signs doubled."""
    words = str(path).replace("%", "%%")
    return f'"{words}"' if " " in words else words
