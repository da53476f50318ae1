"""What Kingdee's own refusals mean to a reading and to a writing; all else of HTTP is as everywhere (connectors/web)."""

from connectors.kingdee_cloud import answers
from connectors.web import Again, Answer, Outcome, Trouble
from connectors.web import of_status as status_trouble

_GATEWAY = "response_error:"


def of_status(answer: Answer, server: str, words: str) -> Trouble | None:
    """Return the trouble of an HTTP status, or of what Kingdee's gateway says with status 200; None for a proper answer."""
    if words.startswith(_GATEWAY):
        facts = {"server": server, "status": str(answer.status), "message": words}
        return Trouble("BR-1483", "later", "unknown", facts)
    return status_trouble(answer, server, words)


def of_refusal(refused: answers.Refused, words: str) -> Trouble:
    """Return the trouble of a parsed business error, by its MsgCode (kingdee.md 3.4)."""
    code, again, outcome = _MSG_CODES.get(refused.code if refused.code is not None else -1, _OTHER)
    facts = {"msg_code": "-" if refused.code is None else str(refused.code), "message": words or "-"}
    return Trouble(code, again, outcome, facts)


_OTHER: tuple[str, Again, Outcome] = ("BR-1489", "no", "refused")
_MSG_CODES: dict[int, tuple[str, Again, Outcome]] = {
    answers.SESSION_LOST: ("BR-1485", "session", "none"),
    answers.NO_PERMISSION: ("BR-1486", "no", "refused"),
    answers.LICENCE: ("BR-1486", "no", "refused"),
    answers.NO_ADMINISTRATOR: ("BR-1486", "no", "refused"),
    answers.NO_SUCH_FIELD: ("BR-1487", "no", "refused"),
    answers.EDIT_CONFLICT: ("BR-1488", "later", "none"),
    answers.CALL_LIMIT: ("BR-1488", "later", "none"),
}
