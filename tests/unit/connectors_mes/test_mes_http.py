"""The table of what HTTP can bring: each thing ends in the right error, with the right words and no secret."""

import json
import socket

import pytest
from mes_wire import chunked, reply, row, source

from bridge.domain.errors import SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope

ROWS = json.dumps({"code": 0, "data": [row("00710", "126.5"), row("NA", None)], "total": 2}).encode()
TOKEN = "tok-3n-9Zq"


def failing(wire, answer, error, **more):
    """Read a snapshot that must fail; return the error after checking that nothing secret stands in it."""
    wire.answer = answer if callable(answer) else lambda *_: answer
    with pytest.raises(error) as caught:
        source(wire.url, token=TOKEN, **more).snapshot(Scope())
    for lang in ("zh", "en"):
        sentence = caught.value.text(lang)
        assert TOKEN not in sentence
        assert "\n" not in sentence
        assert "<" not in sentence.replace("<html", "")
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, SourceRefused, "BR-1426"),
        (401, SourceRefused, "BR-1421"),
        (403, SourceRefused, "BR-1421"),
        (404, SourceRefused, "BR-1422"),
        (408, SourceUnavailable, "BR-1423"),
        (405, SourceRefused, "BR-1426"),
        (429, SourceUnavailable, "BR-1423"),
        (500, SourceUnavailable, "BR-1423"),
        (502, SourceUnavailable, "BR-1423"),
        (503, SourceUnavailable, "BR-1423"),
        (204, SourceRefused, "BR-1426"),
        (206, SourceRefused, "BR-1426"),
    ],
)
def test_every_status_has_its_error(wire, status, error, code):
    """Login and rights, wrong path, busy and broken servers differ; the system's own words are told."""
    body = b"" if status == 204 else json.dumps({"msg": f"原因\n\x07甲 {TOKEN}" + "x" * 400}).encode()
    found = failing(wire, reply(body, status), error, **({"timeout_s": 1} if status == 429 else {}))
    assert found.code == code
    if status != 204:
        assert found.facts["message"].startswith("原因 甲 ***xxx")
        assert len(found.facts["message"]) <= 120


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"code": 500, "msg": "数据库连接超时"}, "code=500"),
        ({"code": 401, "msg": "账号未登录"}, "code=401"),
        ({"code": "A0230", "message": "expired"}, "code=A0230"),
        ({"success": False, "code": 0, "data": []}, "success=False"),
        ({"success": "false", "data": [row()]}, "success=false"),
    ],
)
def test_http_200_is_not_enough(wire, body, found):
    """The body's own code decides, and its words are passed on."""
    error = failing(wire, reply(body), SourceRefused)
    assert (error.code, error.facts["found"]) == ("BR-1427", found)
    assert error.facts["message"] == (body.get("msg") or body.get("message") or "-")


@pytest.mark.parametrize(("family", "code"), [("ruoyi", 0), ("yudao", 200)])
def test_a_named_family_accepts_its_own_code_only(wire, family, code):
    """RuoYi says 200, yudao says 0."""
    assert failing(wire, reply({"code": code, "rows": []}), SourceRefused, envelope=family).code == "BR-1427"


def test_success_can_be_set(wire):
    """All conditions must hold; the number and its text are one."""
    wanted = {
        "path": "/stock",
        "success": {"ret.state": "S", "status": [1, 2]},
        "items": "list",
        "message": "ret.words",
    }
    good = {"ret": {"state": "S", "words": "满意"}, "status": "2", "list": [row()]}
    wire.answer = lambda *_: reply(good)
    assert source(wire.url, snapshot=wanted).snapshot(Scope()).lines.num_rows == 1
    error = failing(wire, reply(good | {"status": 3}), SourceRefused, snapshot=wanted)
    assert (error.facts["found"], error.facts["message"]) == ("status=3", "满意")


