"""What a connection leaves open stays visible: findings of `status`; and how passwords travel in connect strings."""

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bridge.domain.errors import SourceRefused, SourceUnavailable
from config.findings import _connection_findings
from connectors.database import DatabaseSettings, open_engine, translate
from connectors.database.connect_string import InexpressibleValue, of_settings, of_url

MODERN = "ODBC Driver 18 for SQL Server"


def _codes(**fields):
    return [code for code, _ in _connection_findings("k3", DatabaseSettings.model_validate({"kind": "x", **fields}))]


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, []),
        ({"driver": MODERN, "encrypt": True}, []),
        ({"driver": MODERN, "trust_server_certificate": True}, ["BR-1097"]),
        ({"encrypt": False}, ["BR-1098"]),
        ({"encrypt": False, "trust_server_certificate": True}, ["BR-1098", "BR-1097"]),
        ({"driver": "FreeTDS", "encrypt": True}, ["BR-1099"]),
        ({"driver": "FreeTDS"}, []),
        ({"encrypt": False, "server": "127.0.0.1,1433"}, []),
    ],
)
def test_decisions_about_encryption_are_findings(fields, codes):
    """No encryption, any certificate, no check of the certificate: each its own finding; the own machine has none."""
    assert _codes(**{"server": "192.168.10.21\\K3", "database": "AIS1", **fields}) == codes


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("sqlite:///k3.db", []),
        (f"mssql+pyodbc://u:p@srv:1433/AIS1?driver={MODERN.replace(' ', '+')}&TrustServerCertificate=yes", ["BR-1097"]),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3DFreeTDS%3BSERVER%3Dsrv%3BEncryption%3Doff", ["BR-1098"]),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3DFreeTDS%3BSERVER%3Dsrv%3BEncryption%3Drequire", ["BR-1099"]),
        ("mssql+pyodbc://localhost/AIS1?Encrypt=no", []),
    ],
)
def test_urls_are_looked_into_as_well(url, codes):
    """The same decisions written as a SQLAlchemy URL are seen too."""
    assert _codes(url=url) == codes


@pytest.mark.parametrize("password", ["a;b", "ab}", "a}b;c", "{x}", "密 码", "a=b"])
def test_freetds_gets_braces_without_doubling(password):
    """FreeTDS ends a braced value at `};` and knows no doubling (measured with 1.3.17): the string ends with `;`."""
    fields = {"kind": "x", "server": "h", "database": "d", "user": "u", "password": password, "driver": "FreeTDS"}
    text = of_settings(DatabaseSettings.model_validate(fields))
    assert f"PWD={{{password}}};" in text
    assert text.endswith(";")


def test_what_freetds_would_cut_in_two_is_refused():
    """`};` inside a value cannot be said: refused before anything is sent, without naming the value."""
    fields = {"kind": "x", "server": "h", "database": "d", "user": "u", "password": "a};UID=sa", "driver": "FreeTDS"}
    settings = DatabaseSettings.model_validate(fields)
    with pytest.raises(SourceRefused) as seen:
        open_engine(settings, source="k3")
    assert (seen.value.code, seen.value.facts["field"]) == ("BR-1115", "PWD")
    assert "UID=sa" not in seen.value.text("zh")
    with pytest.raises(InexpressibleValue):
        of_url(make_url("mssql+pyodbc://u@h/d?driver=FreeTDS").set(password="a};b"))
    assert "PWD={a}};UID=sa}" in of_settings(settings.model_copy(update={"driver": MODERN}))


@pytest.mark.parametrize(
    ("state", "words", "code"),
    [
        ("01000", "[FreeTDS][SQL Server]Unexpected EOF from the server (20017)", "BR-1102"),
        ("08S01", "[FreeTDS][SQL Server]Write to the server failed (20006)", "BR-1102"),
        ("HYT00", "[FreeTDS][SQL Server]Timeout expired (0)", "BR-1103"),
        ("08S01", "[Microsoft][ODBC Driver 18 for SQL Server]Communication link failure (0)", "BR-1102"),
    ],
)
def test_a_broken_line_may_be_tried_again(state, words, code):
    """However a driver puts it, a lost connection is no refusal."""
    error = translate(DBAPIError("SELECT 1", {}, Exception(state, words)), "k3")
    assert isinstance(error, SourceUnavailable)
    assert error.code == code
