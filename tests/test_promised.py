"""What the plan promises, what a row of the conflict rules says, what the wire's answers mean and
what becomes of a bad envelope: each by the tests that hold it, whose names say so.

A promise without a test, a test that is gone, or an answer of ``sync/PROTOCOL.md`` that nobody
tries fails here.
"""

import ast
from pathlib import Path

import pytest

import sync

TESTS = Path(__file__).parent
PROTOCOL = Path(sync.__file__).with_name("PROTOCOL.md")
RECOVERED, APPLYING = "contract/test_recovered.py", "contract/test_archive_applying.py"
KEPT, BRANCH_OFF = "integration/test_edge_kept.py", "integration/test_edge_branch_off.py"
STOPS, PUSH = "integration/test_edge_exchange_stops.py", "unit/sync/test_push.py"
ENVELOPES = "integration/test_central_bad_envelopes.py"
HEALTH, SKEW = "integration/test_edge_exchange_health.py", "integration/test_version_skew.py"

PROMISES = {
    "P1 a receipt that was printed is never lost while any holder of it survives": (
        (KEPT, "test_what_the_burnt_box_had_not_sent_is_wanted_and_comes_home_unchanged"),
        (
            "integration/test_put_back_burnt.py",
            "test_what_both_lost_the_till_gives_though_it_was_told_that_it_was_acknowledged",
        ),
    ),
    "P1 never counted twice": (
        (RECOVERED, "test_what_two_tills_two_boxes_and_its_own_late_tail_bring_counts_once"),
        (
            "integration/test_ingest.py",
            "test_one_batch_delivered_many_times_at_once_counts_once",
        ),
    ),
    "P1 never changed": (
        ("contract/test_journal_rows.py", "test_a_row_that_was_tampered_with_is_named"),
        (
            "integration/test_central_quarantine.py",
            "test_a_poisoned_sale_is_put_right_by_an_event_beside_it",
        ),
    ),
    "P2 one bad record delays nothing but itself and what names it": (
        (APPLYING, "test_one_poison_event_delays_nothing_but_itself"),
        (APPLYING, "test_only_its_own_aggregate_waits_behind_an_error"),
    ),
    "P3 whether head office has everything is told in constant time": (
        (
            "integration/test_central_kept_verdicts.py",
            "test_a_board_asks_as_many_statements_for_many_stores_as_for_few",
        ),
        (
            "integration/test_central_board_cells.py",
            "test_however_many_stores_and_days_the_statements_are_as_many",
        ),
    ),
    "P3 and if not, exactly what is missing": (
        ("integration/test_central_sequence.py", "test_a_number_that_did_not_come_is_a_row"),
        ("integration/test_central_pruned_days.py", "test_a_day_is_red_until_all_of_it_came_home"),
    ),
    "P4 any order of delivery, duplication, splitting or repetition gives the same state": (
        ("contract/test_any_order.py", "test_any_order_of_arrival_ends_in_the_same_rows"),
        ("contract/test_archive_sets.py", "test_how_events_are_cut_into_sets_does_not_matter"),
        (
            "contract/test_archive_sets.py",
            "test_any_delivery_to_either_archive_ends_in_the_same_rows",
        ),
        ("contract/test_merging_rows.py", "test_a_merge_knows_no_order"),
    ),
    "P5 nothing on the network stops a shop from selling": (
        (STOPS, "test_no_strange_answer_deletes_stops_or_acknowledges_anything"),
        (STOPS, "test_a_verdict_stops_pushing_alarms_once_and_selling_goes_on"),
    ),
    "P5 nothing at head office does": (
        (BRANCH_OFF, "test_a_fenced_box_ends_its_epoch_pushes_its_late_tail_and_sells_on"),
        (
            "integration/test_edge_rows_any_way.py",
            "test_whatever_bytes_a_row_has_the_shop_sells_on_and_takes_the_next",
        ),
    ),
    "P5 no clock does": (
        ("contract/test_journal_rows.py", "test_no_clock_stops_the_journal"),
        (
            "integration/test_edge_commands_refusals.py",
            "test_a_box_whose_clock_is_off_sells_and_says_so",
        ),
    ),
    "P6 the bytes that are hashed are the bytes that are stored and sent": (
        ("contract/test_journal_rows.py", "test_any_fact_is_kept_byte_for_byte"),
        (
            "unit/sync/test_columns.py",
            "test_a_day_comes_back_byte_for_byte_and_every_sale_of_it_travels_in_columns",
        ),
        (
            "golden/test_released.py",
            "test_its_batches_are_unpacked_to_the_very_events_that_were_hashed",
        ),
    ),
}

