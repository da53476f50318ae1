"""The encrypted store and the references to it: what is kept, what breaks it, and that nothing leaks."""

import logging
import os
import pathlib
import tempfile
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bridge import language
from bridge.domain.errors import ConfigError
from config.explain import differences, show
from config.secrets import SecretBox

HIDDEN = "S3cr&t-p4ss"


def refused(code, call, *arguments):
    """Return the sentence of the ConfigError that the call ends in; it has this code and both languages."""
    with pytest.raises(ConfigError) as caught:
        call(*arguments)
    assert caught.value.code == code
    for lang in language.LANGUAGES:
        assert "<" not in caught.value.text(lang)
        assert HIDDEN not in caught.value.text(lang)
    return caught.value.text("en")


@pytest.fixture
def box(tmp_path):
    """Return a store with two secrets."""
    found = SecretBox.open(tmp_path, {})
    found.set("k3_ro", SecretStr(HIDDEN))
    found.set("smtp", SecretStr("邮箱密码"))
    return found


def test_what_is_set_is_read_again_by_another(box, tmp_path):
    """Values are text in any script; names are sorted; nothing of it stands in the files."""
    again = SecretBox.open(tmp_path, {})
    assert again.names() == ("k3_ro", "smtp")
    assert again.get("k3_ro").get_secret_value() == HIDDEN
    assert again.get("smtp").get_secret_value() == "邮箱密码"
    for file in tmp_path.iterdir():
        assert HIDDEN.encode() not in file.read_bytes()
        assert b"k3_ro" not in file.read_bytes()
    assert HIDDEN not in repr(again)


def test_delete_forgets_one(box):
    """The others stay; a name that is not there is an error."""
    box.delete("smtp")
    assert box.names() == ("k3_ro",)
    assert "k3_ro" in refused("BR-1061", box.delete, "smtp")


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_both_files_are_for_their_owner_only(box, tmp_path):
    """Mode 0600 from the first moment; a key that others may read is a finding."""
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    assert box.findings() == ()
    box.key_file.chmod(0o644)
    ((code, facts),) = box.findings()
    assert (code, facts["mode"]) == ("BR-1091", "0644")


def test_the_key_may_lie_elsewhere(tmp_path):
    """STOCKBRIDGE_KEY_FILE moves it, for example to another disk; its folder is made."""
    key = tmp_path / "usb" / "plant.key"
    box = SecretBox.open(tmp_path / "data", {"STOCKBRIDGE_KEY_FILE": str(key)})
    box.set("a", SecretStr("1"))
    assert key.exists()
    assert not (tmp_path / "data" / "secrets.key").exists()
    assert box.get("a").get_secret_value() == "1"


@pytest.mark.parametrize("name", ["", "a b", "../x", "密码", "a" * 65, "-a", "a\n"])
def test_unfit_names(box, name):
    """A name must fit into a reference and a shell."""
    refused("BR-1062", box.set, name, SecretStr("x"))


def test_an_empty_secret_is_refused(box):
    """Pressing Enter at the prompt sets nothing."""
    refused("BR-1063", box.set, "a", SecretStr(""))


def test_a_missing_key_is_named_and_never_replaced(box):
    """A new key beside an old store would lose every secret, so `set` does not make one either."""
    box.key_file.unlink()
    for call in (lambda: box.get("k3_ro"), box.names, box.rotate, lambda: box.set("new", SecretStr("x"))):
        assert "secrets.key" in refused("BR-1064", call)
    assert not box.key_file.exists()


@pytest.mark.parametrize("content", [b"", b"not a key\n", b"\xff\xfe", b"A" * 44])
def test_a_key_file_without_a_key(box, content):
    """Damaged, emptied, or something else altogether."""
    box.key_file.write_bytes(content)
    refused("BR-1065", box.get, "k3_ro")


def test_an_unreadable_key_file(box):
    """What the operating system refuses is a sentence too."""
    box.key_file.unlink()
    box.key_file.mkdir()
    refused("BR-1065", box.get, "k3_ro")


def test_the_wrong_key_is_told_from_a_damaged_store(box, tmp_path):
    """The cure differs: find the other key file, or restore the store."""
    SecretBox.open(tmp_path / "other", {}).set("a", SecretStr("x"))
    box.key_file.write_bytes((tmp_path / "other" / "secrets.key").read_bytes())
    refused("BR-1066", box.get, "k3_ro")


