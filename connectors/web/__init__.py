"""What every connector that speaks HTTP shares: a deadline that holds, one bounded exchange, foreign words made safe."""

from connectors.web.address import BaseUrl, is_base_url, origin_of
from connectors.web.deadline import Deadline
from connectors.web.effect import as_effect
from connectors.web.exact_json import NotJson, parse, to_json
from connectors.web.exchange import Answer, Failed, Failure, exchange
from connectors.web.patience import retry_after_s
from connectors.web.session import bounded_session
from connectors.web.trouble import Again, Outcome, Pause, Trouble, json_of, of_failure, of_status, repeated
from connectors.web.words import one_line

__all__ = [
    "Again",
    "Answer",
    "BaseUrl",
    "Deadline",
    "Failed",
    "Failure",
    "NotJson",
    "Outcome",
    "Pause",
    "Trouble",
    "as_effect",
    "bounded_session",
    "exchange",
    "is_base_url",
    "json_of",
    "of_failure",
    "of_status",
    "one_line",
    "origin_of",
    "parse",
    "repeated",
    "retry_after_s",
    "to_json",
]
