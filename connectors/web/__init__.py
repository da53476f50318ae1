"""What every connector that speaks HTTP shares: a deadline that holds, one bounded exchange, foreign words made safe."""

from connectors.web.deadline import Deadline, GuardedAdapter
from connectors.web.exchange import Answer, Failed, Failure, exchange
from connectors.web.words import one_line

__all__ = ["Answer", "Deadline", "Failed", "Failure", "GuardedAdapter", "exchange", "one_line"]
