"""The settings of a data centre: what is needed, what is refused."""

import pytest
from pydantic import ValidationError

from connectors.kingdee_cloud.config import KingdeeCloudSettings
from connectors.kingdee_cloud.script import grants, revoke, show_queries
from connectors.registry import connectors

GOOD = {
    "kind": "kingdee_cloud",
    "base_url": "https://erp.example.com/k3cloud/",
    "acct_id": "5f1e2d3c4b5a69",
    "user": "bridge",
    "app_id": "900001_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
    "app_secret": "s3cret",
}


def refusal(**changes):
    """Return the codes with which these settings are refused."""
    with pytest.raises(ValidationError) as caught:
        KingdeeCloudSettings(**(GOOD | changes))
    causes = [error.get("ctx", {}).get("error") for error in caught.value.errors()]
    return [getattr(cause, "code", error["type"]) for cause, error in zip(causes, caught.value.errors(), strict=True)]


def test_the_connector_is_registered():
    """Both names lead to it."""
    assert connectors()["kingdee_cloud"] is connectors()["k3cloud"]


def test_a_good_table_is_accepted():
    """The address loses its trailing slash; secrets do not show."""
    found = KingdeeCloudSettings(**GOOD)
    assert found.base_url == "https://erp.example.com/k3cloud"
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base_url": "erp.example.com"}, "BR-1490"),
        ({"base_url": "https://u:p@erp.example.com/k3cloud"}, "BR-1490"),
        ({"base_url": "https://erp.example.com/k3cloud?x=1"}, "BR-1490"),
        ({"base_url": "http://erp.example.com/k3cloud"}, "BR-1492"),
        ({"forms": ("STK_InvQuery",)}, "BR-1491"),
        ({"app_secret": None}, "BR-1493"),
        ({"app_id": "900001"}, "BR-1494"),
        ({"auth": "password"}, "BR-1493"),
        ({"hold": {"via": "hold_table"}}, "BR-1037"),
        ({"hold": {"via": "status_convert", "to_status": "KCZT05_SYS"}}, "BR-1496"),
        ({"hold": {"via": "status_convert", "to_status": "KCZT01_SYS"}}, "BR-1496"),
        ({"hold": {"via": "status_convert"}, "statuses": ("KCZT01_SYS",)}, "BR-1496"),
        ({"hold": {"via": "status_convert", "ref_key": "FNote or 1=1"}}, "string_pattern_mismatch"),
        ({"acct_id": "a,b"}, "string_pattern_mismatch"),
        ({"user": "a,b"}, "string_pattern_mismatch"),
    ],
)
def test_what_cannot_work_is_refused(changes, code):
    """Each refusal has its own sentence."""
    assert refusal(**changes) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "http://127.0.0.1:8080/k3cloud"},
        {"base_url": "http://10.0.0.5/k3cloud", "allow_http": True},
        {"auth": "password", "password": "p", "app_id": "", "app_secret": None},
        {"hold": {"via": "status_convert", "convert": "audited"}},
    ],
)
def test_what_the_admin_decides_is_accepted(changes):
    """Plain HTTP where it stays inside, a password instead of a signature, holds that take effect at once."""
    assert KingdeeCloudSettings(**(GOOD | changes))


def test_scripts_for_the_admin_name_every_form_and_no_secret():
    """What is asked and what is to be granted is shown before anything is connected."""
    found = KingdeeCloudSettings(**(GOOD | {"hold": {"via": "status_convert"}, "stock_orgs": ("1'0",)}))
    asked, rights = show_queries("k3c", found), grants("k3c", found)
    assert "FStockOrgId.FNumber in ('1''0')" in asked
    assert all(form in rights for form in (*found.forms, "STK_Inventory", "BD_MATERIAL", "BD_STOCK"))
    assert "不给审核" in rights
    assert "s3cret" not in asked + rights + revoke("k3c", found)
