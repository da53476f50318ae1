"""A plant whose K/3 and U8 answer over TDS, through each ODBC driver this machine has."""

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from tds_plant import Plant, build  # noqa: E402 - needs the path above


def _freetds():
    pyodbc = pytest.importorskip("pyodbc", reason="unixODBC is not installed (apt-get install unixodbc)")
    if "FreeTDS" not in pyodbc.drivers():
        pytest.skip("FreeTDS is not installed (apt-get install tdsodbc)")
    return "FreeTDS"


def _microsoft():
    pyodbc = pytest.importorskip("pyodbc", reason="unixODBC is not installed")
    installed = [name for name in pyodbc.drivers() if name.startswith("ODBC Driver 18")]
    if installed:
        return installed[0]
    if importlib.util.find_spec("mssql_python_odbc") is None:
        pytest.skip("Microsoft's driver is not installed (pip install mssql-python-odbc)")
    folder = Path(importlib.util.find_spec("mssql_python_odbc").origin).parent
    libraries = sorted(folder.glob("libs/linux/debian_ubuntu/x86_64/lib/libmsodbcsql-18*"))
    if not libraries:
        pytest.skip("mssql-python-odbc has no driver for this machine")
    return str(libraries[0])


@pytest.fixture(scope="session")
def freetds():
    """Return the FreeTDS driver, or skip."""
    return _freetds()


@pytest.fixture(params=["freetds", pytest.param("microsoft", marks=pytest.mark.msodbc)])
def driver(request):
    """Return each ODBC driver in turn."""
    return _freetds() if request.param == "freetds" else _microsoft()


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """Return the folder of the plant's files, built once."""
    folder = tmp_path_factory.mktemp("plant")
    build(folder)
    return folder


@pytest.fixture
def plant(template, tmp_path):
    """Yield a copy of the plant with its server running."""
    folder = tmp_path / "plant"
    shutil.copytree(template, folder)
    made = Plant(folder)
    yield made
    made.server.stop()
