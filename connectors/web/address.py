"""Addresses as an admin writes them."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from config.refusal import Refusal


def is_base_url(text: str) -> bool:
    """Return whether `text` is an http(s) address without user, query and fragment, to which paths can be added."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    has_more = parts.query or parts.fragment or parts.username is not None or re.search(r"[\s\\]", text)
    return good and not has_more


def origin_of(url: str) -> str:
    """Return scheme, host and port; a redirect to anywhere else would carry a secret away."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or {'http': 80, 'https': 443}.get(parts.scheme, 0)}"


def _base_url(text: str) -> str:
    if not is_base_url(text):
        raise Refusal("BR-1431")
    return text.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""An address in bridge.toml to which paths are added; without a slash at its end."""
