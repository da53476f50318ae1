"""Where mail is handed over, and what came of it, as plain values."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr


@dataclass(frozen=True)
class MailServer:
    """An SMTP server. `tls` is never downgraded: `starttls` without the server's offer is an error.

    `ca_file` is the only authority trusted when given (PEM). `verify` off accepts any certificate; the configuration
    keeps that visible. `timeout_s` bounds one whole delivery.
    """

    host: str
    port: int = 465
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    user: str | None = None
    password: SecretStr | None = None
    ca_file: str | Path | None = None
    verify: bool = True
    timeout_s: float = 60


@dataclass(frozen=True)
class Refusal:
    """One reader whom the server refused while it took the others: its three-digit answer and words."""

    address: str
    code: int
    answer: str

    @property
    def permanent(self) -> bool:
        """Return whether asking again is useless."""
        return self.code >= 500  # noqa: PLR2004


@dataclass(frozen=True)
class Delivered:
    """The server took the message for `accepted` and not for `refused`; of the latter IT wants to hear."""

    accepted: tuple[str, ...]
    refused: tuple[Refusal, ...]
    answer: str