CONFLICTS = {
    "a finished sale has no conflict: the lowest place counts, whichever came first": (
        (
            RECOVERED,
            "test_of_two_contents_under_one_sale_id_the_lowest_place_counts_whichever_came_first",
        ),
    ),
    "a late sale brings a correction manifest, which replaces none": (
        (
            "integration/test_central_given_manifests.py",
            "test_a_late_sales_manifest_adds_to_the_days_and_replaces_none",
        ),
    ),
    "a signed-off day is open again with the cause": (
        (
            "integration/test_central_sign_off.py",
            "test_a_late_sale_stands_beside_what_was_signed_until_somebody_signs_again",
        ),
    ),
    "a till is counted at the lowest place": (
        (
            "integration/test_two_copies_twice.py",
            "test_the_drawers_count_of_the_lowest_place_counts_whichever_came_first",
        ),
    ),
    "stock: a count is what is there, and what it has not seen comes on top": (
        (
            "contract/test_archive_counts.py",
            "test_a_count_is_what_is_there_and_what_it_has_not_seen_comes_on_top",
        ),
        (
            "contract/test_archive_counts.py",
            "test_a_count_in_a_new_epoch_has_seen_the_one_before_through_its_watermark",
        ),
    ),
    "stock below zero is recorded until a movement explains it": (
        (
            "integration/test_edge_stock.py",
            "test_what_was_oversold_is_explained_by_what_comes_in",
        ),
    ),
    "stock: a wish travels as an intent that movements name": (
        (
            "integration/test_central_transfer_wishes.py",
            "test_a_wish_comes_down_to_both_stores_and_is_fulfilled",
        ),
    ),
    "rights of every kind: what is spent is within what is given": (
        (
            "unit/sync/test_escrow_schedules.py",
            "test_whatever_befalls_them_stores_spend_within_rights",
        ),
        (
            "contract/test_every_right_kind.py",
            "test_a_right_of_every_kind_is_given_once_and_comes_back_by_the_journal",
        ),
    ),
    "rights come back by the journal, a closed tail or a write-off, never by clock alone": (
        (
            "contract/test_every_right_kind.py",
            "test_rights_of_a_sealed_epoch_come_back_when_it_is_closed_and_not_before",
        ),
        (
            "integration/test_edge_escrow.py",
            "test_a_clock_that_is_set_back_binds_no_right_for_ever",
        ),
    ),
    "a store without a right lends within its budget": (
        (
            "integration/test_edge_goodwill.py",
            "test_no_more_than_the_budget_is_lent_and_the_refusal_says_how_much",
        ),
    ),
    "a customer: the later clock holds, in any order, however it is split": (
        ("unit/sync/test_conflict.py", "test_the_later_clock_holds"),
        ("unit/sync/test_conflict.py", "test_any_order_ends_in_the_same_record"),
        ("unit/sync/test_conflict.py", "test_any_splitting_ends_in_the_same_record"),
    ),
    "two who were created alike are one person, and nothing is lost": (
        (
            "integration/test_central_customer_aliases.py",
            "test_what_two_shops_created_alike_is_one_person_and_nothing_is_lost",
        ),
        (
            "integration/test_central_customer_aliases.py",
            "test_a_person_parts_them_and_head_office_does_not_join_them_again",
        ),
    ),
    "an edit that collides only proposes": (
        (
            "integration/test_central_customer_aliases.py",
            "test_an_edit_that_collides_only_proposes",
        ),
    ),
    "who is erased stays so, and the chain still verifies": (
        (
            "integration/test_central_erased_customers.py",
            "test_the_chain_still_verifies_and_a_rebuild_brings_nobody_back",
        ),
        ("integration/test_edge_erased_customers.py", "test_the_id_is_barred_for_ever"),
    ),
    "a missing key parks the personal fields alone": (
        ("integration/test_edge_reference.py", "test_personal_fields_open_when_their_key_arrives"),
    ),
    "price, item, tax, promotion, operator, setting: head office alone": (
        (
            "contract/test_every_fact_kind.py",
            "test_no_fact_of_a_shop_publishes_what_head_office_alone_decides",
        ),
    ),
}

