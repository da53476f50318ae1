"""Addresses of databases: one way to say it, and connect strings in which nothing can be smuggled."""

import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from connectors.database import DatabaseSettings
from connectors.database.connect_string import of_settings, of_url

SERVER = {"kind": "x", "server": "192.168.10.21", "database": "AIS1", "user": "bridge_ro", "password": "a;b}c"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"server": "h"},
        {"database": "d"},
        {"url": "sqlite:///x.db", "server": "h"},
        {"url": "sqlite:///x.db", "database": "d"},
    ],
)
def test_exactly_one_address(fields):
    """Neither or both ways of saying where the database is are refused."""
    with pytest.raises(ValidationError, match="BR-112"):
        DatabaseSettings(kind="x", **fields)


def test_a_secret_url_never_prints():
    """The URL may hold a password, so it prints as a secret."""
    settings = DatabaseSettings(kind="x", url="mssql+pyodbc://u:topsecret@h/d")
    assert "topsecret" not in repr(settings) + str(settings)


def test_microsoft_drivers_get_server_comma_port_and_escaped_values():
    """Values with special characters are braced, braces doubled; trust is said only when asked for."""
    text = of_settings(DatabaseSettings(**SERVER, port=1433, encrypt=True))
    assert "DRIVER={ODBC Driver 17 for SQL Server}" in text
    assert "SERVER={192.168.10.21,1433}" in text
    assert "PWD={a;b}}c}" in text
    assert "Encrypt=yes;TrustServerCertificate=no" in text


def test_freetds_gets_port_and_version():
    """FreeTDS refuses `Server=h,port`, so host and port are separate words."""
    text = of_settings(DatabaseSettings(**SERVER | {"server": "192.168.10.21,1444"}, driver="FreeTDS", encrypt=False))
    for word in ("SERVER=192.168.10.21;", "PORT=1444", "TDS_Version=7.4", "ClientCharset=UTF-8", "Encryption=off"):
        assert word in text
    assert "Trust" not in text


def test_a_url_with_host_and_port_is_rewritten():
    """A SQLAlchemy URL for SQL Server becomes the same kind of connect string; a ready one stays as it is."""
    text = of_url(make_url("mssql+pyodbc://u:p%3Bq@h:1444/AIS1?driver=FreeTDS"))
    assert "SERVER=h;" in text
    assert "PORT=1444" in text
    assert "PWD={p;q}" in text
    ready = of_url(make_url("mssql+pyodbc:///?odbc_connect=DRIVER%3DFreeTDS%3BSERVER%3Dh"))
    assert ready == "DRIVER=FreeTDS;SERVER=h"


def test_another_database_of_the_same_server():
    """A connector may open a sibling database with the same login (U8's year databases)."""
    assert "DATABASE=UFDATA_002_2026" in of_settings(DatabaseSettings(**SERVER), "UFDATA_002_2026")
