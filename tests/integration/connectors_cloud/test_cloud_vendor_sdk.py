"""The vendor's own Python SDK signs in to the simulator: it is not only our opinion of the protocol.

A test dependency only: the SDK switches certificate checks off, so plain HTTP on loopback is all it ever sees.
"""

import json

import pytest

sdk = pytest.importorskip("k3cloud_webapi_sdk.main")

QUERY = {"FormId": "STK_Inventory", "FieldKeys": "FMaterialId.FNumber,FBaseQty", "OrderString": "FID", "Limit": 10}


@pytest.fixture
def vendor(cloud):
    """Return a factory of SDK clients for the running data centre."""

    def make(secret=cloud.gate.app_secret, acct_id=cloud.gate.acct_id):
        client = sdk.K3CloudApiSdk(cloud.url)
        client.InitConfig(acct_id, "bridge", cloud.gate.app_id, secret, cloud.url)
        return client

    return make


def test_the_vendors_sdk_signs_in_and_queries(vendor):
    """Its signature is accepted and its body understood."""
    rows = json.loads(vendor().ExecuteBillQuery(QUERY))
    assert rows == [["00710", 100.25], ["00710", 0.1], ["NA", 12.0]]
    named = json.loads(vendor().BillQuery(QUERY))
    assert named[0] == {"FMaterialId.FNumber": "00710", "FBaseQty": 100.25}


def test_the_vendors_sdk_reads_metadata_and_the_open_list(vendor):
    """QueryBusinessInfo names the keys; the list of data centres asks for no valid signature."""
    told = json.loads(vendor().QueryBusinessInfo({"FormId": "BD_STOCK"}))
    keys = [field["Key"] for entry in told["Result"]["NeedReturnData"]["Entrys"] for field in entry["Fields"]]
    assert "FNumber" in keys
    assert "示例数据中心" in vendor(secret="0" * 32).GetDataCenters()


def test_the_vendors_sdk_meets_the_same_refusals(vendor):
    """A wrong secret is MsgCode 1 under HTTP 200; a wrong data centre is no 200 at all."""
    refused = json.loads(vendor(secret="0" * 32).ExecuteBillQuery(QUERY))
    assert refused[0][0]["Result"]["ResponseStatus"]["MsgCode"] == 1
    with pytest.raises(RuntimeError):
        vendor(acct_id="ffffffffffffff").ExecuteBillQuery(QUERY)


def test_the_vendors_sdk_saves_and_audits(vendor, cloud):
    """The documents it makes are the documents we make."""
    entry = {
        "FMaterialId": {"FNumber": "00710"},
        "FStockId": {"FNumber": "CK01"},
        "FLot": {"FNumber": "L1"},
        "FConvertQty": 5,
    }
    entries = [
        {**entry, "FConvertType": kind, "FStockStatusId": {"FNumber": status}}
        for kind, status in (("A", "KCZT01_SYS"), ("B", "KCZT03_SYS"))
    ]
    client = vendor()
    model = {"FStockOrgId": {"FNumber": "100"}, "FNote": "SDK", "FEntity": entries}
    saved = json.loads(client.Save("STK_StockConvert", {"Model": model}))
    number = saved["Result"]["Number"]
    for step in (client.Submit, client.Audit):
        assert json.loads(step("STK_StockConvert", {"Numbers": [number]}))["Result"]["ResponseStatus"]["IsSuccess"]
    rows = {
        row["FStockStatusId.FNumber"]: row["FBaseQty"]
        for row in cloud.books.inventory.values()
        if row["FMaterialId.FNumber"] == "00710"
    }
    assert {status: str(quantity) for status, quantity in rows.items()} == {"KCZT01_SYS": "95.25", "KCZT03_SYS": "5.1"}


def test_both_sides_sign_alike(vendor, cloud):
    """Header for header, our signature is the SDK's."""
    from connectors.kingdee_cloud.signature import Identity, signed_headers  # noqa: PLC0415

    gate = cloud.gate
    theirs = vendor().BuildHeader(f"{cloud.url}/X.Y.common.kdsvc")
    ours = signed_headers(
        Identity(gate.acct_id, "bridge", gate.app_id, gate.app_secret),
        "/k3cloud/X.Y.common.kdsvc",
        int(theirs["x-api-timestamp"]),
    )
    folded = {name.lower(): value for name, value in theirs.items()}
    assert {name: folded[name.lower()] for name in ours} == dict(ours)
