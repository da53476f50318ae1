"""The shapes of the WebAPI's answers: success, refusal, and the wrapping that list queries give a refusal."""

from typing import Any


class Refusal(Exception):
    """A business error: HTTP 200 with a MsgCode."""

    def __init__(self, code: int, message: str, *, field: str | None = None) -> None:
        self.code = code
        self.message = message
        self.field = field
        super().__init__(message)


LOGIN_LOST = Refusal(1, "会话信息已丢失，请重新登录")


def refusal_body(refused: Refusal) -> dict[str, Any]:
    """Return the answer that says no."""
    status = {
        "ErrorCode": 500,
        "IsSuccess": False,
        "Errors": [{"FieldName": refused.field, "Message": refused.message, "DIndex": 0}],
        "SuccessEntitys": [],
        "SuccessMessages": [],
        "MsgCode": refused.code,
    }
    return {"Result": {"ResponseStatus": status}}


def wrapped(body: dict[str, Any], *, listed: bool) -> Any:
    """Return a refusal as ExecuteBillQuery sends it (a list of lists), or as all others do."""
    return [[body]] if listed else body


def done_body(entities: list[tuple[str, str]], errors: list[tuple[str, str]] | None = None) -> dict[str, Any]:
    """Return the answer for what was done (id, number); `errors` are (number, message) of what was not.

    It is a success as long as anything was done: the caller must compare.
    """
    status = {
        "IsSuccess": bool(entities) or not errors,
        "Errors": [{"FieldName": number, "Message": message, "DIndex": 0} for number, message in errors or ()],
        "SuccessEntitys": [
            {"Id": int(key) if key.isdigit() else key, "Number": number, "DIndex": at}
            for at, (key, number) in enumerate(entities)
        ],
        "SuccessMessages": [],
        "MsgCode": 0 if entities or not errors else 11,
    }
    result: dict[str, Any] = {"ResponseStatus": status}
    if entities:
        result |= {"Id": entities[0][0], "Number": entities[0][1], "NeedReturnData": [{}]}
    return {"Result": result}
