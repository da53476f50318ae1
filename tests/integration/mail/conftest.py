"""Real SMTP servers on the loopback, and a certificate authority made for the test."""

# ruff: noqa: N802, ARG002, ARG005 - aiosmtpd calls its hooks by these names with these arguments

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Box:
    """A mailbox that answers as it is told. `answers` maps a recipient or `DATA` to the reply."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.secure: list[bool] = []
        self.answers: dict[str, str] = {}
        self.silent = False
        self.hang_up = False

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or not."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender, or not."""
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the message, and answer, stay silent or hang up."""
        self.received.append(envelope)
        self.secure.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.hang_up:
            server.transport.abort()
            return "250 never read"
        if self.silent:
            await asyncio.sleep(30)
        return self.answers.get("DATA", "250 taken")


@pytest.fixture
def box() -> Box:
    """Give a mailbox."""
    return Box()


@pytest.fixture
def serve(box: Box, context: ssl.SSLContext) -> Iterator[Callable[..., Controller]]:
    """Start SMTP servers for the box; stop them afterwards."""
    running: list[Controller] = []

    def start(tls: str = "none", **settings: object) -> Controller:
        ways = {"none": {}, "implicit": {"ssl_context": context}, "starttls": {"tls_context": context}}
        controller = Controller(box, hostname="127.0.0.1", port=_free_port(), **ways[tls], **settings)
        controller.start()
        running.append(controller)
        return controller

    yield start
    for controller in running:
        controller.stop(no_assert=True)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a self-signed certificate for 127.0.0.1 and its key, as PEM files."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    unencrypted = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, unencrypted))
    return paths


@pytest.fixture
def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Give the server's side of TLS."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(*certificate)
    return made


@pytest.fixture
def only_secret() -> Callable[..., AuthResult]:
    """Give a login check that knows one password."""
    return lambda server, session, envelope, mechanism, data: AuthResult(
        success=data.login == b"bridge" and data.password == b"s3cret-\xe5\xaf\x86", handled=False
    )


@pytest.fixture
def scripted() -> Iterator[Callable[[list[bytes]], int]]:
    """Start a bare server that speaks the given lines, one per line heard, then goes on as the last one says.

    `b""` hangs up; `b"..."` is silence.
    """
    sockets: list[socket.socket] = []

    def start(lines: list[bytes]) -> int:
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)
        threading.Thread(target=_speak, args=(listening, lines), daemon=True).start()
        return listening.getsockname()[1]

    yield start
    for one in sockets:
        one.close()


def _speak(listening: socket.socket, lines: list[bytes]) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as heard:
        for number, line in enumerate(lines):
            if number and not heard.readline():
                return
            if line == b"":
                return
            if line == b"...":
                heard.read()
                return
            connection.sendall(line + b"\r\n")
        heard.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    """Give a port where nobody listens."""
    return _free_port()
