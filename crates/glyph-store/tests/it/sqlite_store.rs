//! The conformance suite on SQLite files.

use glyph_store::sqlite::SqliteStore;
use glyph_store::standing::StandingFilter;
use glyph_store::store::Store;
use tempfile::TempDir;

use crate::conformance::{
    check, diff, find_import, history, import, listing, model_market, rematch, repair, rescore,
    row, service, standing, story, summary, undo,
};
use crate::feed::Feed;

/// A database in a folder of its own.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("gpu.sqlite")
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::open_or_create(&self.path(), jiff::Timestamp::UNIX_EPOCH).unwrap()
    }

    /// A connection of another program.
    pub(crate) fn connection(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

/// Holds a new database against one function of the suite.
fn prove(proof: fn(&mut dyn Store)) {
    proof(&mut Place::new().store());
}

/// The same with a second connection to the database.
fn prove_beside(proof: fn(&mut dyn Store, &dyn Store)) {
    let place = Place::new();
    let mut store = place.store();
    let reader = place.store();
    proof(&mut store, &reader);
}

#[test]
fn an_import_is_kept_whole() {
    prove(import::an_import_is_kept_whole);
}

#[test]
fn an_import_is_invisible_until_commit() {
    prove_beside(import::an_import_is_invisible_until_commit);
}

#[test]
fn a_dropped_import_leaves_nothing() {
    prove(import::a_dropped_import_leaves_nothing);
}

#[test]
fn a_discarded_import_leaves_nothing() {
    prove(import::a_discarded_import_leaves_nothing);
}

#[test]
fn the_same_source_with_the_same_options_is_one_import() {
    prove(import::the_same_source_with_the_same_options_is_one_import);
}

#[test]
fn a_forced_import_stands_beside_the_first() {
    prove(import::a_forced_import_stands_beside_the_first);
}

#[test]
fn an_undone_source_can_be_imported_again() {
    prove(import::an_undone_source_can_be_imported_again);
}

#[test]
fn sources_are_found_by_size() {
    prove(import::sources_are_found_by_size);
}

#[test]
fn an_id_in_use_is_refused() {
    prove(import::an_id_in_use_is_refused);
}

#[test]
fn an_empty_source_is_an_import_of_no_rows() {
    prove(import::an_empty_source_is_an_import_of_no_rows);
}

#[test]
fn an_undone_import_keeps_its_record_and_loses_its_rows() {
    prove(undo::an_undone_import_keeps_its_record_and_loses_its_rows);
}

#[test]
fn undoing_one_import_leaves_the_others() {
    prove(undo::undoing_one_import_leaves_the_others);
}

#[test]
fn an_import_is_undone_once() {
    prove(undo::an_import_is_undone_once);
}

#[test]
fn only_imports_of_listings_are_undone() {
    prove(undo::only_imports_of_listings_are_undone);
}

#[test]
fn a_repair_fills_the_places_of_the_rejected_rows() {
    prove(repair::a_repair_fills_the_places_of_the_rejected_rows);
}

#[test]
fn a_repaired_row_is_as_if_it_had_been_right_at_once() {
    prove(repair::a_repaired_row_is_as_if_it_had_been_right_at_once);
}

#[test]
fn a_row_that_is_still_wrong_stays_as_it_came() {
    prove(repair::a_row_that_is_still_wrong_stays_as_it_came);
}

#[test]
fn a_repair_of_another_number_of_rows_is_refused() {
    prove(repair::a_repair_of_another_number_of_rows_is_refused);
}

#[test]
fn only_imports_in_force_with_rejected_rows_are_repaired() {
    prove(repair::only_imports_in_force_with_rejected_rows_are_repaired);
}

#[test]
fn a_repair_is_invisible_until_commit_and_gone_when_dropped() {
    prove_beside(repair::a_repair_is_invisible_until_commit_and_gone_when_dropped);
}

#[test]
fn an_undone_import_takes_its_repaired_rows_along() {
    prove(repair::an_undone_import_takes_its_repaired_rows_along);
}

#[test]
fn rows_come_in_row_order_with_every_outcome() {
    prove(row::rows_come_in_row_order_with_every_outcome);
}

#[test]
fn a_row_tells_what_it_offered() {
    prove(row::a_row_tells_what_it_offered);
}

#[test]
fn rows_of_all_imports_come_import_by_import() {
    prove(row::rows_of_all_imports_come_import_by_import);
}

#[test]
fn rows_are_read_from_any_row_on() {
    prove(row::rows_are_read_from_any_row_on);
}

#[test]
fn filters_by_any_of_several_models() {
    prove(listing::filters_by_any_of_several_models);
}

#[test]
fn a_listing_is_found_by_its_id() {
    prove(listing::is_found_by_its_id);
}

#[test]
fn the_version_changes_where_another_connection_writes() {
    let place = Place::new();
    let mut store = place.store();
    let other = place.store();
    let before = other.version().unwrap();
    assert_eq!(other.version().unwrap(), before);
    crate::feed::import(&mut store, "first", crate::conformance::MARKET);
    let after = other.version().unwrap();
    assert_ne!(after, before);
    assert_eq!(other.version().unwrap(), after);
}

#[test]
fn tokens_are_kept_listed_and_taken_back() {
    prove(service::tokens_are_kept_listed_and_taken_back);
}

#[test]
fn jobs_are_kept_as_they_go_on() {
    prove(service::jobs_are_kept_as_they_go_on);
}

#[test]
fn jobs_that_a_server_left_are_ended() {
    prove(service::jobs_that_a_server_left_are_ended);
}

#[test]
fn changes_go_by_the_time_that_imports_were_seen() {
    prove(history::changes_go_by_the_time_that_imports_were_seen);
}

#[test]
fn changes_are_filtered() {
    prove(history::changes_are_filtered);
}

#[test]
fn an_offer_is_known_in_all_imports_that_saw_it() {
    prove(history::an_offer_is_known_in_all_imports_that_saw_it);
}

#[test]
fn a_lot_and_a_currency_are_offers_of_their_own() {
    prove(history::a_lot_and_a_currency_are_offers_of_their_own);
}

#[test]
fn ids_of_listings_are_not_given_again() {
    prove(undo::ids_of_listings_are_not_given_again);
}

#[test]
fn a_job_is_kept_with_its_import_or_not_at_all() {
    prove(service::a_job_is_kept_with_its_import_or_not_at_all);
}

#[test]
fn a_visitor_may_stop() {
    prove(row::a_visitor_may_stop);
}

#[test]
fn a_reject_stands_where_its_source_has_it() {
    prove(row::a_reject_stands_where_its_source_has_it);
}

#[test]
fn errors_come_back_as_they_were_found() {
    prove(row::errors_come_back_as_they_were_found);
}

#[test]
fn without_a_filter_every_scored_row_is_there() {
    prove(listing::without_a_filter_every_scored_row_is_there);
}

#[test]
fn a_listing_tells_all_that_is_known_of_it() {
    prove(listing::a_listing_tells_all_that_is_known_of_it);
}

#[test]
fn filters_by_model_in_any_case() {
    prove(listing::filters_by_model_in_any_case);
}

#[test]
fn filters_by_price() {
    prove(listing::filters_by_price);
}

#[test]
fn filters_by_score() {
    prove(listing::filters_by_score);
}

#[test]
fn filters_by_region_condition_and_seller() {
    prove(listing::filters_by_region_condition_and_seller);
}

#[test]
fn filters_by_import() {
    prove(listing::filters_by_import);
}

#[test]
fn filters_by_words_of_the_title() {
    prove(listing::filters_by_words_of_the_title);
}

#[test]
fn filters_hold_together() {
    prove(listing::filters_hold_together);
}

#[test]
fn each_order_is_as_it_says() {
    prove(listing::each_order_is_as_it_says);
}

#[test]
fn pages_hold_every_listing_once() {
    prove(listing::pages_hold_every_listing_once);
}

#[test]
fn limits_and_offsets_may_be_of_any_size() {
    prove(listing::limits_and_offsets_may_be_of_any_size);
}

#[test]
fn an_empty_store_has_no_imports() {
    prove(find_import::an_empty_store_has_no_imports);
}

#[test]
fn an_import_is_found_by_id_and_by_its_own_prefix() {
    prove(find_import::an_import_is_found_by_id_and_by_its_own_prefix);
}

#[test]
fn a_prefix_of_several_imports_is_refused() {
    prove(find_import::a_prefix_of_several_imports_is_refused);
}

#[test]
fn last_is_the_newest_import_in_force() {
    prove(find_import::last_is_the_newest_import_in_force);
}

#[test]
fn an_old_id_may_be_any_text() {
    prove(find_import::an_old_id_may_be_any_text);
}

#[test]
fn imports_are_listed_oldest_first_without_the_registry() {
    prove(find_import::imports_are_listed_oldest_first_without_the_registry);
}

#[test]
fn an_odd_number_of_prices_has_one_in_the_middle() {
    prove(model_market::an_odd_number_of_prices_has_one_in_the_middle);
}

#[test]
fn an_even_number_of_prices_has_the_mean_of_two() {
    prove(model_market::an_even_number_of_prices_has_the_mean_of_two);
}

#[test]
fn one_price_is_all_of_them() {
    prove(model_market::one_price_is_all_of_them);
}

#[test]
fn markets_are_of_cards_and_by_model() {
    prove(model_market::markets_are_of_cards_and_by_model);
}

#[test]
fn markets_are_over_all_imports_in_force() {
    prove(model_market::markets_are_over_all_imports_in_force);
}

#[test]
fn an_import_does_not_differ_from_itself() {
    prove(diff::an_import_does_not_differ_from_itself);
}

#[test]
fn a_difference_is_a_price_an_arrival_or_a_departure() {
    prove(diff::a_difference_is_a_price_an_arrival_or_a_departure);
}

#[test]
fn offers_are_the_same_by_all_their_texts() {
    prove(diff::offers_are_the_same_by_all_their_texts);
}

#[test]
fn offers_that_are_listed_twice_are_paired_by_price() {
    prove(diff::offers_that_are_listed_twice_are_paired_by_price);
}

#[test]
fn nothing_differs_wholly_from_something() {
    prove(diff::nothing_differs_wholly_from_something);
}

#[test]
fn a_second_scoring_changes_scores_and_the_profile_alone() {
    prove(rescore::a_second_scoring_changes_scores_and_the_profile_alone);
}

#[test]
fn what_cannot_be_scored_keeps_its_score() {
    prove(rescore::what_cannot_be_scored_keeps_its_score);
}

#[test]
fn an_unknown_import_is_not_scored() {
    prove(rescore::an_unknown_import_is_not_scored);
}

#[test]
fn the_same_registry_and_matcher_change_nothing() {
    prove(rematch::the_same_registry_and_matcher_change_nothing);
}

#[test]
fn a_newer_registry_moves_the_rows_that_it_knows_now() {
    prove(rematch::a_newer_registry_moves_the_rows_that_it_knows_now);
}

#[test]
fn a_dry_run_tells_the_changes_and_makes_none() {
    prove(rematch::a_dry_run_tells_the_changes_and_makes_none);
}

#[test]
fn texts_survive_the_undo_of_the_import_that_brought_them() {
    prove(rematch::texts_survive_the_undo_of_the_import_that_brought_them);
}

#[test]
fn a_rematched_import_can_be_repaired_and_undone() {
    prove(rematch::a_rematched_import_can_be_repaired_and_undone);
}

#[test]
fn all_imports_of_a_call_change_or_none() {
    prove(rematch::all_imports_of_a_call_change_or_none);
}

#[test]
fn a_second_scoring_knows_the_condition_and_what_the_title_cautions() {
    prove(rescore::a_second_scoring_knows_the_condition_and_what_the_title_cautions);
}

#[test]
fn a_summary_names_the_best_offers_the_reasons_and_the_codes() {
    prove(summary::a_summary_names_the_best_offers_the_reasons_and_the_codes);
}

#[test]
fn an_unknown_import_has_an_empty_summary() {
    prove(summary::an_unknown_import_has_an_empty_summary);
}

#[test]
fn a_new_store_is_sound() {
    prove(check::a_new_store_is_sound);
}

#[test]
fn a_used_store_is_sound_and_counted() {
    prove(check::a_used_store_is_sound_and_counted);
}

#[test]
fn a_catalogue_comes_twice_and_the_second_time_is_taken_back() {
    prove(story::a_catalogue_comes_twice_and_the_second_time_is_taken_back);
}

#[test]
fn a_source_stands_as_it_was_seen_last() {
    prove(standing::a_source_stands_as_it_was_seen_last);
}

#[test]
fn listings_and_models_are_given_as_they_were_known() {
    prove(standing::listings_and_models_are_given_as_they_were_known);
}

#[test]
fn an_offer_counts_once_at_one_price() {
    prove(standing::an_offer_counts_once_at_one_price);
}

#[test]
fn an_undone_import_saw_nothing() {
    prove(history::an_undone_import_saw_nothing);
}

#[test]
fn days_count_from_the_first_sight_in_any_source() {
    prove(standing::days_count_from_the_first_sight_in_any_source);
}

#[test]
fn what_is_asked_stands_beside_what_was_sold() {
    prove(standing::what_is_asked_stands_beside_what_was_sold);
}

#[test]
fn a_clock_that_is_ahead_moves_no_window() {
    prove(standing::a_clock_that_is_ahead_moves_no_window);
}

#[test]
fn the_course_of_a_model_is_of_whole_cards_that_are_asked_for() {
    prove(standing::the_course_of_a_model_is_of_whole_cards_that_are_asked_for);
}

/// Rows of the older program whose import no record tells of.
#[test]
fn rows_of_an_import_without_a_record_stand_too() {
    let place = Place::new();
    let mut store = place.store();
    let csv = "Title,Price,Condition,Quantity,Seller,Region,Url,Notes\nNVIDIA L4 24GB,2000,New,1,North,USA,,\n";
    Feed::new("known", csv).commit(&mut store).unwrap();
    drop(store);
    let connection = rusqlite::Connection::open(place.path()).unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection
        .execute(
            "INSERT INTO scored_listings (canonical_model, price, score, seen_at, import_id)
             VALUES ('L4', 1800, 30, '2026-01-01 23:00:00', 'nobody-knows')",
            [],
        )
        .unwrap();
    let store = place.store();
    let standing = store.standing_offers(&StandingFilter::default()).unwrap();
    assert_eq!(standing.offers.len(), 2);
    // 2026-01-01T22:00:00Z.
    let earlier = 1_767_304_800;
    assert_eq!(store.list_model_markets(Some(earlier)).unwrap(), []);
    assert_eq!(
        store.list_model_markets(Some(earlier + 7200)).unwrap()[0].listing_count,
        1
    );
}
