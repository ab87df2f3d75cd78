//! The check of the batch contract on databases that keep it. What it finds in damaged ones is for each adapter to
//! show: damage cannot be done through the port.

use glyph_store::store::Store;

use super::{MARKET, MENDED};
use crate::feed::{Feed, IMPORTED_AT, import, repair};

pub(crate) fn a_new_store_is_sound(store: &mut dyn Store) {
    let report = store.check().unwrap();
    assert_eq!(report.violations, []);
    assert_eq!((report.imports_checked, report.rows_checked), (0, 0));
}

pub(crate) fn a_used_store_is_sound_and_counted(store: &mut dyn Store) {
    import(store, "first", MARKET);
    repair(store, "first", MENDED).unwrap();
    for import_id in ["second", "third"] {
        let feed = Feed {
            forced: true,
            ..Feed::new(import_id, MARKET)
        };
        feed.commit(store).unwrap();
    }
    store.undo_import("second", IMPORTED_AT).unwrap();
    let report = store.check().unwrap();
    assert_eq!(report.violations, []);
    assert_eq!((report.imports_checked, report.rows_checked), (2, 16));
}