@settings(deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 6))
def test_any_changed_bit_is_noticed(tmp_path_factory, place, bit):
    """Wherever one bit of the store is changed: an error of its own, or - in a trailing blank - the right secret."""
    box = SecretBox.open(tmp_path_factory.mktemp("box"), {})
    box.set("a", SecretStr(HIDDEN))
    content = bytearray(box.store.read_bytes())
    content[place % len(content)] ^= 1 << bit
    box.store.write_bytes(content)
    try:
        found = box.get("a").get_secret_value()
    except ConfigError as problem:
        found = HIDDEN if problem.code in {"BR-1066", "BR-1067"} else problem.code
    assert found == HIDDEN


@pytest.mark.parametrize("content", [b"", b"\xff", b"hello", b"stockbridge-secrets-1 0123\n"])
def test_a_store_that_is_none(box, content):
    """Cut off, overwritten, or of another program."""
    box.store.write_bytes(content)
    refused("BR-1067", box.names)


def test_a_store_the_system_refuses(box):
    """The store's own reading errors have their own sentence."""
    box.store.unlink()
    box.store.mkdir()
    refused("BR-1068", box.names)


def test_rotate_makes_a_new_key_and_keeps_all(box):
    """Afterwards the old key opens nothing."""
    old = box.key_file.read_bytes()
    box.rotate()
    assert box.key_file.read_bytes() != old
    assert box.get("k3_ro").get_secret_value() == HIDDEN
    box.key_file.write_bytes(old)
    refused("BR-1066", box.get, "k3_ro")


class Crash(BaseException):
    """The power went."""


def _failing(monkeypatch, at, *, after):
    """Let the `at`-th step on disk crash, before or after it took effect."""
    count = 0

    def wrapped(real):
        def step(*arguments, **more):
            nonlocal count
            count += 1
            if count == at and not after:
                raise Crash
            result = real(*arguments, **more)
            if count == at:
                raise Crash
            return result

        return step

    monkeypatch.setattr(tempfile, "mkstemp", wrapped(tempfile.mkstemp))
    monkeypatch.setattr(os, "fsync", wrapped(os.fsync))
    monkeypatch.setattr(pathlib.Path, "replace", wrapped(pathlib.Path.replace))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 14))
def test_a_crash_at_any_step_of_rotate_leaves_a_readable_store(box, monkeypatch, at, after):
    """Before and after each of the twelve steps on disk every secret is still there, and the next rotate finishes."""
    with monkeypatch.context() as patched:
        _failing(patched, at, after=after)
        crashed = False
        try:
            box.rotate()
        except Crash:
            crashed = True
    assert crashed == (at <= 12)
    assert box.get("k3_ro").get_secret_value() == HIDDEN
    box.set("third", SecretStr("3"))
    box.rotate()
    assert box.names() == ("k3_ro", "smtp", "third")
    assert len(box.key_file.read_text().split()) == 1
    assert sorted(file.name for file in box.store.parent.iterdir() if file.suffix != ".tmp") == [
        "secrets.enc",
        "secrets.key",
    ]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 5))
def test_a_crash_in_set_keeps_the_old_or_the_new(box, monkeypatch, at, after):
    """A store is replaced as a whole or not at all."""
    with monkeypatch.context() as patched:
        _failing(patched, at, after=after)
        with pytest.raises(Crash):
            box.set("third", SecretStr("3"))
    assert box.names() in {("k3_ro", "smtp"), ("k3_ro", "smtp", "third")}


WITH_PASSWORD = ('server = "192.168.10.21"', 'server = "192.168.10.21"\npassword = "%s"')


def _password(reference):
    return (WITH_PASSWORD[0], WITH_PASSWORD[1] % reference)


def test_references_are_resolved(loading, tmp_path):
    """The store in data_dir, a variable, and a file beside bridge.toml."""
    SecretBox.open(tmp_path / "data", {}).set("k3_ro", SecretStr(HIDDEN))
    (tmp_path / "pw.txt").write_text(f"{HIDDEN}\n", encoding="utf-8")
    for reference in ("secret:k3_ro", "env:K3_PW", "file:pw.txt"):
        loaded = loading(_password(reference), environ={"K3_PW": HIDDEN})
        assert loaded.settings.sources["k3"].password.get_secret_value() == HIDDEN


def test_a_secret_keeps_its_blanks(loading):
    """Texts of the file are stripped; a password that ends in a blank is not."""
    loaded = loading(_password("env:K3_PW"), environ={"K3_PW": " x "})
    assert loaded.settings.sources["k3"].password.get_secret_value() == " x "


def test_a_store_can_be_passed_in(loading, box):
    """So the CLI opens it once."""
    loaded = loading(_password("secret:k3_ro"), secrets=box)
    assert loaded.settings.sources["k3"].password.get_secret_value() == HIDDEN