@pytest.mark.parametrize("cut", [1, 10, len(ROWS) // 2, len(ROWS) - 1])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_a_body_cut_anywhere_is_never_taken(wire, framing, cut):
    """By length, by chunks or by the end of the connection: a cut answer is an error, a whole one is read."""
    whole = {
        "length": reply(ROWS),
        "chunked": chunked(ROWS),
        "close": reply(ROWS, length=False),
    }[framing]
    wire.answer = lambda *_: whole
    assert source(wire.url).snapshot(Scope()).lines.num_rows == 2
    missing = len(ROWS) - cut
    broken = failing(
        wire, whole[:-missing] if framing != "chunked" else whole[: -missing - 5], (SourceUnavailable, SourceRefused)
    )
    assert broken.code in {"length": {"BR-1405"}, "chunked": {"BR-1405"}, "close": {"BR-1425"}}[framing]


def test_the_end_of_chunks_must_be_said(wire):
    """All bytes came but not the closing chunk: nobody knows whether more was meant."""
    assert failing(wire, chunked(ROWS)[:-5], SourceUnavailable).code == "BR-1405"


@pytest.mark.parametrize("part", ["head", "body", "nothing"])
def test_a_trickle_ends_at_the_deadline(wire, part):
    """Each byte comes in time for a socket's time-out, the whole never does."""
    whole = reply(ROWS, length=False)
    start = {"head": 20, "body": whole.index(b"\r\n\r\n") + 30, "nothing": 0}[part]

    def trickle(*_):
        yield whole[:start] if start else 0.0
        while part == "nothing":
            yield 0.05
        for at in range(start, len(whole)):
            yield 0.1
            yield whole[at : at + 1]

    assert failing(wire, trickle, SourceUnavailable, timeout_s=0.4).code == "BR-1401"


def test_a_body_that_stops_at_the_deadline_is_not_whole(wire):
    """Valid JSON without a length, and a connection that stays open: the deadline cuts it, so it does not count."""
    assert (
        failing(wire, lambda *_: [reply(ROWS, length=False), 30.0], SourceUnavailable, timeout_s=0.3).code == "BR-1401"
    )


def test_a_closed_port_and_an_unknown_host_are_unavailable():
    """Nobody answers, or nobody knows the name."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SourceUnavailable) as caught:
        source(f"http://127.0.0.1:{port}/api", token=TOKEN, auth="query").snapshot(Scope())
    assert caught.value.code == "BR-1402"
    assert TOKEN not in caught.value.text("en") + repr(caught.value)
    with pytest.raises(SourceUnavailable) as caught:
        source("http://mes.invalid/api").snapshot(Scope())
    assert caught.value.code == "BR-1403"


def test_a_connection_closed_without_an_answer_is_unavailable(wire):
    """A restarting application server."""
    assert failing(wire, b"", SourceUnavailable).code == "BR-1402"


def test_tls_against_a_plain_server_is_refused(wire):
    """Https where only http is spoken."""
    with pytest.raises(SourceRefused) as caught:
        source(wire.url.replace("http:", "https:")).snapshot(Scope())
    assert caught.value.code == "BR-1404"


def test_a_missing_ca_file_is_named(wire, tmp_path):
    """Before anything is sent."""
    assert failing(wire, b"", SourceRefused, ca_file=tmp_path / "ca.pem").code == "BR-1409"
    assert wire.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        reply("<html><body>登录</body></html>", kind="text/html; charset=utf-8"),
        reply("\n <!DOCTYPE html>", kind="application/json"),
        reply("", kind="text/html"),
    ],
)
def test_a_web_page_is_no_answer(wire, answer):
    """A login page with status 200."""
    assert failing(wire, answer, SourceRefused).code == "BR-1424"


@pytest.mark.parametrize(
    "body",
    [b"", b"OK", b"[NaN]", b'{"data": [{"qty": Infinity}]}', b"\xff\xfe{}", b"[" * 100_000, b'{"a": 1e99999999999999999999}',
     b'{"data": [], "data": [1]}', b"[" + b"9" * 5000 + b"]"],
)  # fmt: skip
def test_what_is_no_json_is_refused(wire, body):
    """Also NaN and Infinity, keys said twice, and numbers nobody could mean."""
    assert failing(wire, reply(body), SourceRefused).code == "BR-1425"


def test_an_answer_has_a_largest_size(wire):
    """Whatever its framing."""
    for answer in (reply(ROWS), chunked(ROWS), reply(ROWS, length=False)):
        assert failing(wire, answer, SnapshotRejected, max_bytes=len(ROWS) - 1).code == "BR-1407"


def test_redirects_are_followed_on_the_same_server_only(wire):
    """The token goes nowhere else; a loop ends."""

    def answer(path, _query, _headers):
        if path == "/stock":
            return reply("", 302, extra="Location: /api/v2/stock?a=1\r\n")
        return reply(ROWS) if path == "/v2/stock" else reply("", 404)

    wire.answer = answer
    assert source(wire.url, token=TOKEN).snapshot(Scope()).lines.num_rows == 2
    elsewhere = reply("", 307, extra=f"Location: http://127.0.0.1:1/?token={TOKEN}\r\n")
    assert failing(wire, elsewhere, SourceRefused).code == "BR-1406"
    loop = reply("", 301, extra="Location: /api/stock\r\n")
    assert failing(wire, loop, SourceRefused).code == "BR-1406"
    page = reply("<html>", kind="text/html")
    wire.answer = lambda path, *_: reply("", 302, extra="Location: /login\r\n") if path == "/stock" else page
    with pytest.raises(SourceRefused) as caught:
        source(wire.url).snapshot(Scope())
    assert caught.value.code == "BR-1424"


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        ({}, "Authorization", f"Bearer {TOKEN}"),
        ({"auth": "header"}, "X-API-Key", TOKEN),
        ({"auth": "header", "auth_name": "token"}, "token", TOKEN),
        ({"auth": "none"}, "Authorization", None),
        ({"headers": {"tenant-id": "1"}}, "tenant-id", "1"),
        ({"secret_headers": {"X-Sign": "s3cret"}}, "X-Sign", "s3cret"),
    ],
)
def test_how_the_token_is_sent(wire, more, name, value):
    """In the header that the MES wants; plain and secret headers besides."""
    seen = {}

    def answer(_path, _query, headers):
        seen.update(headers)
        return reply(ROWS)

    wire.answer = answer
    found = source(wire.url, token=TOKEN, **more).snapshot(Scope())
    assert seen.get(name) == value
    assert TOKEN not in repr(found.provenance)


def test_a_token_in_the_query_is_sent_and_never_shown(wire):
    """Not in the provenance, not in an error."""
    wire.answer = lambda _p, query, _h: reply(ROWS) if query.get("key") == TOKEN else reply("", 401)
    found = source(wire.url, token=TOKEN, auth="query", auth_name="key").snapshot(Scope())
    assert found.provenance.statements == ("GET /stock",)
    assert failing(wire, reply(b"no"), SourceRefused, auth="query").code == "BR-1425"


def test_neither_netrc_nor_proxies_of_the_environment_count(wire, monkeypatch, tmp_path):
    """`requests` would replace the token by a .netrc entry and send it through a proxy."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login u password p\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    wire.answer = lambda _p, _q, headers: (
        reply(ROWS) if headers["Authorization"] == f"Bearer {TOKEN}" else reply("", 401)
    )
    assert source(wire.url, token=TOKEN).snapshot(Scope()).lines.num_rows == 2


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "令牌"])
def test_a_token_that_no_header_may_hold_is_refused(wire, token):
    """Named by its header, not by its value."""
    with pytest.raises(SourceRefused) as caught:
        source(wire.url, token=token).snapshot(Scope())
    assert caught.value.code == "BR-1410"
    assert token not in caught.value.text("zh")
    assert wire.requests == []


def test_text_in_gbk_is_read_when_the_answer_says_so(wire):
    """Old servers; without a word it is UTF-8."""
    body = json.dumps({"data": [row("螺丝-01")]}, ensure_ascii=False)
    wire.answer = lambda *_: reply(body.encode("gbk"), kind="application/json; charset=GBK")
    assert source(wire.url).snapshot(Scope()).lines["item"].to_pylist() == ["螺丝-01"]
    assert failing(wire, reply(body.encode("gbk")), SourceRefused).code == "BR-1425"
