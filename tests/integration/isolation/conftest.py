"""Lets the tests of this folder, and the child processes they start, import the naughty connector by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
