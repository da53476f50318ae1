"""Makes the plant of this folder, and the small snapshots of tests/unit/reconcilers, importable."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parent.parent / "reconcilers"))
