"""What `mail preview` writes: the message as a mail client opens it, and its HTML for a browser."""

import re
from dataclasses import dataclass

from alerts.digest import Digest
from alerts.message import compose, message_id
from alerts.render import render
from alerts.spreadsheet import attachments

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Preview:
    """File contents; `name` is a safe file name without its ending."""

    name: str
    eml: bytes
    html: str


def preview(digest: Digest, sender: str, lang: str = "") -> Preview:
    """Given a digest, return exactly what would be sent. Nothing is sent and nothing is written."""
    rendered = render(digest, lang)
    eml = compose(
        rendered,
        sender,
        digest.recipient,
        digest.cc,
        message_id=message_id(digest, sender),
        date=digest.now,
        in_reply_to=digest.thread,
        attachments=attachments(digest, lang),
    )
    parts = (f"run-{digest.report.run}", digest.report.pair, digest.recipient.id, str(digest.kind))
    name = "-".join(_UNSAFE.sub("_", part).strip("._") for part in parts if part)
    return Preview(name[:120], eml, rendered.html)
