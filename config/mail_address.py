"""What a mail address must be for a mail to be written to it: refused here, where the admin still sees it."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final

from config.refusal import Refusal

_SHAPE: Final = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_SENDER: Final = re.compile(r"[^\x00-\x1f\x7f<>]*<([^<>]*)>")
_LONGEST: Final = 254  # RFC 5321, section 4.5.3.1.3


def parse_mail_address(text: str) -> str:
    """Given a bare mail address, return it. Raise Refusal, a ValueError, if no mail could be written to it.

    The local part is ASCII (nearly no server takes others); the domain may be Chinese, it is mailed in its ASCII form.
    """
    if not _is_mailable(text):
        raise Refusal("BR-1032")
    return text


def parse_sender(text: str) -> str:
    """Given a mail address, alone or as `name <address>`, return it. Raise Refusal if no mail could be from it."""
    match = _SENDER.fullmatch(text)
    address = match[1] if match else text
    if not _is_mailable(address) or not text.isprintable() or parseaddr(text)[1] != address:
        raise Refusal("BR-1032")
    return text


def _is_mailable(text: str) -> bool:
    if _SHAPE.fullmatch(text) is None or not text.isprintable() or len(text) > _LONGEST:
        return False
    local, _, domain = text.rpartition("@")
    if not local.isascii():
        return False
    try:
        spelled = f"{local}@{domain.encode('idna').decode()}"
        return Address(addr_spec=spelled).addr_spec == spelled  # a comment in brackets would be dropped
    except (ValueError, MessageError):  # UnicodeError of IDNA is a ValueError
        return False