def test_references_may_stay_unresolved(loading):
    """For looking at a file on a machine without the secrets."""
    loaded = loading(_password("secret:k3_ro"), resolve_secrets=False)
    assert loaded.settings.sources["k3"].password.get_secret_value() == "secret:k3_ro"


def test_all_secrets_that_are_lacking_are_told_at_once(loading, tmp_path):
    """Each with its line and the reason below it."""
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(ConfigError) as caught:
        loading(
            _password("secret:k3_ro"),
            ('server = "192.168.10.31"', 'url = "env:NOTHING"'),
            add='[wecom]\nwebhook = "file:empty.txt"\n[mail]\nhost = "h"\nfrom = "a@b.c"\nuser = "u"\n'
            'password = "file:none.txt"\n',
        )
    assert [(p.code, p.facts["path"], p.problems[0].code) for p in caught.value.problems] == [
        ("BR-1071", "sources.k3.password", "BR-1061"),
        ("BR-1071", "sources.u8.url", "BR-1069"),
        ("BR-1071", "wecom.webhook", "BR-1070"),
        ("BR-1071", "mail.password", "BR-1070"),
    ]
    assert "stockbridge secrets set k3_ro" in caught.value.text("zh")


def test_a_plain_password_is_refused_with_the_cure(loading):
    """The sentence shows the way and not the password; the environment may hold one."""
    with pytest.raises(ConfigError) as caught:
        loading(_password(HIDDEN))
    assert caught.value.problems[0].code == "BR-1060"
    assert HIDDEN not in caught.value.text("zh") + repr(caught.value) + repr(caught.value.problems)
    loaded = loading(environ={"STOCKBRIDGE__SOURCES__K3__PASSWORD": HIDDEN})
    assert loaded.settings.sources["k3"].password.get_secret_value() == HIDDEN


def test_an_address_may_stand_plain_but_its_password_is_a_finding(loading):
    """`url` keys take an address or a reference; either way nobody sees it again."""
    plain = loading(('server = "192.168.10.21"', 'url = "sqlite:////data/k3.db"'))
    assert plain.settings.sources["k3"].url.get_secret_value() == "sqlite:////data/k3.db"
    assert "BR-1095" not in {code for code, _ in plain.findings}
    for url in (f"mssql+pyodbc://sa:{HIDDEN}@host/db", f"mssql+pyodbc:///?odbc_connect=PWD%3D{HIDDEN}"):
        carrying = loading(('server = "192.168.10.21"', f'url = "{url}"'))
        assert ("BR-1095", {"where": "bridge.toml:8", "path": "sources.k3.url"}) in carrying.findings


def test_a_secret_is_nowhere_to_be_seen(loading, caplog):
    """Not in repr, str, JSON, rows, differences, findings or logs."""
    environ = {"P": HIDDEN}
    loaded = loading(
        _password("env:P"),
        ('server = "192.168.10.31"', f'url = "mssql://u:{HIDDEN}@h/d"'),
        environ=environ,
    )
    other = loading(_password("env:P"), environ={"P": HIDDEN + "2"})
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%s %r", loaded.settings, loaded)
    seen = [
        repr(loaded),
        str(loaded.settings),
        loaded.settings.model_dump_json(),
        repr(loaded.settings.model_dump()),
        repr(show(loaded)),
        repr(differences(loaded.settings, other.settings)),
        repr(loaded.findings),
        caplog.text,
    ]
    assert all(HIDDEN not in text for text in seen)
    assert {row.key: row.value for row in show(loaded)}["sources.k3.password"] == '"******"'
    assert "sources.k3.password：机密已更换" in differences(loaded.settings, other.settings)


@pytest.mark.parametrize(
    "replacements",
    [
        (_password("env:LEAKY"),),  # a connector's own check that quotes the password
        (('server = "192.168.10.21"', f'pasword = "{HIDDEN}"'),),  # a misspelt key
        (('server = "192.168.10.21"', 'url = ["S3cr&t-p4ss"]'),),  # a wrong type
        (('server = "192.168.10.21"', 'password = { x = "S3cr&t-p4ss" }'),),
        (('[sources.k3]\nkind = "erp"', f'[sources.k3]\npassword = "{HIDDEN}"'),),  # no kind: no model knows the key
        (('kind = "erp"', f'kind = "none"\npassword = "{HIDDEN}"'),),
    ],
)
def test_no_error_and_no_traceback_shows_a_secret(loading, replacements):
    """Whatever is wrong with it or around it."""
    with pytest.raises(ConfigError) as caught:
        loading(*replacements, environ={"LEAKY": "leaky"})
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.text("zh") + repr(caught.value.problems)
    shown += repr([problem.facts for problem in caught.value.problems])
    assert HIDDEN not in shown
    assert "password leaky" not in shown
