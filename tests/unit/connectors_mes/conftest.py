"""Lets the tests of this folder import their server by name, and gives each test one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from mes_wire import Wire


@pytest.fixture
def wire():
    """Return a server that answers what the test tells it to, byte by byte if need be."""
    with Wire() as server:
        yield server
