//! Texts that come again in every import are kept once, in `listings`, with the match that they were given.

use glyph_core::matching::{MATCHER_VERSION, Match};
use glyph_core::pipeline::Offer;
use glyph_core::registry::Form;
use rusqlite::{Connection, OptionalExtension, Statement, params};
use rustc_hash::FxHashMap;

use super::binder::Binder;
use super::connection::set_cache_for_many_texts;
use crate::error::StoreError;
use crate::offer;

/// Bound on the ids kept in memory; past it all are forgotten and looked up again. 262,144 are some 10 MB.
const MOST_REMEMBERED: usize = 262_144;

/// New texts after which the index of fingerprints gets more of the cache.
const MANY: usize = 65_536;

/// Fingerprint → row of `listings`.
#[derive(Debug)]
pub(super) struct Dictionary<'store> {
    connection: &'store Connection,
    find: Statement<'store>,
    insert: Statement<'store>,
    ids: FxHashMap<[u8; 16], i64>,
    /// Rows of `listings` that were made.
    made: usize,
    /// A row was met whose seller or memory another program has changed: what it is filtered and sorted by is not what
    /// the source says.
    pub(super) met_changed_texts: bool,
}

impl<'store> Dictionary<'store> {
    pub(super) fn new(
        connection: &'store Connection,
        import_id: &str,
        registry_version: &str,
    ) -> Result<Dictionary<'store>, StoreError> {
        let mut dictionary = Dictionary {
            connection,
            find: connection.prepare(
                "SELECT id, matcher_version IS NULL, seller IS NOT ?2 OR memory_gb IS NOT ?3
                 FROM listings WHERE fingerprint = ?1",
            )?,
            insert: connection.prepare(
                "INSERT INTO listings
                   (import_id, registry_version, matcher_version, title, canonical_model, import_index,
                    fingerprint, seller, source_url, source_type, notes, condition_text, region_text,
                    quantity_text, age_text, model_hint, extra, kind, memory_gb, form, lot_size, confidence,
                    evidence, reason, flags)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                    ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
            )?,
            ids: FxHashMap::default(),
            made: 0,
            met_changed_texts: false,
        };
        let mut same_in_all = Binder::new(&mut dictionary.insert);
        same_in_all.next(import_id)?;
        same_in_all.next(registry_version)?;
        same_in_all.next(MATCHER_VERSION)?;
        Ok(dictionary)
    }

    /// The row that holds the offer's texts, made where it is new.
    pub(super) fn find_or_insert(
        &mut self,
        offer: &Offer<'_>,
        canonical_model: Option<&str>,
        reason: Option<&'static str>,
    ) -> Result<i64, StoreError> {
        if let Some(&id) = self.ids.get(&offer.fingerprint) {
            return Ok(id);
        }
        let fingerprint = stored_fingerprint(offer);
        let known: Option<(i64, bool, bool)> = self
            .find
            .query_row(
                params![
                    fingerprint,
                    offer.listing.texts.seller,
                    offer.matched.memory_gb
                ],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()?;
        let id = match known {
            Some((id, is_bare, is_changed)) => {
                self.met_changed_texts |= is_changed;
                if is_bare {
                    restore(self.connection, id, offer.matched)?;
                }
                id
            }
            None => self.insert(offer, fingerprint, canonical_model, reason)?,
        };
        if self.ids.len() >= MOST_REMEMBERED {
            self.ids.clear();
        }
        self.ids.insert(offer.fingerprint, id);
        Ok(id)
    }

    fn insert(
        &mut self,
        offer: &Offer<'_>,
        fingerprint: [u8; STORED_BYTES],
        canonical_model: Option<&str>,
        reason: Option<&'static str>,
    ) -> Result<i64, StoreError> {
        let listing = offer.listing;
        let texts = &listing.texts;
        let matched = offer.matched;
        let mut binder = Binder::after(&mut self.insert, SAME_IN_ALL);
        binder.next(&listing.title)?;
        binder.next(canonical_model)?;
        binder.next(offer.index as i64)?;
        binder.next(fingerprint)?;
        for text in [
            &texts.seller,
            &texts.source_url,
            &texts.source_type,
            &texts.notes,
            &texts.condition_text,
            &texts.region_text,
            &texts.quantity_text,
            &texts.age_text,
            &listing.model_hint,
            &texts.extra,
        ] {
            binder.next(text.as_deref())?;
        }
        binder.next(matched.kind.as_str())?;
        binder.next(matched.memory_gb)?;
        binder.next(matched.form.map(Form::as_str))?;
        binder.next(matched.lot_size)?;
        binder.next(matched.confidence)?;
        binder.next(serde_json::to_string(&matched.evidence)?)?;
        binder.next(reason)?;
        binder.next(flags_text(matched)?)?;
        self.insert.raw_execute()?;
        let id = self.connection.last_insert_rowid();
        self.made += 1;
        if self.made == MANY {
            set_cache_for_many_texts(self.connection)?;
        }
        Ok(id)
    }
}

/// Parameters of the statement that writes a row which are bound once.
const SAME_IN_ALL: usize = 3;

const STORED_BYTES: usize = offer::KEY_BYTES + 16;

/// The fingerprint behind the key of its offer, so that all texts of an offer stand together.
fn stored_fingerprint(offer: &Offer<'_>) -> [u8; STORED_BYTES] {
    let texts = &offer.listing.texts;
    let mut stored = [0; STORED_BYTES];
    let (key, rest) = stored.split_at_mut(offer::KEY_BYTES);
    key.copy_from_slice(&offer::key(
        texts.source_url.as_deref(),
        texts.seller.as_deref(),
        Some(&offer.listing.title),
    ));
    rest.copy_from_slice(&offer.fingerprint);
    stored
}

/// Gives a row back what a step down to a schema without these columns took: equal fingerprints, equal match.
fn restore(connection: &Connection, id: i64, matched: &Match) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE listings SET matcher_version = ?2, flags = ?3 WHERE id = ?1")?
        .execute(params![id, MATCHER_VERSION, flags_text(matched)?])?;
    Ok(())
}

fn flags_text(matched: &Match) -> Result<Option<String>, StoreError> {
    Ok(match matched.flags.as_slice() {
        [] => None,
        flags => Some(serde_json::to_string(flags)?),
    })
}
