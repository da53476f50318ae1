"""What may stand in a U8 OpenAPI source's table, and what is refused with a sentence of its own."""

import pytest
from pydantic import ValidationError

from bridge.language import LANGUAGES, catalogue
from connectors.yonyou_u8_openapi import CONNECTOR
from connectors.yonyou_u8_openapi.config import PLATFORM, YonyouOpenApiSettings

HOLD = {"warehouse": "99", "issue_type": "22", "receipt_type": "12", "auditor_person": "00001"}
GOOD = {
    "kind": "yonyou_u8_openapi",
    "from_account": "dev",
    "to_account": "ent",
    "app_key": "k-e-y",
    "app_secret": "s3cret",
    "ds_sequence": 1,
}


def refusal(**changes):
    """Return the codes of what is refused."""
    with pytest.raises(ValidationError) as refused:
        YonyouOpenApiSettings(**(GOOD | changes))
    return [getattr(each.get("ctx", {}).get("error"), "code", each["type"]) for each in refused.value.errors()]


def test_the_platform_is_the_default_and_secrets_stay_hidden():
    """Address, account and representation of a source without a word too much."""
    found = YonyouOpenApiSettings(**GOOD)
    assert (found.base_url, found.account) == (PLATFORM, "ent/1")
    assert "s3cret" not in repr(found) + str(found) + found.model_dump_json()
    assert "k-e-y" not in repr(found) + str(found) + found.model_dump_json()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base_url": "http://api.example.com"}, "BR-1492"),
        ({"base_url": "https://api.example.com?token=x"}, "BR-1490"),
        ({"hold": HOLD, "ds_sequence": None}, "BR-1468"),
        ({"hold": HOLD | {"auditor_user": "demo"}}, "BR-1469"),
        ({"hold": {name: value for name, value in HOLD.items() if name != "auditor_person"}}, "BR-1469"),
        ({"hold": HOLD | {"warehouse": "9\n9"}}, "BR-1026"),
        ({"hold": {"via": "frozen_quantity"}}, "BR-1037"),
        ({"hold": HOLD | {"batch_key": "a b"}}, "string_pattern_mismatch"),
        ({"page_size": 501}, "less_than_equal"),
        ({"from_account": "a b"}, "string_pattern_mismatch"),
    ],
)
def test_what_cannot_work_is_refused(changes, code):
    """Each refusal has its own sentence."""
    assert refusal(**changes) == [code]


def test_scripts_name_every_api_and_no_secret():
    """The requests and the APIs to tick are shown before anything is connected; writing ones only with `[hold]`."""
    reading, holding = (YonyouOpenApiSettings(**(GOOD | more)) for more in ({}, {"hold": HOLD}))
    shown = CONNECTOR.show_sql("u8", holding)
    assert "GET https://api.yonyouup.com/api/currentstock/batch_get?" in shown
    ticked = CONNECTOR.grants("u8", reading)
    assert "currentstock/batch_get" in ticked
    assert "transvouch" not in ticked
    assert "transvouch/get, add, verify, unverify" in CONNECTOR.grants("u8", holding)
    assert "s3cret" not in shown + ticked + CONNECTOR.revoke("u8", holding)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_exists(lang):
    """Codes and findings of this connector stand in the catalogues."""
    codes = [*range(1267, 1273), *range(1460, 1470), *range(1640, 1648)]
    keys = [f"errors.BR-{code}" for code in codes]
    keys += [f"findings.openapi_{name}" for name in ("no_quarantine", "frozen", "first_account_set")]
    assert [key for key in keys if key not in catalogue(lang)] == []