ANSWERS = {
    "200": ((PUSH, "test_an_acknowledgement_with_another_hash_is_a_fork"),),
    "409 `gap`": (
        (
            "contract/test_archive_arriving.py",
            "test_a_batch_that_begins_too_late_hears_what_must_come",
        ),
        (
            "integration/test_edge_pruning.py",
            "test_a_head_office_of_the_past_takes_what_follows_what_is_gone",
        ),
    ),
    "409 `fork`": (
        ("integration/test_central_http.py", "test_a_second_branch_is_a_fork_and_people_are_told"),
        (BRANCH_OFF, "test_a_fork_carries_what_was_not_acknowledged_in_order_and_with_its_proof"),
    ),
    "409 `hashes-wanted`": (
        (
            "integration/test_central_damage.py",
            "test_a_damaged_event_is_found_by_hashes_kept_and_acknowledged",
        ),
        (STOPS, "test_a_damaged_row_goes_as_damaged_alarms_once_and_everything_behind_it_goes_on"),
    ),
    "403 `fenced`": (
        ("contract/test_archive_arriving.py", "test_a_sealed_epoch_is_fenced"),
        (PUSH, "test_a_box_that_is_fenced_ends_its_epoch_and_goes_on_in_another"),
    ),
    "422 `bad-envelope`": (
        (ENVELOPES, "test_every_bad_envelope_gets_its_outcome_and_nothing_stored_changes"),
        (STOPS, "test_a_verdict_stops_pushing_alarms_once_and_selling_goes_on"),
    ),
    "422 `bad-epoch`": (
        (
            "integration/test_central_epochs.py",
            "test_an_epoch_that_is_not_this_boxs_or_branches_off_elsewhere_is_refused",
        ),
        (
            BRANCH_OFF,
            "test_a_head_office_that_takes_no_epoch_of_this_box_calls_a_person_and_loses_nothing",
        ),
    ),
    "410 `cursor-gone`": (
        ("integration/test_central_feeds.py", "test_a_cursor_of_another_central_is_gone"),
        ("unit/sync/test_pull.py", "test_a_cursor_that_is_gone_loads_anew_from_zero"),
    ),
    "413": ((PUSH, "test_413_shrinks_to_one_event_and_then_calls_a_person"),),
    "401, 426, any other 403 that head office signed": (
        (HEALTH, "test_a_box_that_head_office_refuses_calls_a_person_until_it_is_taken_again"),
        (SKEW, "test_another_protocol_is_told_to_be_updated_and_loses_nothing"),
    ),
    "429, 503 with Retry-After": (
        (STOPS, "test_a_head_office_that_asks_to_wait_is_busy_not_away_and_no_failure"),
        (STOPS, "test_the_pace_and_the_wait_that_head_office_asks_for_are_kept"),
    ),
    "anything else": (
        (STOPS, "test_no_strange_answer_deletes_stops_or_acknowledges_anything"),
        (HEALTH, "test_a_login_page_in_the_way_calls_nobody"),
        (PUSH, "test_no_answer_deletes_anything"),
    ),
}

WHOLE = {
    "a red day is put right by one person and signed by another": (
        (
            "browser/test_sign_off.py",
            "test_a_red_day_is_put_right_and_signed_by_another_person_and_a_late_sale_reopens_it",
        ),
    ),
    "a replay changes nothing": (
        (
            ENVELOPES,
            "test_a_replay_of_any_age_is_answered_with_the_watermark_and_changes_nothing",
        ),
    ),
}


def answers_of_the_wire() -> list[str]:
    """The first cells of the table of answers, without what they carry."""
    table = PROTOCOL.read_text().partition("| answer | the box |\n|---|---|\n")[2]
    rows = table.partition("\n\n")[0].splitlines()
    return [row.strip("|").partition("|")[0].partition("(")[0].strip() for row in rows]


@pytest.mark.parametrize("held", [PROMISES, CONFLICTS, ANSWERS, WHOLE])
def test_what_is_promised_is_held_by_tests_that_are_there(
    held: dict[str, tuple[tuple[str, str], ...]],
) -> None:
    for promise, tests in held.items():
        assert tests, promise
        for file, name in tests:
            found = {
                node.name
                for node in ast.walk(ast.parse((TESTS / file).read_text()))
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            }
            assert name in found, f"{promise}: {file} has no {name}"


def test_every_answer_of_the_wire_is_tried() -> None:
    assert list(ANSWERS) == answers_of_the_wire()
