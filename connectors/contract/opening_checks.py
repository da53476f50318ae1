"""What a source is before anything is read: opened without a connection, described, fit to run in a child process."""

import pickle
from dataclasses import replace

from pydantic import ValidationError

from bridge.ports import SourceAbility
from config.base import SourceSettings
from connectors.contract.expecting import expect, same
from connectors.contract.harness import NAME, SourceHarness
from connectors.contract.reading import USUAL, read


def opening_connects_nothing(harness: SourceHarness) -> None:
    """A source of a dead system can be opened and told its ability; only a verb fails."""
    harness.fill(USUAL)
    source = harness.open(harness.broken("dead"))
    same(source.id, NAME, "the source's id")
    expect(isinstance(source.ability, SourceAbility), "ability is a SourceAbility")


def kind_names_the_connector(harness: SourceHarness) -> None:
    """The kind in bridge.toml is a plain word and is what the settings carry."""
    kind = harness.connector.kind
    expect(kind.isidentifier() and kind.islower(), f"kind is a plain lower-case word, not {kind!r}")
    expect(harness.settings().kind in {kind, *harness.connector.aliases}, "the settings' kind is the connector's")


def settings_refuse_unknown_keys(harness: SourceHarness) -> None:
    """A misspelled key in bridge.toml is an error, not silence."""
    model = harness.connector.settings
    expect(issubclass(model, SourceSettings), "settings derive from config.base.SourceSettings")
    try:
        model.model_validate({**_plain(harness.settings()), "surely_unknown": 1})
    except ValidationError as error:
        expect(any(each["type"] == "extra_forbidden" for each in error.errors()), "the unknown key is named")
        return
    expect(holds=False, what="settings with an unknown key were accepted")


def settings_are_frozen(harness: SourceHarness) -> None:
    """Settings cannot change while a source runs."""
    try:
        setattr(harness.settings(), "timeout_s", 1)  # noqa: B010 - the type checker knows it cannot be
    except ValidationError:
        return
    expect(holds=False, what="settings could be changed after loading")


def settings_are_described(harness: SourceHarness) -> None:
    """Every key has a description: the reference page and the wizard are made of them."""
    model = harness.connector.settings
    silent = [name for name, info in model.model_fields.items() if not info.description]
    same(silent, [], "keys without a description")


def opener_travels_to_a_child(harness: SourceHarness) -> None:
    """The opener and the settings can be sent to the child process that the source runs in."""
    opener, settings = pickle.loads(pickle.dumps((harness.connector.source, harness.settings())))  # noqa: S301 - own
    same(settings, harness.settings(), "settings after the way to a child")
    same(opener, harness.connector.source, "opener after the way to a child")


def probe_is_complete(harness: SourceHarness) -> None:
    """A probe names the source, the product, the account set and the shape of what is read."""
    harness.fill(USUAL)
    found = harness.open().probe()
    same(found.source, NAME, "identity.source")
    for name in ("product", "account", "schema"):
        expect(bool(getattr(found, name)), f"identity.{name} is not empty")


def probe_is_stable(harness: SourceHarness) -> None:
    """Two probes of an unchanged system say the same, but for the clock."""
    harness.fill(USUAL)
    first, second = (replace(harness.open().probe(), clock_offset_s=None) for _ in range(2))
    same(second, first, "the second probe")


def probe_agrees_with_snapshot(harness: SourceHarness) -> None:
    """Probe and snapshot name the same account set, for a person compares them."""
    harness.fill(USUAL)
    source = harness.open()
    same(read(source).provenance.account, source.probe().account, "account of the snapshot")


def schema_says_when_the_stock_does_not(harness: SourceHarness) -> None:
    """The schema's fingerprint depends on the system's shape, not on how much it has."""
    harness.fill(USUAL)
    first = read(harness.open()).provenance.schema
    harness.fill(USUAL[:1])
    same(read(harness.open()).provenance.schema, first, "fingerprint after the stock changed")


def _plain(settings: SourceSettings) -> dict[str, object]:
    """Return what was written in the file for these settings, secrets open."""
    return {name: getattr(settings, name) for name in settings.model_fields_set}


OPENING_CHECKS = (
    opening_connects_nothing,
    kind_names_the_connector,
    settings_refuse_unknown_keys,
    settings_are_frozen,
    settings_are_described,
    opener_travels_to_a_child,
    probe_is_complete,
    probe_is_stable,
    probe_agrees_with_snapshot,
    schema_says_when_the_stock_does_not,
)
