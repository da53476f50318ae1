"""Each sin is found by exactly the checks that are there for it, and no check is without a sin that it finds."""

import pytest
from contract_hostile import HostileHarness, HostileTargetHarness

from connectors.contract import SOURCE_CHECKS, TARGET_CHECKS, verdicts

SOURCE_SINS = {
    "adds up in floats": "batches_add_up sums_are_exact",
    "believes any status": "answers_without_a_list_are_refused busy_answers_are_unavailable errors_have_their_sentence errors_keep_secrets errors_name_the_source redirects_end refused_login_is_refused unwelcome_requests_are_refused",
    "believes anything": "cut_answer_is_refused garbage_is_refused",
    "believes pages": "partial_answer_is_seen repeated_page_is_refused",
    "believes totals": "partial_answer_is_seen",
    "blank batch is a dash": "a_source_keeps_no_picture balances_are_what_the_system_has blank_batch_is_blank codes_stay_text figures_are_exact hostile_codes_change_nothing hostile_codes_come_back unknown_is_not_zero",
    "changes each time": "snapshot_is_deterministic",
    "chokes on cursors": "a_foreign_cursor_starts_again",
    "connects when opened": "answers_without_a_list_are_refused busy_answers_are_unavailable errors_name_the_source hung_system_ends_at_the_deadline opening_connects_nothing unwelcome_requests_are_refused",
    "counts wrong": "rows_are_counted",
    "denies batches": "batches_or_not_is_stated",
    "doubles cards": "cards_are_unique",
    "doubles keys": "complete_keys_hold_every_row movement_keys_are_unique movements_explain_the_balance receipts_are_positive_issues_negative transfers_have_two_legs",
    "escapes batches": "hostile_batches_come_back",
    "escapes codes": "hostile_codes_change_nothing hostile_codes_come_back",
    "fails when idle": "a_cursor_loses_nothing a_repeated_cursor_gives_the_same movements_explain_the_balance no_documents_no_error",
    "fingerprints the stock": "schema_says_when_the_stock_does_not",
    "floats": "figures_are_exact",
    "forgets a row": "a_source_keeps_no_picture balances_are_what_the_system_has codes_stay_text figures_are_exact hostile_batches_come_back hostile_codes_change_nothing hostile_codes_come_back movements_explain_the_balance rows_are_counted sums_are_exact",
    "forgets keys": "complete_keys_hold_every_row",
    "gives up for good": "dead_system_is_unavailable hung_system_ends_at_the_deadline",
    "guesses columns": "missing_table_is_refused",
    "has no account": "probe_is_complete provenance_names_the_source",
    "ignores the cap": "row_cap_is_kept",
    "injects": "hostile_codes_change_nothing",
    "invents stock": "empty_stock_is_empty",
    "keeps a picture": "a_source_keeps_no_picture",
    "lets errors through": "dead_system_is_unavailable errors_have_their_sentence errors_keep_secrets errors_name_the_source hung_system_ends_at_the_deadline",
    "loses batches": "batches_add_up sums_are_exact",
    "mixes up statuses": "busy_answers_are_unavailable refused_login_is_refused unwelcome_requests_are_refused",
    "nameless": "opening_connects_nothing probe_is_complete provenance_names_the_source",
    "names nobody": "errors_name_the_source",
    "names the account by chance": "probe_agrees_with_snapshot probe_is_stable",
    "names two accounts": "probe_agrees_with_snapshot",
    "never asks in probe": "dead_system_is_unavailable",
    "no fingerprint": "probe_is_complete provenance_names_the_source",
    "no signs": "movements_explain_the_balance receipts_are_positive_issues_negative transfers_have_two_legs",
    "numbers for codes": "a_source_keeps_no_picture balances_are_what_the_system_has codes_stay_text figures_are_exact hostile_batches_come_back movements_explain_the_balance unknown_is_not_zero",
    "one leg": "transfers_have_two_legs",
    "own classes": "cards_have_the_schema",
    "own clock": "time_comes_from_the_clock",
    "own schema": "lines_have_the_schema",
    "own states": "movements_have_the_schema",
    "own words": "a_foreign_cursor_starts_again movements_have_the_schema no_documents_no_error",
    "prints": "readings_keep_secrets",
    "quotes answers": "errors_keep_secrets",
    "repeats nothing": "a_cursor_loses_nothing movements_explain_the_balance",
    "rewrites documents": "a_repeated_cursor_gives_the_same an_unchanged_system_says_the_same",
    "sees no deletion": "deletions_are_seen",
    "shows its secrets": "readings_keep_secrets scripts_keep_secrets",
    "skips one": "a_cursor_loses_nothing movements_explain_the_balance",
    "speaks in riddles": "errors_have_their_sentence errors_keep_secrets",
    "swallows errors": "dead_system_is_unavailable hung_system_ends_at_the_deadline",
    "unknown is zero": "unknown_is_not_zero",
    "waits for ever": "hung_system_ends_at_the_deadline",
    "writes its secrets down": "readings_keep_secrets",
    "wrong effects": "movements_explain_the_balance receipts_are_positive_issues_negative transfers_have_two_legs",
    "loose settings": "settings_are_described settings_are_frozen settings_refuse_unknown_keys",
    "lambda": "opener_travels_to_a_child",
    "shouts": "kind_names_the_connector",
}
"""Sins of a source, and the checks that must find each: these, and no other."""

