"""A real SMTP server on the loopback that keeps what it receives."""

# ruff: noqa: N802, ARG002 - aiosmtpd calls its hooks by these names with these arguments

import socket
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Sink:
    """A mailbox. `refused` recipients get a 550; `busy` answers everything with 451."""

    refused: set[str] = field(default_factory=set)
    busy: bool = False
    received: list[tuple[str, EmailMessage]] = field(default_factory=list)
    controller: Controller | None = None

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """Take a recipient or not."""
        if self.busy:
            return "451 try later"
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message once for each recipient."""
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.received += [(recipient, message) for recipient in envelope.rcpt_tos]
        return "250 taken"

    @property
    def port(self) -> int:
        """Return where it listens."""
        assert self.controller is not None
        return int(self.controller.port)

    def start(self, **settings: Any) -> "Sink":
        """Listen; `settings` go to aiosmtpd, such as an authenticator."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=port, **settings)
        self.controller.start()
        return self

    def stop(self) -> None:
        """Close."""
        assert self.controller is not None
        self.controller.stop(no_assert=True)

    def to(self, recipient: str) -> list[EmailMessage]:
        """Return what a person received, oldest first."""
        return [message for address, message in self.received if address == recipient]


def mail_table(sink: Sink) -> dict[str, object]:
    """Return `[mail]` for the sink."""
    return {
        "host": "127.0.0.1",
        "port": sink.port,
        "tls": "none",
        "from": "数据桥 <bridge@example.com>",
        "timeout_s": 5,
    }
