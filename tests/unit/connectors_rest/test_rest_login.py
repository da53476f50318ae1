"""Who asks: tokens that lapse, signatures, secret parameters, patience; no secret is ever told."""

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rest_page import NOW, STOCK, settings, source

from bridge.demo.lookalikes.platform import Asked, Move, Platform, Stock
from bridge.demo.lookalikes.platforms import SECRET, Crm, Dabei, Mingdao, Serp, Yida
from bridge.domain.clock import FixedClock
from bridge.domain.errors import SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope
from connectors.json_api.call import Call, call_of
from connectors.json_api.http import opened
from connectors.json_api.reading import read
from connectors.json_api.requests import Request
from connectors.json_api.signing import Signature, signed
from connectors.rest import CONNECTOR
from connectors.rest.config import RestSettings

AT = datetime(2026, 11, 23, 0, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(("name", "platform"), [("yida", Yida), ("dabei", Dabei), ("crm", Crm)])
def test_a_token_that_lapses_between_pages_is_renewed(name, platform):
    """By 401 or by what the body says: one new login, then the reading goes on, and all rows are there."""
    with platform() as server:
        server.content.stock = [Stock(f"P{number:04}", "01", Decimal(1)) for number in range(450)]
        reply, served = server.reply, []

        def lapsing(asked):
            served.append(asked)
            if len(served) == 2:
                server.expire()
            return reply(asked)

        server.reply = lapsing
        assert source(name, server.url).snapshot(Scope()).lines.num_rows == 450
        assert sum(asked.path == server.login for asked in server.asked) == 2


def test_a_token_that_never_holds_is_refused():
    """Renewed once for a request, not for ever."""
    with Yida() as server:
        server.content.stock = list(STOCK)
        server.sent = lambda _asked: "another"
        with pytest.raises(SourceRefused) as caught:
            source("yida", server.url).snapshot(Scope())
        assert caught.value.code == "BR-1426"
        assert sum(asked.path == server.login for asked in server.asked) == 2


def test_a_login_without_a_token_is_refused():
    """An answer that looks good but holds no token."""
    with Yida() as server:
        server.given = lambda _token: {"accessToken": "", "message": "应用已停用"}
        with pytest.raises(SourceRefused) as caught:
            source("yida", server.url).snapshot(Scope())
        assert caught.value.code == "BR-1434"
        assert "应用已停用" in caught.value.text("zh")


def test_a_token_in_the_platforms_words_is_blotted_out():
    """The token that the platform gave is a secret too."""
    with Crm() as server:
        server.content.stock = list(STOCK)
        server.reply = lambda _asked: (400, {"message": f"bad {server.token} for {SECRET}"})
        with pytest.raises(SourceRefused) as caught:
            source("crm", server.url).snapshot(Scope())
        assert caught.value.facts["message"] == "bad *** for ***"


def test_a_credential_form_is_sent_as_one():
    """OAuth wants a web form, not JSON."""
    with Crm() as server:
        server.content.stock = list(STOCK)
        source("crm", server.url).probe()
        login = server.asked[0]
        assert login.headers["content-type"] == "application/x-www-form-urlencoded"
        assert login.body["grant_type"] == "client_credentials"


class Session(Platform):
    """A system that knows who asks by a cookie."""

    def respond(self, asked, body):
        """Give the cookie for the password, else look at it."""
        if asked.path == "/login":
            good = json.loads(body) == {"user": "bridge", "password": SECRET}
            asked.answer(
                200, {"code": 0 if good else 1, "msg": "密码错误"}, {"Set-Cookie": "sid=77; path=/"} if good else {}
            )
        elif "sid=77" in asked.headers.get("Cookie", ""):
            asked.answer(200, {"code": 0, "data": [{"item": "A", "qty": "1"}], "total": 1})
        else:
            asked.answer(401, {"msg": "未登录"})


@pytest.mark.parametrize(("password", "code"), [(SECRET, None), ("falsch", "BR-1434")])
def test_a_session_cookie_is_a_login_too(password, code):
    """Without a token's place the cookie is all there is; the body still says whether it was good."""
    login = {"path": "/login", "body": {"user": "bridge"}, "secrets": {"password": password}, "success": {"code": 0}}
    with Session() as server:
        found = RestSettings(kind="rest", base_url=server.url, login=login, snapshot={"path": "/stock"})
        opened_source = CONNECTOR.source("s", found, FixedClock(NOW))
        if code is None:
            assert opened_source.snapshot(Scope()).lines["item"].to_pylist() == ["A"]
            return
        with pytest.raises(SourceRefused) as caught:
            opened_source.snapshot(Scope())
        assert caught.value.code == code
        assert "密码错误" in caught.value.text("zh")


def test_secret_parameters_stand_in_the_body_only():
    """With POST nothing secret is in the address, which ends up in logs."""
    with Yida() as server:
        server.content.stock = list(STOCK)
        source("yida", server.url).snapshot(Scope())
        assert all(not asked.query for asked in server.asked)
        assert server.asked[-1].body["systemToken"] == Yida.system_token


def test_changes_are_asked_for_where_the_body_says_since():
    """`{since}` becomes the time of the last reading less the overlap, in the spelling that is set."""
    with Yida() as server:
        server.content.moves = [
            Move("R1", "A", "01", Decimal(5), "入库", "2026-11-23T08:00:00+08:00"),
            Move("R0", "A", "01", Decimal(5), "入库", "2026-09-23T08:00:00+08:00"),
        ]
        batch = source("yida", server.url).movements("")
        assert batch.rows["document_number"].to_pylist() == ["R1"]
        assert server.asked[-1].body["modifiedFromTimeGMT"] == "2026-10-24 08:30:00"
        assert batch.complete_keys is None


@pytest.mark.parametrize("fault", ["429", "429:1"])
def test_429_is_waited_for_within_the_deadline(fault):
    """With and without Retry-After; one that is longer than the deadline ends at once."""
    with Serp() as server:
        server.content.stock = list(STOCK)
        server.fail_next(fault)
        assert source("serp", server.url).snapshot(Scope()).lines.num_rows == len(STOCK)
        server.always = "429:59"
        with pytest.raises(SourceUnavailable) as caught:
            source("serp", server.url).snapshot(Scope())
        assert caught.value.code == "BR-1423"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_platform_that_breaks_halfway_is_unavailable(status):
    """Nothing of the pages that came is kept."""
    with Mingdao() as server:
        server.content.stock = [Stock(f"P{number:04}", "01", Decimal(1)) for number in range(2500)]
        server.fail_next("", f"status:{status}")
        with pytest.raises(SourceUnavailable):
            source("mingdao", server.url).snapshot(Scope())


@pytest.mark.parametrize("kind", ["cut", "cut_close"])
def test_an_answer_cut_at_any_byte_is_refused(kind):
    """With Content-Length it broke off, without it is no whole JSON."""
    with Serp() as server:
        server.content.stock = [Stock("P1", "01", Decimal("1.5"))]
        page = server.reply(Asked("GET", "", {}, {}, {}))[1]
        whole = len(json.dumps(page, ensure_ascii=False, default=float).encode())
        for cut in range(whole):
            server.always = f"{kind}:{cut}"
            with pytest.raises((SourceUnavailable, SourceRefused)):
                source("serp", server.url).snapshot(Scope())
        server.always = f"{kind}:{whole}"
        assert source("serp", server.url).snapshot(Scope()).lines.num_rows == 1


def test_503_with_a_time_is_waited_for():
    """A server that says when to come back is asked again then."""
    with Serp() as server:
        server.content.stock = list(STOCK)
        respond, first = server.respond, []

        def busy(asked, body):
            if first:
                respond(asked, body)
            else:
                first.append(asked.write(503, b"{}", "application/json", {"Retry-After": "1"}))

        server.respond = busy
        assert source("serp", server.url).snapshot(Scope()).lines.num_rows == len(STOCK)


def test_a_post_is_not_redirected():
    """Its body would go to who knows where."""
    with Mingdao() as server:
        server.always = "redirect"
        with pytest.raises(SourceRefused) as caught:
            source("mingdao", server.url).snapshot(Scope())
        assert caught.value.code == "BR-1406"


def test_requests_keep_to_the_rate():
    """Between two requests to one path lies at least 1/rate seconds, counted from when the first was due."""
    pauses = []
    with Serp() as server, opened("serp", settings("serp", server.url), pauses.append) as link:
        request = Request(path="/api/v1/stock")
        for _ in range(3):
            read(link, request, call_of(request), rate=0.1)
    assert [round(pause) for pause in pauses] == [10, 20] or all(9 < pause <= 20 for pause in pauses)
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"text": "{sorted}{secret}", "hash": "md5", "written": "HEX"}, ("md5", "a=1&appKey=k&b=二&timestamp={t}s3", str.upper)),
        ({"text": "{secret}{joined}{secret}", "hash": "sha1"}, ("sha1", "s3a1appKeykb二timestamp{t}s3", str)),
        ({"text": "{key}{timestamp}{secret}", "hash": "sha256"}, ("sha256", "k{t}s3", str)),
        ({"text": "{method}{path}{body}", "hash": "sha256", "place": "header"}, ("sha256", 'POST/x{"a": 1, "b": "二"}', str)),
    ],
)  # fmt: skip
def test_a_signature_is_the_hash_of_its_text(table, expected):
    """Against the digest computed by hand: order, spelling and place as set."""
    name, text, spelled = expected
    sign = Signature(key="k", secret="s3", time="seconds", **({"place": "body"} | table))
    found = signed(
        sign,
        Call(
            "POST", "/x", body={"b": "二", "a": 1} if "body" not in text and "POST" not in text else {"a": 1, "b": "二"}
        ),
        AT,
        "n1",
    )
    digest = hashlib.new(name, text.replace("{t}", str(int(AT.timestamp()))).encode()).hexdigest()
    place = found.headers if table.get("place") == "header" else found.body
    assert place["sign"] == spelled(digest)
    assert place["appKey"] == "k"


