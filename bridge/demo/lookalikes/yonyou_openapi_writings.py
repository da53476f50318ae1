"""Writings as the platform takes them on: one id each, at once or later, and a result that is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bridge.demo.lookalikes.yonyou_openapi_books import OpenApiBooks, U8Refusal

_RUNNING = U8Refusal("30025", "操作正在执行")
_GOOD = "0"


@dataclass
class Job:
    """A writing the platform has taken on: how many polls until it is final, what it does, and what it then says."""

    pending: int
    work: Callable[[], dict[str, Any]]
    answer: dict[str, Any] = field(default_factory=dict)

    def finish(self) -> dict[str, Any]:
        """Carry it out, if that was not done yet, and return the answer."""
        self.pending = 0
        self.answer = self.answer or self.work()
        return self.answer

    @property
    def failed(self) -> bool:
        """Return whether it ended in a refusal: then its id is free again."""
        return not self.pending and self.answer.get("errcode") != _GOOD


@dataclass
class Writings:
    """What the platform does with add, verify and unverify.

    `polls` is how many polls a writing takes with sync=0; `late` carries it out after them instead of at once (`settle`
    does so without waiting). A tradeid or biz_id that comes again is the same writing, and is made once.
    """

    books: OpenApiBooks
    polls: int = 2
    late: bool = False
    trades: set[str] = field(default_factory=set)
    _jobs: dict[str, Job] = field(default_factory=dict)
    _by_identity: dict[str, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Carry out every writing that is still running."""
        for job in self._jobs.values():
            job.finish()

    def accept(self, result_url: str, name: str, action: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        """Take a writing on; return its result, or with sync=0 where to ask for it."""
        trade, business = query.get("tradeid", ""), query.get("biz_id", "")
        if bool(trade) == bool(business):
            raise U8Refusal("30010", "tradeid 与 biz_id 只能传入一个")
        if trade and trade not in self.trades:
            raise U8Refusal("30011", "tradeid 无效")
        identity = f"{name}/{action}/{trade or business}"
        request = self._by_identity.get(identity)
        if request is None or self._jobs[request].failed:
            request = f"r{len(self._jobs) + 1:08}"
            is_asynchronous = query.get("sync", "0") == "0"
            job = Job(self.polls if is_asynchronous else 0, partial(self._done, name, action, body))
            if not (is_asynchronous and self.late):
                job.answer = job.work()
            self._jobs[request] = job
            self._by_identity[identity] = request
        elif self._jobs[request].pending:
            raise _RUNNING
        if query.get("sync", "0") == "0":
            url = f"{result_url}?requestid={request}"
            return {"errcode": "0", "errmsg": "", "tradeid": trade, "url": url}
        return self._jobs[request].finish()

    def _done(self, name: str, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Carry the writing out and return its final answer."""
        try:
            key = self._carried_out(name, action, body.get(name))
        except U8Refusal as refused:
            return {"errcode": refused.code, "errmsg": refused.words}
        return {"errcode": "0", "errmsg": "", "id": key, "tradeid": ""}

    def _carried_out(self, name: str, action: str, given: Any) -> str:
        if not isinstance(given, dict):
            raise U8Refusal("20002", "请求体格式错误")
        code = str(given.get("voucher_code", ""))
        auditor = str(given.get("user_id") or given.get("person_code") or "")
        match name, action:
            case "transvouch", "add":
                head = {key: value for key, value in given.items() if key != "entry"}
                return self.books.add_transfer(head, list(given.get("entry") or ()))
            case "transvouch", "verify":
                self.books.verify_transfer(code, auditor)
            case "transvouch", "unverify":
                self.books.unverify_transfer(code)
            case (("otherin" | "otherout"), "verify"):
                self.books.verify_other(name, code, auditor)
            case (("otherin" | "otherout"), "unverify"):
                self.books.unverify_other(name, code)
            case _:
                raise U8Refusal("30002", f"接口不存在: {name}/{action}")
        return code

    def result(self, request: str) -> Any:
        """Return how a writing ended; raise 30025 while it has not."""
        job = self._jobs.get(request)
        if job is None:
            raise U8Refusal("30020", "requestid 不存在")
        if job.pending:
            job.pending -= 1
            raise _RUNNING
        return job.finish()
