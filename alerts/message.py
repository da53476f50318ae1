"""A rendered mail as the bytes that go over the wire: the same facts give the same bytes, so a repeat is a repeat."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from alerts.digest import Digest
from alerts.render import Rendered
from alerts.render.clean import clean
from bridge.domain.errors import EffectRefused
from bridge.domain.people import Person

_WIRE: Final = SMTP.clone(refold_source="none")  # the file name headers below are folded by hand
_ENCODED_WORD: Final = 75  # RFC 2047, section 2
XLSX: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Attachment:
    """A file in a mail: its name, its bytes and its subtype of application/."""

    name: str
    content: bytes
    subtype: str = XLSX


def message_id(digest: Digest, sender: str) -> str:
    """Given a digest, return its Message-ID: the same for the same run, pair, reader and kind of mail."""
    report = digest.report
    facts = (
        report.pair,
        str(report.run),
        report.as_of.isoformat(),
        digest.recipient.id,
        digest.kind,
        digest.policy.plant,
    )
    name = hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:24]
    domain = envelope_address(sender).rpartition("@")[2]
    return f"<sb.{report.run}.{name}@{domain}>"


def envelope_address(text: str) -> str:
    """Given `name <a@b>` or `a@b`, return the bare address in ASCII. Raise EffectRefused if it is none."""
    address = parseaddr(text)[1]
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        ascii_domain = ""
    if (
        not local
        or not ascii_domain
        or not local.isascii()
        or not local.isprintable()
        or " " in address
        or clean(text, 320) != text
    ):
        raise EffectRefused("BR-1513", address=clean(text, 120))
    return f"{local}@{ascii_domain}"


def is_mailable(name: str, address: str) -> bool:
    """Return whether a mail can be written to, or from, this name and address."""
    try:
        _mailbox(name, address)
    except (EffectRefused, MessageError, ValueError):
        return False
    return True


def compose(
    rendered: Rendered,
    sender: str,
    recipient: Person,
    cc: Sequence[Person] = (),
    *,
    message_id: str,
    date: datetime,
    in_reply_to: str = "",
    attachments: Iterable[Attachment] = (),
) -> bytes:
    """Given what to say and to whom, return the message with CRLF line ends, in pure ASCII.

    `cc` is only displayed: each reader gets the same bytes by their own delivery, nobody stands in a Bcc. Raise
    EffectRefused if an address is none.
    """
    message = EmailMessage(policy=_WIRE)
    message["Message-ID"] = message_id
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
        message["References"] = in_reply_to
    message["Date"] = format_datetime(date)
    message["From"] = _mailbox(parseaddr(sender)[0], sender)
    message["To"] = _mailbox(recipient.name, recipient.mail)
    if cc:
        message["Cc"] = tuple(_mailbox(person.name, person.mail) for person in cc)
    message["Subject"] = clean(rendered.subject, 200)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"  # Exchange: no out-of-office answers
    message.set_content(rendered.text, cte="base64")
    message.add_alternative(rendered.html, subtype="html", cte="base64")
    for attachment in attachments:
        message.add_attachment(attachment.content, maintype="application", subtype=attachment.subtype)
        _name(message.get_payload()[-1], attachment)  # type: ignore[arg-type, index]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        digest = hashlib.sha256(f"{message_id}{number}".encode()).hexdigest()[:32]
        part.set_boundary(f"=_{digest}")
    return message.as_bytes()


def _mailbox(name: str, address: str) -> Address:
    return Address(clean(name, 40), addr_spec=envelope_address(address))


def _name(part: EmailMessage, attachment: Attachment) -> None:
    """Write the file name in both ways: RFC 2231 for those who know it, an encoded word for Foxmail and old Outlook."""
    name = clean(attachment.name, 80)
    encoded = f"=?utf-8?B?{base64.b64encode(name.encode()).decode()}?="
    if name.isascii():
        plain, extended = re.sub(r'["\\\\]', "_", name), ""
    else:
        # A longer one would need two encoded words, which the clients that need them do not join inside quotes.
        suffix = PurePosixPath(name).suffix
        ending = suffix if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", suffix) else ""
        plain = encoded if len(encoded) <= _ENCODED_WORD else f"attachment{ending}"
        extended = f";\r\n filename*=utf-8''{quote(name, safe='')}"
    del part["Content-Type"], part["Content-Disposition"]
    part.set_raw("Content-Type", f'application/{attachment.subtype};\r\n name="{plain}"')
    part.set_raw("Content-Disposition", f'attachment;\r\n filename="{plain}"{extended}')
