"""The settings of a source that is read over HTTPS at one address."""

from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from bridge.domain.errors import SourceRefused
from config.base import SourceSettings
from config.refusal import Refusal
from connectors.web.address import is_base_url

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class HttpsSettings(SourceSettings):
    """One address, whose certificate is always checked; plain HTTP only where the admin says so."""

    timeout_s: float = Field(default=300, gt=0, description="deadline of one whole reading, in seconds")
    base_url: str = Field(description="address up to the paths", examples=["https://erp.example.com"])
    silence_s: float = Field(default=60, gt=0, description="longest wait for the server's next bytes, in seconds")
    max_bytes: int = Field(default=64 * 1024 * 1024, gt=0, description="a larger answer is refused")
    ca_file: Path | None = Field(default=None, description="certificate authority of the plant (PEM)")
    allow_http: bool = Field(default=False, description="true: send unencrypted inside a network you trust")

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        if not is_base_url(url):
            raise Refusal("BR-1490")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and not self.allow_http and parts.hostname not in _LOOPBACK:
            raise Refusal("BR-1492")
        return self


def trusted(source: str, settings: HttpsSettings) -> bool | str:
    """Return what certificates are checked with. Raise SourceRefused if `ca_file` is not there."""
    if settings.ca_file is None:
        return True
    if not settings.ca_file.is_file():
        raise SourceRefused("BR-1498", source=source, file=settings.ca_file)
    return str(settings.ca_file)
