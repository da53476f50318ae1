"""What a configuration allows but a person should know, as (code, facts); sentences stand under `findings.<code>`."""

from collections.abc import Iterator
from typing import Final

from config.models.settings import Settings
from config.secrets import Finding

_OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def findings_of(settings: Settings) -> Iterator[Finding]:
    """Given a valid configuration, yield what is unusual or unsafe about it."""
    mail = settings.mail
    if mail is None:
        yield "BR-1092", {}
    elif mail.password is not None and mail.tls == "none" and mail.host not in _OWN_MACHINE:
        yield "BR-1093", {"host": mail.host}
    if mail is not None and not mail.verify:
        yield "BR-1096", {"host": mail.host}
    roles = {role for person in settings.people.values() for role in person.roles}
    for pair in settings.pairs:
        if settings.mode_of(pair) == "hold" and pair.hold and "checker" not in roles:
            yield "BR-1094", {"pair": pair.id}
