"""Certificates are checked, redirects are not followed, and a small answer may not become a large one."""

import gzip
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bridge.demo.lookalikes.kingdee_cloud import KingdeeCloudServer
from bridge.demo.lookalikes.served import Handler
from bridge.domain.errors import EffectRefused, SnapshotRejected, SourceRefused
from bridge.domain.snapshot import Scope


@pytest.fixture
def certificate(tmp_path):
    """Return the file of a self-signed certificate for 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    start = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "site.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def secure(certificate, now):
    """Yield a data centre that speaks TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = KingdeeCloudServer(now=lambda: now, tls=context)
    server.books.add_material("M1", "料")
    server.books.add_stock("CK01", "仓")
    server.books.change_inventory("M1", "CK01", 3)
    with server:
        yield server


def test_an_unknown_certificate_is_refused(source, secure):
    """A self-signed certificate is not believed; nothing is sent."""
    with pytest.raises(SourceRefused) as refused:
        source(base_url=secure.url).snapshot(Scope())
    assert (refused.value.code, secure.calls) == ("BR-1473", [])


def test_the_plants_own_authority_is_believed(source, secure, certificate):
    """`ca_file` names it."""
    assert source(base_url=secure.url, ca_file=certificate).snapshot(Scope()).provenance.rows == 1


def test_no_hold_goes_to_an_unknown_server(target, secure, order):
    """Writing checks certificates too."""
    with pytest.raises(EffectRefused):
        target(base_url=secure.url).place(order(item="M1", batch=""))
    assert secure.calls == []


def test_a_missing_authority_is_named(source, tmp_path):
    """A path that leads nowhere is not silently replaced by the system's authorities."""
    with pytest.raises(SourceRefused) as refused:
        source(ca_file=tmp_path / "none.pem").snapshot(Scope())
    assert refused.value.code == "BR-1498"


def test_a_redirect_is_not_followed(source, cloud):
    """A signed request is not carried anywhere else."""
    cloud.always = "redirect"
    with pytest.raises(SourceRefused) as refused:
        source().snapshot(Scope())
    assert (refused.value.code, len(cloud.calls)) == ("BR-1476", 1)


def test_a_gzip_bomb_ends_at_the_cap(source, cloud, monkeypatch):
    """What counts is the size unpacked."""
    bomb = gzip.compress(b" " * 20_000_000)
    real = Handler.write

    def write(handler, status, _text, kind, headers=None, **_):
        real(handler, status, bomb, kind, {**(headers or {}), "Content-Encoding": "gzip"})

    monkeypatch.setattr(Handler, "write", write)
    with pytest.raises((SourceRefused, SnapshotRejected)) as refused:
        source(max_bytes=1_000_000).snapshot(Scope())
    assert refused.value.code == "BR-1475"
