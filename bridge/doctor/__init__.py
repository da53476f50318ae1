"""`stockbridge doctor`: what is well, what is not, and the cure for each. It reads; it changes and sends nothing."""

from bridge.doctor.examination import Examination, examine
from bridge.doctor.finding import Finding, Level

__all__ = ["Examination", "Finding", "Level", "examine"]
