"""The signatures against the published vector, and against the vendor's own SDK."""

import pytest

from connectors.kingdee_cloud.signature import Identity, client_secret, login_sign, signed_headers

WHO = Identity(
    acct_id="0123456789abcd",
    user="bridge",
    app_id="900001_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
    app_secret="00112233445566778899aabbccddeeff",
)
PATH = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.ExecuteBillQuery.common.kdsvc"


def test_the_published_vector_of_the_signed_headers():
    """Every value of kingdee.md 3.3 B comes out to the letter."""
    headers = signed_headers(WHO, PATH, 1700000000)
    assert client_secret(WHO.app_id) == "MDE3N2I2PzBrPzg4OD45N3IhK3B1InIk"
    assert headers == {
        "X-Api-ClientID": "900001",
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": "1700000000",
        "x-api-nonce": "1700000000",
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": "N2M1YmZlZTUyZjc5YTRjMzU0MjkxMWVjODQ0YWEwZjQ0NzQyNWZjZjcwNGFhNzg0MzMxOGI5ZmI4YjNlMzUxOA==",
        "X-Kd-Appkey": WHO.app_id,
        "X-Kd-Appdata": "MDEyMzQ1Njc4OWFiY2QsYnJpZGdlLDIwNTIsMA==",
        "X-Kd-Signature": "NDRmN2ZmYjgzY2M2ODg5OGQ5ZWUyMzIyOGZiZjkyODZmNDMyNjI4NTFlMzBlOGQ0OWFhMzkyZWM5ZDU2OTlhNg==",
    }


def test_the_published_vector_of_login_by_sign():
    """LoginBySign signs the five values sorted and joined."""
    assert login_sign(WHO, 1700000000) == "ce105c38dc4f4d5af7d14dca7e025533fa3567de4fcefb971bccd7c831d6e1b6"


@pytest.mark.parametrize("app_id", ["900001", "900001_", "900001_AA_BB", "900001_not base64!", ""])
def test_an_app_id_without_its_secret_is_refused(app_id):
    """A truncated app id is found before anything is sent."""
    with pytest.raises(ValueError, match=r".+"):
        client_secret(app_id)


def test_the_secret_is_in_no_representation():
    """A traceback or a log line of the identity shows no secret."""
    assert WHO.app_secret not in repr(WHO)