TARGET_SINS = {
    "adds up": "place_twice_holds_once",
    "always there": "an_unknown_reference_is_absent dead_target_is_typed hostile_reasons_harm_nothing hostile_references_are_only_text lift_takes_it_back place_after_lift_holds_again place_is_found_again place_twice_holds_once two_holds_on_one_stock_are_two",
    "chokes on reasons": "hostile_reasons_harm_nothing",
    "connects when opened": "dead_target_is_typed opening_a_target_connects_nothing",
    "fails when repeated": "place_twice_holds_once",
    "gives up for good": "placing_on_a_dead_target_may_be_retried",
    "holds all": "a_part_stays_a_part hostile_reasons_harm_nothing hostile_references_are_only_text list_own_names_each_once place_after_lift_holds_again place_twice_holds_once two_holds_on_one_stock_are_two",
    "lets errors through": "dead_target_is_typed placing_on_a_dead_target_may_be_retried",
    "lifts everything": "hostile_references_are_only_text lift_takes_it_back two_holds_on_one_stock_are_two",
    "lifts forever": "hostile_references_are_only_text lift_twice_lifts_once lifting_the_unknown_is_done",
    "lists a ghost": "a_new_target_holds_nothing lift_takes_it_back",
    "lists nothing": "list_own_names_each_once others_holds_stay place_twice_holds_once",
    "lists others": "others_holds_stay",
    "marks lifts": "lift_takes_it_back",
    "matches loosely": "hostile_references_are_only_text",
    "never done": "lift_twice_lifts_once lifting_the_unknown_is_done",
    "once only": "place_after_lift_holds_again",
    "own levels": "target_states_its_ability",
    "remembers by itself": "hostile_reasons_harm_nothing hostile_references_are_only_text lift_takes_it_back list_own_names_each_once others_holds_stay place_after_lift_holds_again place_is_found_again place_twice_holds_once two_holds_on_one_stock_are_two",
    "rounds": "a_part_stays_a_part",
    "shows its secrets": "dead_target_is_typed",
    "stops nothing": "target_states_its_ability",
    "takes over": "others_holds_stay",
}
"""Sins of a hold target."""


def failed(checks, make):
    """Return the names of the checks that failed, in order of the alphabet."""
    return " ".join(sorted(each.check for each in verdicts(checks, make) if each.outcome == "failed"))


@pytest.mark.parametrize("sin", SOURCE_SINS)
def test_contract_finds_each_sin_of_a_source(sin):
    """A connector with one sin fails exactly the checks named for it."""
    assert failed(SOURCE_CHECKS, lambda: HostileHarness(sin)) == SOURCE_SINS[sin]


@pytest.mark.parametrize("sin", TARGET_SINS)
def test_contract_finds_each_sin_of_a_target(sin):
    """A hold target with one sin fails exactly the checks named for it."""
    assert failed(TARGET_CHECKS, lambda: HostileTargetHarness(sin)) == TARGET_SINS[sin]


def test_contract_lets_the_sinless_pass():
    """Without a sin every check of source and target passes, but for the one about systems without batches."""
    found = verdicts(SOURCE_CHECKS, HostileHarness) + verdicts(TARGET_CHECKS, HostileTargetHarness)
    assert [(each.check, each.outcome) for each in found if each.outcome != "passed"] == [
        ("batches_or_not_is_stated", "not applicable")
    ]


@pytest.mark.parametrize(("checks", "sins"), [(SOURCE_CHECKS, SOURCE_SINS), (TARGET_CHECKS, TARGET_SINS)])
def test_contract_has_no_idle_check(checks, sins):
    """Every check finds at least one sin: none of them always passes."""
    assert {check.__name__ for check in checks} == {name for names in sins.values() for name in names.split()}
