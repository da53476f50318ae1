"""`python -m bridge` is the `stockbridge` command."""

from bridge.cli.main import run

run()
