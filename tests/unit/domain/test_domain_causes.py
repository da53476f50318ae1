"""Causes in words."""

from bridge.domain.causes import cause_name, cause_proof
from bridge.domain.variance import Cause, DocumentRef

DOCUMENT = DocumentRef("k3", "产品入库", "WIN012233", "1", -80, "audited", "D3")


def test_the_facts_of_a_cause_become_its_sentence():
    """What the engine noted is told in the reader's language."""
    cause = Cause("D3", "high", (DOCUMENT,), "side=book&document=WIN012233&other=WIN012231&gap=41")
    assert "WIN012231" in cause_proof(cause, "zh")
    assert "41" in cause_proof(cause, "en")
    assert cause_name(cause, "zh") == "重复"


def test_a_missing_fact_gives_the_general_sentence():
    """A half sentence with holes is worse than a general one."""
    said = cause_proof(Cause("D3", "low", (DOCUMENT,), "side=book"), "zh")
    assert said
    assert "<" not in said


def test_foreign_notes_and_codes_pass_as_they_are():
    """A note in words, or a code that is not ours, is shown and never looked up."""
    assert cause_proof(Cause("D4", "low", (), "请查送货单"), "zh") == "请查送货单"
    assert cause_proof(Cause("<b>", "low", (), "a=b"), "zh") == "a=b"


def test_documents_speak_for_themselves_without_facts():
    """No facts, but documents: the list of documents is the proof; with neither the general sentence."""
    assert cause_proof(Cause("D2", "high", (DOCUMENT,)), "zh") == ""
    assert cause_proof(Cause("P1", "low"), "zh")
