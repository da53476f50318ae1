"""Blobs are complete or absent, kept once, and never believed unchecked."""

import os
import time

import pytest

from bridge.domain.errors import InvariantBroken, SourceUnavailable
from bridge.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path):
    """Return an empty folder of blobs."""
    return Blobs(tmp_path / "blobs")


def test_same_content_is_kept_once(blobs):
    """Putting the same bytes again gives the same name and one file; no draft is left."""
    name = blobs.put(b"abc")
    assert name == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert blobs.put(b"abc") == name
    files = [path for path in blobs.root.rglob("*") if path.is_file()]
    assert files == [blobs.root / name[:2] / name[2:]]
    assert blobs.get(name) == b"abc"
    assert blobs.get(blobs.put(b"")) == b""


def test_damage_is_noticed(blobs):
    """A file that does not fit its name is refused; putting the right bytes again mends a cut one."""
    name = blobs.put(b"abc")
    path = blobs.root / name[:2] / name[2:]
    path.write_bytes(b"ab")
    with pytest.raises(InvariantBroken, match="BR-1706"):
        blobs.get(name)
    blobs.put(b"abc")
    assert blobs.get(name) == b"abc"


def test_absence_and_nonsense(blobs):
    """A blob that is not kept says so; a name that is no hash never leads out of the folder."""
    with pytest.raises(SourceUnavailable, match="BR-1707"):
        blobs.get("0" * 64)
    assert not blobs.exists("0" * 64)
    for name in ("../../etc/passwd", "", "A" * 64):
        assert not blobs.exists(name)
        with pytest.raises(InvariantBroken):
            blobs.get(name)


def test_sweep_spares_the_young_and_the_kept(blobs):
    """Only blobs that are neither kept nor recently put go; putting again makes young; drafts of a crash go too."""
    kept, young, again, gone = (blobs.put(name) for name in (b"kept", b"young", b"again", b"gone"))
    draft = blobs.root / gone[:2] / "crashed.draft"
    draft.write_bytes(b"half")
    before = time.time() - 10 * 86_400
    for path in blobs.root.rglob("*"):
        if path.is_file() and path != blobs.root / young[:2] / young[2:]:
            os.utime(path, (before, before))
    blobs.put(b"again")
    assert blobs.sweep({kept}) == 2
    assert [blobs.exists(name) for name in (kept, young, again, gone)] == [True, True, True, False]
    assert not draft.exists()
    assert Blobs(blobs.root / "none").sweep(set()) == 0


def test_closure_follows_manifests(blobs):
    """A JSON blob keeps the blobs it names, in turn; other content is not searched."""
    leaf = blobs.put(b"leaf")
    inner = blobs.put(f'{{"a":"{leaf}"}}'.encode())
    outer = blobs.put(f'{{"b":"{inner}","c":"{"1" * 64}"}}'.encode())
    mail = blobs.put(f"mail {leaf}".encode())
    assert blobs.closure({outer}) == {outer, inner, leaf, "1" * 64}
    assert blobs.closure({mail}) == {mail}
