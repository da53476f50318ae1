"""How the U8 OpenAPI fails, and what is said of it: a code, a cure, never a secret."""

import logging

import pytest

from bridge.domain.errors import BridgeError, EffectUnknown, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Scope


def failing(source, **changes):
    """Return the error a snapshot ends with."""
    with pytest.raises(BridgeError) as failed:
        source(**changes).snapshot(Scope())
    return failed.value


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("errcode:10001", SourceUnavailable, "BR-1462"),
        ("errcode:20005", SourceRefused, "BR-1463"),
        ("errcode:30021", SourceRefused, "BR-1464"),
        ("errcode:30025", SourceUnavailable, "BR-1465"),
        ("html", SourceRefused, "BR-1482"),
        ("502", SourceUnavailable, "BR-1480"),
        ("429", SourceUnavailable, "BR-1479"),
        ("429:2", SourceUnavailable, "BR-1479"),
        ("drop", SourceUnavailable, "BR-1471"),
        ("status:403", SourceRefused, "BR-1477"),
        ("redirect", SourceRefused, "BR-1476"),
    ],
)
def test_every_failure_has_its_code(platform, source, fault, kind, code):
    """Errcodes are text; what may get better is unavailable, what will not is refused."""
    reading = source()
    reading.probe()
    platform.always = fault
    with pytest.raises(BridgeError) as failed:
        reading.snapshot(Scope())
    error = failed.value
    assert (type(error), error.code) == (kind, code)


def test_what_passes_is_read_again(platform, source, pauses):
    """A platform failure, a 502 and a 429 with Retry-After are waited for."""
    platform.fail_next("errcode:10001", "", "", "502", "", "429:7")
    assert source().snapshot(Scope()).provenance.rows == 4
    assert pauses == [1.0, 1.0, 7.0]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "step"), [("cut", 1), ("cut_close", 9)])
def test_the_answer_cut_anywhere_is_refused(platform, source, kind, step):
    """A body that ends early, at whatever byte, is never taken for a list, framed by its length or by the end."""
    for size in range(0, 700, step):
        platform.faults.clear()
        platform.fail_next("", *[f"{kind}:{size}"] * 3)
        assert failing(source).code in {"BR-1474", "BR-1471", "BR-1484"}


def test_a_wrong_secret_is_named_as_such(source):
    """The app is not accepted; nothing else is asked."""
    error = failing(source, app_secret="wrong-secret")
    assert (type(error), error.code) == (SourceRefused, "BR-1460")
    assert "wrong-secret" not in error.text("zh") + repr(error.facts)


def test_a_token_refused_twice_ends(platform, source):
    """A fresh token that is refused too is not renewed for ever."""
    platform.tokens = type("Sieve", (dict,), {"__setitem__": lambda *_: None})()
    assert failing(source).code == "BR-1461"
    assert len(platform.calls) <= 4


def test_no_address_is_logged_or_told(platform, source, settings, caplog):
    """The token stands in every query: it appears in no log at any level, no error and no representation."""
    caplog.set_level(logging.DEBUG)
    reading = source()
    reading.snapshot(Scope())
    platform.always = "drop"
    with pytest.raises(SourceUnavailable) as failed:
        reading.snapshot(Scope())
    told = caplog.text + repr(failed.value) + failed.value.text("zh") + repr(vars(reading)) + repr(settings())
    for secret in (platform.app_secret, platform.app_key, *platform.tokens):
        assert secret not in told


def test_an_echoed_secret_is_blotted_out(platform, source):
    """Some gateways repeat the request in their words."""
    respond = platform.respond

    def echoes(asked, body):
        asked.write(403, f"bad {platform.app_secret} {asked.path}".encode(), "text/plain")

    platform.respond = echoes
    error = failing(source)
    platform.respond = respond
    assert platform.app_secret not in error.text("zh")
    assert platform.app_key not in error.text("zh")


def test_a_result_elsewhere_is_not_followed(platform, target, order):
    """An answer that names another server for its result is not believed; what was done is found by the reference."""
    accept = platform.writings.accept
    platform.writings.accept = lambda _url, *given: accept("http://127.0.0.2:9/result", *given)
    assert target().place(order("1")).done
    assert "/result" not in [path for path, *_ in platform.calls]
    platform.writings.late = True
    with pytest.raises(EffectUnknown) as unknown:
        target().place(order("1", ref="SBOTHERHOLD00000"))
    assert unknown.value.code == "BR-1467"