@pytest.mark.parametrize(
    ("time", "written"),
    [("seconds", 1795393805), ("milliseconds", 1795393805000), ("compact", "20261123003005"), ("local", "2026-11-23 00:30:05")],
)  # fmt: skip
def test_a_keyed_hash_takes_the_secret_as_its_key(time, written):
    """HMAC-SHA256 in base64, over the timestamp in each spelling."""
    sign = Signature(key="k", secret="s3", hash="hmac-sha256", written="base64", text="{timestamp}", time=time)
    found = signed(sign, Call("GET", "/x"), AT, "n1").query
    assert found["timestamp"] == written
    assert found["sign"] == b64encode(hmac.new(b"s3", str(written).encode(), "sha256").digest()).decode()


def test_a_value_in_braces_is_not_read_as_a_name():
    """A parameter that spells {secret} does not pull the secret into the request."""
    sign = Signature(key="{secret}", secret="s3", text="{key}", hash="md5")
    found = signed(sign, Call("GET", "/x", query={"q": "{secret}"}), AT, "n1")
    assert found.query["q"] == "{secret}"
    assert found.query["sign"] == hashlib.md5(b"{secret}").hexdigest()
    request = Request(path="/x", body={"filter": {"cond": [{"value": ["{since}", "x {since}", "{other}"]}]}})
    body = call_of(request, {"since": 5}).body
    assert body == {"filter": {"cond": [{"value": [5, "x 5", "{other}"]}]}}
    assert request.body["filter"]["cond"][0]["value"][0] == "{since}"


def test_settings_spell_no_secret():
    """Neither repr nor JSON of the settings, nor the line to the system."""
    with Yida() as server:
        found = settings("yida", server.url)
        with opened("yida", found) as link:
            told = (repr(found), found.model_dump_json(), repr(link))
    assert not any(SECRET in text or Yida.system_token in text for text in told)
