"""What a source says when the system is broken: a typed error with its cure, never half a stock, never a secret."""

import contextlib
import io
import logging
import threading
import traceback

from bridge.domain.errors import BridgeError, SnapshotRejected, SourceRefused, SourceUnavailable
from bridge.domain.snapshot import Snapshot
from bridge.language import LANGUAGES, catalogue
from config.base import SourceSettings
from connectors.contract.expecting import ContractBroken, Unsupported, expect, refused, same
from connectors.contract.harness import FAULTS, SourceHarness
from connectors.contract.reading import USUAL, read

SPARE_S = 2.0
"""How much later than its deadline a call may end."""


def dead_system_is_unavailable(harness: SourceHarness) -> None:
    """Nobody answers: SourceUnavailable from snapshot and probe, for asking later may help."""
    settings = _broken(harness, "dead")
    refused(lambda: read(harness.open(settings)), SourceUnavailable)
    refused(lambda: harness.open(settings).probe(), SourceUnavailable)


def refused_login_is_refused(harness: SourceHarness) -> None:
    """A wrong password or token: SourceRefused, for asking again locks the account at worst."""
    settings = _broken(harness, "login")
    refused(lambda: read(harness.open(settings)), SourceRefused)


def missing_table_is_refused(harness: SourceHarness) -> None:
    """What must be there and is not: SourceRefused, never an empty stock."""
    settings = _broken(harness, "schema")
    refused(lambda: read(harness.open(settings)), SourceRefused)


def hung_system_ends_at_the_deadline(harness: SourceHarness) -> None:
    """A system that never answers ends with SourceUnavailable when `timeout_s` is over."""
    settings = _broken(harness, "hang")
    source = harness.open(settings)
    answer: list[object] = []

    def ask() -> None:
        try:
            answer.append(read(source))
        except Exception as error:  # noqa: BLE001 - judged below
            answer.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(settings.timeout_s + SPARE_S)
    expect(bool(answer), f"the call ended within {settings.timeout_s:g} + {SPARE_S:g} s")
    expect(isinstance(answer[0], SourceUnavailable), f"it ended with SourceUnavailable, not {answer[0]!r}")


def cut_answer_is_refused(harness: SourceHarness) -> None:
    """An answer that ends early is no answer."""
    settings = _broken(harness, "cut")
    refused(lambda: read(harness.open(settings)), SourceUnavailable, SnapshotRejected, SourceRefused)


def garbage_is_refused(harness: SourceHarness) -> None:
    """A login page with status 200 or a damaged file is no stock."""
    settings = _broken(harness, "garbage")
    refused(lambda: read(harness.open(settings)), SourceRefused, SnapshotRejected, SourceUnavailable)


def partial_answer_is_seen(harness: SourceHarness) -> None:
    """Fewer rows than the system itself counts: rejected, or told by expected_rows so that the gate rejects."""
    settings = _broken(harness, "partial")
    try:
        found: Snapshot = read(harness.open(settings))
    except SnapshotRejected:
        return
    expect(
        found.provenance.expected_rows not in {None, found.provenance.rows},
        f"{found.provenance.rows} rows passed for whole although the system counts more",
    )


def repeated_page_is_refused(harness: SourceHarness) -> None:
    """A page that comes twice hides another one."""
    settings = _broken(harness, "repeated")
    refused(lambda: read(harness.open(settings)), SnapshotRejected)


def redirects_end(harness: SourceHarness) -> None:
    """A redirect in circles ends, and so does one to another host."""
    settings = _broken(harness, "redirect")
    refused(lambda: read(harness.open(settings)), SourceRefused, SourceUnavailable)


def errors_have_their_sentence(harness: SourceHarness) -> None:
    """Every error's code has a sentence in each language whose facts are all there."""
    for error in _errors(harness):
        for lang in LANGUAGES:
            expect(f"errors.{error.code}" in catalogue(lang), f"{error.code} has a sentence in {lang}")
            expect("<" not in error.text(lang).replace("<=", ""), f"{error.text(lang)!r} has all its facts")


def errors_name_the_source(harness: SourceHarness) -> None:
    """Every error says which source it is about."""
    for error in _errors(harness):
        same(error.facts.get("source"), harness.open().id, f"source named by {error.code}")


def errors_keep_secrets(harness: SourceHarness) -> None:
    """No password or token stands in an error, its traceback, or what is logged on the way."""
    _need_secrets(harness)
    for error in _errors(harness):
        told = [error.text(lang) for lang in LANGUAGES] + [repr(error), repr(error.facts)]
        _keeps(harness, "\n".join((*told, *traceback.format_exception(error))), error.code)


def readings_keep_secrets(harness: SourceHarness) -> None:
    """Neither source, settings, identity nor provenance spells a secret, and nothing is printed or logged of it."""
    _need_secrets(harness)
    harness.fill(USUAL)
    said, log = io.StringIO(), io.StringIO()
    listener = logging.StreamHandler(log)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            source = harness.open()
            found = (source.probe(), read(source).provenance)
    finally:
        root.setLevel(before)
        root.removeHandler(listener)
    settings = harness.settings()
    shown = (repr(source), str(source), repr(vars(source)), repr(settings), str(settings), settings.model_dump_json())
    _keeps(harness, "\n".join((*shown, repr(found), said.getvalue(), log.getvalue())), "what is shown")


def scripts_keep_secrets(harness: SourceHarness) -> None:
    """What show-sql, grants and revoke print holds no secret."""
    _need_secrets(harness)
    connector = harness.connector
    scripts = [script for script in (connector.show_sql, connector.grants, connector.revoke) if script is not None]
    if not scripts:
        raise Unsupported("scripts")
    for script in scripts:
        _keeps(harness, script(harness.open().id, harness.settings()), "a script")


def _broken(harness: SourceHarness, fault: str) -> SourceSettings:
    harness.fill(USUAL)
    return harness.broken(fault)


def _errors(harness: SourceHarness) -> list[BridgeError]:
    """Return the errors of every fault that the system knows, but for hanging."""
    found: list[BridgeError] = []
    for fault in FAULTS:
        if fault == "hang":
            continue
        with contextlib.suppress(Unsupported):
            settings = _broken(harness, fault)
            try:
                read(harness.open(settings))
            except BridgeError as error:
                found.append(error)
            except Exception as error:
                raise ContractBroken(f"fault {fault}: {type(error).__name__} is no error of the tree") from error
    if not found:
        raise Unsupported("faults")
    return found


def _need_secrets(harness: SourceHarness) -> None:
    if not harness.secrets:
        raise Unsupported("secrets")


def _keeps(harness: SourceHarness, words: str, where: str) -> None:
    expect(not any(secret in words for secret in harness.secrets), f"no secret stands in {where}")


FAULT_CHECKS = (
    dead_system_is_unavailable,
    refused_login_is_refused,
    missing_table_is_refused,
    hung_system_ends_at_the_deadline,
    cut_answer_is_refused,
    garbage_is_refused,
    partial_answer_is_seen,
    repeated_page_is_refused,
    redirects_end,
    errors_have_their_sentence,
    errors_name_the_source,
    errors_keep_secrets,
    readings_keep_secrets,
    scripts_keep_secrets,
)
