"""How a hold is known again: its reference stands first in a text field of the document."""

import re

_REF = re.compile(r"(SB[A-Z0-9]{14})(?![A-Z0-9])")
PREFIX = "SB"
_NOTE_LENGTH = 200


def ref_in(note: object) -> str:
    """Return the reference a note begins with, '' if it is no note of ours."""
    found = _REF.match(note) if isinstance(note, str) else None
    return found[1] if found else ""


def note_for(ref: str, reason: str) -> str:
    """Return the note of a document: the reference, then why, on one line."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in reason).split())
    return f"{ref} StockBridge {plain}".strip()[:_NOTE_LENGTH]
