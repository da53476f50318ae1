"""Where the bridge's decisions go: the mail server and the hold targets, asked without sending or placing anything."""

from collections.abc import Iterator, Sequence
from functools import reduce

from alerts.mail import try_login
from alerts.register import REGISTER
from bridge.bootstrap import Application
from bridge.doctor.finding import Finding, fine, of_error, some, warning
from bridge.domain.errors import BridgeError
from bridge.domain.hold import HoldState
from bridge.language import packed
from bridge.mail_rules import mail_server

_UNKNOWN_REF = "SBDOCTOR00000000"


def mail(app: Application) -> Iterator[Finding]:
    """Yield whether the mail server takes our login; nothing is sent. Without [mail] the configuration says so."""
    server = mail_server(app.settings, app.loaded.resolve)
    if server is None:
        return
    try:
        try_login(server)
    except BridgeError as error:
        yield of_error("mail", error)
    else:
        yield fine("mail", "BR-2131", host=server.host, port=server.port)


def holds(app: Application) -> Iterator[Finding]:
    """Yield whether each hold target can be read: what stands there, a reference nobody has placed; and what is in doubt."""
    for name in app.target_names():
        area = "holds"
        try:
            target = app.target(name)
            if not target.ability.can_probe:
                yield warning(area, "BR-2133", target=name, level=_level(target.ability.level))
                continue
            standing = len(target.list_own())
            target.probe(_UNKNOWN_REF)
        except BridgeError as error:
            yield of_error(area, error)
        else:
            facts = {"target": name, "level": _level(target.ability.level), "count": standing}
            yield fine(area, "BR-2132", **facts, operations=_operations(target.ability.operations))
    with app.store.read() as uow:
        concerning = [hold for pair in app.settings.pairs for hold in uow.holds.concerning(pair.id)]
    doubtful = [hold.id for hold in concerning if hold.state in {HoldState.UNKNOWN, HoldState.FAILED}]
    if doubtful:
        yield warning("holds", "BR-2153", count=len(doubtful), holds=some(doubtful))
    if not app.target_names() and app.settings.plant.mode == "hold":
        yield warning("holds", "BR-2134", register=REGISTER)


def _level(level: str) -> str:
    return packed(f"doctor.level.{level}")


def _operations(operations: Sequence[str]) -> str:
    said = (packed(f"mail.operation.{name}") for name in operations)
    return reduce(lambda one, other: packed("doctor.both", one=one, other=other), said)
