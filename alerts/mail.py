"""One mail handed to the server, with an honest word on what happened: gone, not gone, refused, or unknown."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.parser import BytesHeaderParser
from typing import Final

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPRecipientRefused

from alerts.answers import Stage, refused_by, translated
from alerts.message import envelope_address
from alerts.render.clean import clean
from alerts.server import Delivered, MailServer, Refusal
from bridge.domain.errors import EffectRetryable

__all__ = ["Delivered", "MailServer", "Refusal", "send", "try_login"]

_FAILURES: Final = (SMTPException, OSError, TimeoutError)


def send(message: bytes, recipients: str | Sequence[str], server: MailServer) -> Delivered:
    """Given a composed message, hand it to the server for `recipients`. Return who was accepted and who was not.

    Raise EffectRetryable if it certainly did not go, EffectRefused if the server said no for good to all of it, and
    EffectUnknown if the server went silent when it may have had the message: then send the same bytes again, for their
    Message-ID is the same and twice is better than never.
    """
    addresses = [envelope_address(one) for one in ([recipients] if isinstance(recipients, str) else recipients)]
    sender = envelope_address(str(BytesHeaderParser().parsebytes(message)["From"]))
    return asyncio.run(_deliver(message, sender, addresses, server))


def try_login(server: MailServer) -> None:
    """Connect, encrypt and log in as for a mail, then leave. Raise as `send` does."""
    asyncio.run(_try_login(server))


async def _try_login(server: MailServer) -> None:
    client, stage = _client(server), Stage.CONNECT
    try:
        async with asyncio.timeout(server.timeout_s):
            await _connect(client, server)
            stage = Stage.LOGIN
            await _log_in(client, server)
    except _FAILURES as cause:
        raise translated(cause, stage, server, "") from cause
    else:
        await _part(client)
    finally:
        client.close()


async def _deliver(message: bytes, sender: str, recipients: list[str], server: MailServer) -> Delivered:
    client, stage = _client(server), Stage.CONNECT
    try:
        async with asyncio.timeout(server.timeout_s):
            await _connect(client, server)
            stage = Stage.LOGIN
            await _log_in(client, server)
            stage = Stage.SENDER
            await client.mail(sender)
            stage = Stage.RECIPIENT
            accepted, refused = await _offer(client, recipients)
            stage = Stage.DATA
            answer = await client.data(message)
    except _FAILURES as cause:
        raise translated(cause, stage, server, sender) from cause
    else:
        await _part(client)
    finally:
        client.close()
    return Delivered(tuple(accepted), tuple(refused), clean(answer.message, 120))


def _client(server: MailServer) -> SMTP:
    # No password here: aiosmtplib would log in while connecting, and the stages could not be told apart.
    return SMTP(
        hostname=server.host,
        port=server.port,
        timeout=server.timeout_s,
        use_tls=server.tls == "implicit",
        start_tls=False,
        tls_context=_trust(server) if server.tls != "none" else None,
        local_hostname=_own_name(),
    )


async def _connect(client: SMTP, server: MailServer) -> None:
    await client.connect()
    if server.tls == "starttls":
        await _secure(client, server)


async def _log_in(client: SMTP, server: MailServer) -> None:
    if server.user:
        secret = server.password.get_secret_value() if server.password else ""
        await client.login(server.user.encode(), secret.encode())


async def _secure(client: SMTP, server: MailServer) -> None:
    """Raise EffectRetryable if the server offers no encryption: a mail in the clear is not what the admin asked for."""
    with suppress(SMTPHeloError):
        await client.ehlo()
    if not client.supports_extension("starttls"):
        raise EffectRetryable("BR-1504", host=server.host, port=server.port)
    await client.starttls(tls_context=_trust(server))


async def _offer(client: SMTP, recipients: list[str]) -> tuple[list[str], list[Refusal]]:
    """Return who was accepted and who refused. Raise if nobody was accepted."""
    accepted: list[str] = []
    refused: list[Refusal] = []
    for recipient in recipients:
        try:
            await client.rcpt(recipient)
        except SMTPRecipientRefused as refusal:
            refused.append(Refusal(recipient, refusal.code, clean(refusal.message, 160)))
        else:
            accepted.append(recipient)
    if not accepted:
        raise refused_by(refused)
    return accepted, refused


async def _part(client: SMTP) -> None:
    """Say good-bye, briefly: the server has the message, and a lost good-bye changes nothing."""
    with suppress(*_FAILURES):
        async with asyncio.timeout(2):
            await client.quit()


def _trust(server: MailServer) -> ssl.SSLContext:
    """Return whom to believe: the system's authorities, or only those of `ca_file`.

    Raise EffectRetryable if the file cannot be read: the mail waits until the admin has corrected it.
    """
    try:
        context = ssl.create_default_context(cafile=server.ca_file or None)
    except (OSError, ssl.SSLError) as cause:
        raise EffectRetryable("BR-1514", file=server.ca_file, detail=clean(cause, 120)) from cause
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _own_name() -> str:
    """Return the name to greet with. The library would ask the name server, which can hang for minutes."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "stockbridge"
