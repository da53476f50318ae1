"""Every built-in connector keeps the contract."""

from contextlib import suppress

import pytest
from contract_kingdee import KingdeeHarness
from contract_kingdee_cloud import DraftConversionHarness, KingdeeCloudHarness, StatusConversionHarness
from contract_mes import MesHarness
from contract_mes_holds import HoldApiHarness
from contract_platforms import JiandaoyunHarness, RestHarness
from contract_spreadsheet import SpreadsheetHarness
from contract_sql import SqlHarness
from contract_yonyou import FrozenQuantityHarness, HoldTableHarness, YonyouHarness
from contract_yonyou_openapi import HoldingOpenApiHarness, QuarantineTransferHarness, YonyouOpenApiHarness

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


class TestYonyouOpenApi(SourceContract):
    """U8 through its OpenAPI."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(YonyouOpenApiHarness(tmp_path))


class TestYonyouOpenApiWithHolds(SourceContract):
    """U8 through its OpenAPI, with holds configured."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(HoldingOpenApiHarness(tmp_path))


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


class TestRest(SourceContract):
    """A low-code platform by configuration alone."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh server."""
        yield from _opened(RestHarness(tmp_path))


class TestJiandaoyun(SourceContract):
    """Forms of 简道云."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh server."""
        yield from _opened(JiandaoyunHarness(tmp_path))


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


class TestMesHoldApi(TargetContract):
    """A MES's own holds by PUT, GET and DELETE."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh MES."""
        yield from _opened(HoldApiHarness(tmp_path))


class TestQuarantineTransfer(TargetContract):
    """U8 OpenAPI's transfer into a quarantine warehouse."""

    @pytest.fixture
    def harness(self, tmp_path):
        """Return a fresh account set."""
        yield from _opened(QuarantineTransferHarness(tmp_path))
