"""Every built-in connector keeps the contract."""

from contextlib import suppress

import pytest
from contract_kingdee import KingdeeHarness
from contract_kingdee_cloud import DraftConversionHarness, KingdeeCloudHarness, StatusConversionHarness
from contract_mes import MesHarness
from contract_spreadsheet import SpreadsheetHarness
from contract_sql import SqlHarness
from contract_yonyou import FrozenQuantityHarness, HoldTableHarness, YonyouHarness

from connectors.contract import SourceContract, TargetContract


def _opened(made):
    yield made
    with suppress(AttributeError):
        made.close()


class TestKingdeeK3(SourceContract):
    """K/3 WISE by SQL."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(KingdeeHarness(tmp_path))


class TestKingdeeCloud(SourceContract):
    """K/3 Cloud through its WebAPI."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh data centre."""
        yield from _opened(KingdeeCloudHarness(tmp_path))


class TestYonyouU8(SourceContract):
    """U8 by SQL."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(YonyouHarness(tmp_path))


class TestSql(SourceContract):
    """A SELECT of the admin's own."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh database."""
        yield from _opened(SqlHarness(tmp_path))


class TestMes(SourceContract):
    """A MES over HTTP."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh server."""
        yield from _opened(MesHarness(tmp_path))


class TestSpreadsheet(SourceContract):
    """A workbook."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh workbook."""
        yield from _opened(SpreadsheetHarness(tmp_path))


class TestFrozenQuantity(TargetContract):
    """U8's own frozen quantity."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(FrozenQuantityHarness(tmp_path))


class TestHoldTable(TargetContract):
    """The customer's hold table."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(HoldTableHarness(tmp_path))


class TestStatusConversion(TargetContract):
    """Kingdee Cloud's status conversion, audited by the bridge."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh data centre."""
        yield from _opened(StatusConversionHarness(tmp_path))


class TestDraftConversion(TargetContract):
    """Kingdee Cloud's status conversion, audited by a person."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh data centre."""
        yield from _opened(DraftConversionHarness(tmp_path))
